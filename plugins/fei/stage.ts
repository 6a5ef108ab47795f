import { type Clock, type Seconds, StoppedError, inDegrees, inMicrometres, metres, milliseconds, radians, throwIfStopped } from '../../core/base';
import type { Readable, Stage, StageMove, StagePosition } from '../../core/devices';
import { kernelErrors } from '../../core/kernel';
import type { FeiColumn } from './column';
import { feiErrors } from './errors';
import { type FeiTransport, type RawStageTarget, axisBits, stageReady } from './transport';

interface Leg {
  readonly target: RawStageTarget;
  readonly axes: number;
}

const pollInterval = milliseconds(100);
const readyLimit = 5;

/**
 * An FEI stage. A move lasts as long as FEI's call, which cannot be cut short: a STOP leaves out what has not been sent and
 * waits for the stage to come to rest.
 */
export class FeiStage implements Stage {
  readonly position: Readable<StagePosition>;
  private current: Promise<void> | undefined;
  private stopping = false;
  private ended: Seconds | undefined;

  constructor(
    private readonly transport: FeiTransport,
    private readonly column: Pick<FeiColumn, 'stageLimits' | 'largestTilt'>,
    private readonly clock: Clock,
  ) {
    this.position = {
      name: 'stage position',
      read: async (signal) => {
        const { x, y, z } = await transport.getStagePosition(signal);
        return { x: metres(x), y: metres(y), z: metres(z), tilt: radians(await transport.getTiltAngle(signal)) };
      },
    };
  }

  async move(to: StageMove, signal?: AbortSignal): Promise<void> {
    if (signal) throwIfStopped(signal);
    const legs = this.legsOf(to);
    if (this.current) throw feiErrors.stageBusy();
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
    if ((await this.transport.getStageStatus(signal)) !== stageReady) throw feiErrors.stageBusy();
    for (const { target, axes } of legs) {
      this.throwIfHalted(signal);
      try {
        await this.transport.setStagePosition(target, axes);
        await this.rest();
      } finally {
        this.ended = this.clock.now();
      }
    }
    this.throwIfHalted(signal);
  }

  private throwIfHalted(signal: AbortSignal | undefined): void {
    if (signal) throwIfStopped(signal);
    if (this.stopping) throw new StoppedError('The stage move');
  }

  private async rest(): Promise<void> {
    const end = this.clock.now() + readyLimit;
    while ((await this.transport.getStageStatus()) !== stageReady) {
      if (this.clock.now() >= end) throw feiErrors.stageLeftMoving(readyLimit);
      await this.clock.delay(pollInterval);
    }
  }

  /** The moves to send, all of them within the limits. */
  private legsOf(to: StageMove): readonly Leg[] {
    const { x, y, z, tilt, backlash } = to;
    const axes =
      (x === undefined ? 0 : axisBits.x) | (y === undefined ? 0 : axisBits.y) | (z === undefined ? 0 : axisBits.z) | (tilt === undefined ? 0 : axisBits.alpha);
    if (axes === 0) return [];
    const target: RawStageTarget = { x: x ?? 0, y: y ?? 0, z: z ?? 0, alpha: tilt ?? 0 };
    const final = this.checked({ target, axes });
    const planar = axes & (axisBits.x | axisBits.y);
    if (!backlash || planar === 0) return [final];
    const before = this.checked({ target: { ...target, x: target.x + backlash.x, y: target.y + backlash.y }, axes: planar });
    return [before, final];
  }

  private checked(leg: Leg): Leg {
    const { target, axes } = leg;
    const { stageLimits, largestTilt } = this.column;
    const axis = (name: string, bit: number, value: number, limits: readonly [number, number]): void => {
      // Metres and micrometres differ by rounding errors, which must not carry a target over a limit.
      const um = Number(inMicrometres(metres(value)).toFixed(6));
      if (axes & bit && !(um >= limits[0] && um <= limits[1])) throw kernelErrors.outOfRange(`stage ${name}`, `${um.toFixed(2)} um`, `${limits[0]} to ${limits[1]} um`);
    };
    axis('X', axisBits.x, target.x, stageLimits.x);
    axis('Y', axisBits.y, target.y, stageLimits.y);
    if (axes & axisBits.z && !Number.isFinite(target.z)) throw kernelErrors.outOfRange('stage Z', String(target.z), 'a number of metres');
    const tilt = inDegrees(radians(target.alpha));
    if (axes & axisBits.alpha && !(Math.abs(tilt) <= largestTilt)) throw kernelErrors.outOfRange('tilt', `${tilt.toFixed(2)} degrees`, `-${largestTilt} to ${largestTilt} degrees`);
    return leg;
  }
}
