import { type Clock, type Metres, type Seconds, StoppedError, degrees, inDegrees, inMicrometres, metres, milliseconds, throwIfStopped } from '../../core/base';
import type { Readable, Stage, StageMove, StagePosition } from '../../core/devices';
import { kernelErrors } from '../../core/kernel';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import { type JeolTransport, stageStates } from './transport';

/** One move to send: micrometres and degrees. */
type Leg = Partial<Record<'x' | 'y' | 'z' | 'tilt', number>>;

const pollInterval = milliseconds(100);
/** How long a move may take to begin; a very short one may be over before it is seen. */
const beginLimit = 1;
const restLimit = 10;

/** A JEOL stage: a move is started, then watched until it has begun and ended. */
export class JeolStage implements Stage {
  readonly position: Readable<StagePosition>;
  private current: Promise<void> | undefined;
  private stopping = false;
  private ended: Seconds | undefined;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'stageLimits' | 'largestTilt' | 'stageRounding' | 'stageTimeout'>,
    private readonly clock: Clock,
  ) {
    this.position = {
      name: 'stage position',
      read: async () => {
        const { x, y, z, tilt } = await transport.getStagePosition();
        return { x: metres(x * 1e-9), y: metres(y * 1e-9), z: metres(z * 1e-9), tilt: degrees(tilt) };
      },
    };
  }

  async move(to: StageMove, signal?: AbortSignal): Promise<void> {
    if (signal) throwIfStopped(signal);
    const legs = this.legsOf(to);
    if (this.current) throw jeolErrors.stageBusy();
    this.stopping = false;
    this.current = this.run(legs, signal);
    try {
      await this.current;
    } finally {
      this.current = undefined;
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    // How the move ends is told to whoever asked for it.
    await this.current?.catch(() => {});
  }

  lastMoved(): Seconds | undefined {
    return this.ended;
  }

  private async run(legs: readonly Leg[], signal?: AbortSignal): Promise<void> {
    if (legs.length > 0 && (await this.state()) === stageStates.moving) throw jeolErrors.stageBusy();
    for (const leg of legs) {
      this.throwIfHalted(signal);
      try {
        await this.send(leg);
        await this.arrive(signal);
      } catch (error) {
        await this.halt();
        throw error;
      } finally {
        this.ended = this.clock.now();
      }
    }
    this.throwIfHalted(signal);
  }

  private async send({ x, y, z, tilt }: Leg): Promise<void> {
    const { transport } = this;
    if (x !== undefined && y !== undefined) await transport.setStageXY(this.nanometres(x), this.nanometres(y));
    else if (x !== undefined) await transport.setStageX(this.nanometres(x));
    else if (y !== undefined) await transport.setStageY(this.nanometres(y));
    if (z !== undefined) await transport.setStageZ(this.nanometres(z));
    if (tilt !== undefined) await transport.setTiltX(tilt);
  }

  private async arrive(signal?: AbortSignal): Promise<void> {
    const sent = this.clock.now();
    let begun = false;
    for (;;) {
      this.throwIfHalted(signal);
      const state = await this.state();
      if (state === stageStates.limiter) throw jeolErrors.stageAtLimiter();
      begun ||= state === stageStates.moving;
      const waited = this.clock.now() - sent;
      if (state === stageStates.rest && (begun || waited >= beginLimit)) return;
      if (waited >= this.column.stageTimeout) throw jeolErrors.stageTimeout(this.column.stageTimeout);
      await this.clock.delay(pollInterval, signal);
    }
  }

  /** Stops the stage and waits until it stands; what went wrong before is reported by the caller. */
  private async halt(): Promise<void> {
    await this.transport.stopStage();
    const end = this.clock.now() + restLimit;
    while ((await this.state()) === stageStates.moving && this.clock.now() < end) await this.clock.delay(pollInterval);
  }

  private throwIfHalted(signal: AbortSignal | undefined): void {
    if (signal) throwIfStopped(signal);
    if (this.stopping) throw new StoppedError('The stage move');
  }

  private async state(): Promise<number> {
    const states = await this.transport.getStageStatus();
    return states.includes(stageStates.limiter) ? stageStates.limiter : Math.max(...states);
  }

  private nanometres(um: number): number {
    const step = Math.max(1, Math.round(this.column.stageRounding * 1000));
    return Math.round((um * 1000) / step) * step;
  }

  /** The moves to send, all of them within the limits. */
  private legsOf({ x, y, z, tilt, backlash }: StageMove): readonly Leg[] {
    const leg: Leg = { ...inUm('x', x), ...inUm('y', y), ...inUm('z', z), ...(tilt !== undefined && { tilt: inDegrees(tilt) }) };
    if (Object.keys(leg).length === 0) return [];
    const final = this.checked(leg);
    if (!backlash || (leg.x === undefined && leg.y === undefined)) return [final];
    const before = {
      ...(leg.x !== undefined && { x: leg.x + inMicrometres(backlash.x) }),
      ...(leg.y !== undefined && { y: leg.y + inMicrometres(backlash.y) }),
    };
    return [this.checked(before), final];
  }

  private checked(leg: Leg): Leg {
    const { stageLimits, largestTilt } = this.column;
    const axis = (name: string, value: number | undefined, [low, high]: readonly [number, number]): void => {
      if (value !== undefined && !(value >= low && value <= high)) throw kernelErrors.outOfRange(`stage ${name}`, `${value.toFixed(2)} um`, `${low} to ${high} um`);
    };
    axis('X', leg.x, stageLimits.x);
    axis('Y', leg.y, stageLimits.y);
    if (leg.z !== undefined && !Number.isFinite(leg.z)) throw kernelErrors.outOfRange('stage Z', String(leg.z), 'a number of micrometres');
    if (leg.tilt !== undefined && !(Math.abs(leg.tilt) <= largestTilt))
      throw kernelErrors.outOfRange('tilt', `${leg.tilt.toFixed(2)} degrees`, `-${largestTilt} to ${largestTilt} degrees`);
    return leg;
  }
}

// Metres and micrometres differ by rounding errors, which must not carry a target over a limit.
const inUm = (axis: 'x' | 'y' | 'z', value: Metres | undefined): Leg => (value === undefined ? {} : { [axis]: Number(inMicrometres(value).toFixed(6)) });
