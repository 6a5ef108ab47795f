import { type Clock, degrees, micrometres, milliseconds } from '../../core/base';
import type { StagePosition } from '../../core/devices';
import { BaseStage, type MoveCheck, type StageLeg } from '../../core/kernel';
import type { HitachiColumn } from './column';
import { hitachiErrors } from './errors';
import type { HitachiProtocol } from './protocol';

/** A place or a target in the column's own steps: tenths of micrometres, tenths of degrees, Z upside down. */
interface Steps {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly tilt: number;
}
type Axis = keyof Steps;
type Leg = Partial<Steps>;

const stepsPerUnit = 10;
const pollInterval = milliseconds(100);
/** Steps beside its target at which a real stage may come to rest. */
const arrivalTolerance = 1;
/** A stage that reports the same place this many times in a row has come to rest, wherever that is. */
const pollsAtRest = 5;

/** A Hitachi stage. The column does not say whether it moves, so its position is watched until it is the one asked for. */
export class HitachiStage extends BaseStage {
  constructor(
    private readonly protocol: HitachiProtocol,
    private readonly column: Pick<HitachiColumn, 'stageLimits' | 'largestTilt' | 'stageTimeout'>,
    clock: Clock,
  ) {
    super(clock, column, hitachiErrors.stageBusy);
  }

  protected async readPosition(): Promise<StagePosition> {
    const { x, y, z, tilt } = await this.place();
    const um = (steps: number) => micrometres(steps / stepsPerUnit);
    return { x: um(x), y: um(y), z: um(z === 0 ? 0 : 0 - z), tilt: degrees(tilt / stepsPerUnit) };
  }

  protected async perform(asked: StageLeg, check: MoveCheck, signal?: AbortSignal): Promise<void> {
    const leg = inSteps(asked);
    await this.send(leg);
    await this.arrive(leg, check, signal);
  }

  /** Stops the stage by sending it to where it is, and waits until it stands; the caller reports what went wrong before. */
  protected override async halt(asked: StageLeg): Promise<void> {
    const leg = inSteps(asked);
    const at = await this.place();
    await this.send(Object.fromEntries(axesOf(leg).map((axis) => [axis, at[axis]])));
    let last = at;
    for (let same = 0, polls = 0; same < pollsAtRest && polls < 100; polls++) {
      await this.clock.delay(pollInterval);
      const now = await this.place();
      same = sameOn(leg, now, last) ? same + 1 : 0;
      last = now;
    }
  }

  private async place(): Promise<Steps> {
    const [x = 0, y = 0] = await this.protocol.getNumbers('StageXY Position', 2);
    const z = await this.protocol.getNumber('StageZ Position');
    const tilt = await this.protocol.getNumber('StageTilt Position');
    return { x, y, z, tilt: Math.round(tilt * stepsPerUnit) };
  }

  private async send(leg: Leg): Promise<void> {
    const { protocol } = this;
    if (leg.x !== undefined || leg.y !== undefined) {
      const { x, y } = leg.x === undefined || leg.y === undefined ? await this.place() : { x: 0, y: 0 };
      await protocol.set('StageXY Move', leg.x ?? x, leg.y ?? y);
    }
    if (leg.z !== undefined) await protocol.set('StageZ Move', leg.z);
    if (leg.tilt !== undefined) await protocol.set('StageTilt Move', (leg.tilt / stepsPerUnit).toFixed(1));
  }

  private async arrive(leg: Leg, check: MoveCheck, signal?: AbortSignal): Promise<void> {
    const end = this.clock.now() + this.column.stageTimeout;
    for (let last: Steps | undefined; ;) {
      check();
      const at = await this.place();
      const near = axesOf(leg).every((axis) => Math.abs(at[axis] - leg[axis]!) <= arrivalTolerance);
      if (near && last && sameOn(leg, at, last)) return;
      last = at;
      if (this.clock.now() >= end) throw hitachiErrors.stageTimeout(this.column.stageTimeout);
      await this.clock.delay(pollInterval, signal);
    }
  }
}

/** A move in the column's steps. */
function inSteps({ x, y, z, tilt }: StageLeg): Leg {
  const steps = (value: number): number => Math.round(value * stepsPerUnit) || 0;
  return {
    ...(x !== undefined && { x: steps(x) }),
    ...(y !== undefined && { y: steps(y) }),
    ...(z !== undefined && { z: steps(-z) }),
    ...(tilt !== undefined && { tilt: steps(tilt) }),
  };
}

const sameOn = (leg: Leg, a: Steps, b: Steps): boolean => axesOf(leg).every((axis) => a[axis] === b[axis]);
const axesOf = (leg: Leg): readonly Axis[] => Object.keys(leg) as Axis[];
