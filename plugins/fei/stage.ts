import {
  type Clock,
  type Seconds,
  degrees,
  metres,
  micrometres,
  milliseconds,
  radians,
  throwIfStopped,
  waitUntil,
} from '../../core/base';
import type { Readable, Stage, StageMove, StagePosition } from '../../core/devices';
import { type StageLeg, StageMoves, stageLegs } from '../../core/kernel';
import type { FeiColumn } from './column';
import { feiErrors } from './errors';
import { type FeiTransport, axisBits, stageReady } from './transport';

const pollInterval = milliseconds(100);
const readyLimit = 5;

/**
 * An FEI stage. A move lasts as long as FEI's call, which cannot be cut short: a STOP leaves out what has not been sent and
 * waits for the stage to come to rest.
 */
export class FeiStage implements Stage {
  readonly position: Readable<StagePosition>;
  private readonly moves: StageMoves<StageLeg>;

  constructor(
    private readonly transport: FeiTransport,
    private readonly column: Pick<FeiColumn, 'stageLimits' | 'largestTilt'>,
    clock: Clock,
  ) {
    this.position = {
      name: 'stage position',
      read: async (signal) => {
        const { x, y, z } = await transport.getStagePosition(signal);
        return { x: metres(x), y: metres(y), z: metres(z), tilt: radians(await transport.getTiltAngle(signal)) };
      },
    };
    this.moves = new StageMoves({
      clock,
      busy: feiErrors.stageBusy,
      begin: async (signal) => {
        if ((await transport.getStageStatus(signal)) !== stageReady) throw feiErrors.stageBusy();
      },
      perform: async (leg) => {
        await this.send(leg);
        if (!(await waitUntil(clock, () => this.isReady(), { limit: readyLimit, interval: pollInterval })))
          throw feiErrors.stageLeftMoving(readyLimit);
      },
    });
  }

  async move(to: StageMove, signal?: AbortSignal): Promise<void> {
    if (signal) throwIfStopped(signal);
    await this.moves.make(stageLegs(to, this.column), signal);
  }

  stop(): Promise<void> {
    return this.moves.stop();
  }

  lastMoved(): Seconds | undefined {
    return this.moves.lastMoved;
  }

  private async isReady(): Promise<boolean> {
    return (await this.transport.getStageStatus()) === stageReady;
  }

  private send({ x, y, z, tilt }: StageLeg): Promise<void> {
    const axes =
      (x === undefined ? 0 : axisBits.x) |
      (y === undefined ? 0 : axisBits.y) |
      (z === undefined ? 0 : axisBits.z) |
      (tilt === undefined ? 0 : axisBits.alpha);
    return this.transport.setStagePosition(
      { x: micrometres(x ?? 0), y: micrometres(y ?? 0), z: micrometres(z ?? 0), alpha: degrees(tilt ?? 0) },
      axes,
    );
  }
}
