import {
  type Clock,
  type Metres,
  type Seconds,
  StoppedError,
  inDegrees,
  inMicrometres,
  throwIfStopped,
} from '../../base';
import type { StageMove } from '../../devices';
import { kernelErrors } from '../errors';

/** One move that is sent to a stage: micrometres and degrees, on the axes that are there. */
export interface StageLeg {
  readonly x?: number;
  readonly y?: number;
  readonly z?: number;
  readonly tilt?: number;
}

/** Where a stage may go. */
export interface StageReach {
  /** Micrometres. */
  readonly stageLimits: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Degrees. */
  readonly largestTilt: number;
}

/** The moves to send for one that is asked for, the one against backlash first; throws `limits/out-of-range` if any of them leads too far. */
export function stageLegs({ x, y, z, tilt, backlash }: StageMove, reach: StageReach): readonly StageLeg[] {
  const leg: StageLeg = {
    ...inUm('x', x),
    ...inUm('y', y),
    ...inUm('z', z),
    ...(tilt !== undefined && { tilt: inDegrees(tilt) }),
  };
  if (Object.keys(leg).length === 0) return [];
  checkReach(leg, reach);
  if (!backlash || (leg.x === undefined && leg.y === undefined)) return [leg];
  const before: StageLeg = {
    ...(leg.x !== undefined && { x: leg.x + inMicrometres(backlash.x) }),
    ...(leg.y !== undefined && { y: leg.y + inMicrometres(backlash.y) }),
  };
  checkReach(before, reach);
  return [before, leg];
}

// Metres and micrometres differ by rounding errors, which must not carry a target over a limit.
const inUm = (axis: 'x' | 'y' | 'z', value: Metres | undefined): StageLeg =>
  value === undefined ? {} : { [axis]: Number(inMicrometres(value).toFixed(6)) };

function checkReach({ x, y, z, tilt }: StageLeg, { stageLimits, largestTilt }: StageReach): void {
  const axis = (name: string, value: number | undefined, [low, high]: readonly [number, number]): void => {
    if (value !== undefined && !(value >= low && value <= high))
      throw kernelErrors.outOfRange(`stage ${name}`, `${value.toFixed(2)} um`, `${low} to ${high} um`);
  };
  axis('X', x, stageLimits.x);
  axis('Y', y, stageLimits.y);
  if (z !== undefined && !Number.isFinite(z))
    throw kernelErrors.outOfRange('stage Z', String(z), 'a number of micrometres');
  if (tilt !== undefined && !(Math.abs(tilt) <= largestTilt))
    throw kernelErrors.outOfRange('tilt', `${tilt.toFixed(2)} degrees`, `-${largestTilt} to ${largestTilt} degrees`);
}

/** How a vendor's stage makes its moves. */
export interface StageMoving<Leg> {
  readonly clock: Clock;
  /** What to throw at a second move while one is under way. */
  readonly busy: () => Error;
  /** Looks whether the stage can move at all, before the first leg. */
  readonly begin?: (signal?: AbortSignal) => Promise<void>;
  /** Makes one move to its end; `check` throws once the move is to be broken off. */
  readonly perform: (leg: Leg, check: () => void, signal?: AbortSignal) => Promise<void>;
  /** Brings the stage to rest after a move that went wrong. */
  readonly halt?: (leg: Leg) => Promise<void>;
}

/** Makes the moves of a stage one after the other, one request at a time, and breaks them off when asked to. */
export class StageMoves<Leg> {
  private current: Promise<void> | undefined;
  private stopping = false;
  private ended: Seconds | undefined;

  constructor(private readonly moving: StageMoving<Leg>) {}

  /** When the last move ended; undefined when there was none. */
  get lastMoved(): Seconds | undefined {
    return this.ended;
  }

  async make(legs: readonly Leg[], signal?: AbortSignal): Promise<void> {
    if (this.current) throw this.moving.busy();
    this.stopping = false;
    this.current = this.run(legs, signal);
    try {
      await this.current;
    } finally {
      this.current = undefined;
    }
  }

  /** Breaks the present moves off and waits until the stage stands. */
  async stop(): Promise<void> {
    this.stopping = true;
    // How the move ends is told to whoever asked for it.
    await this.current?.catch(() => {});
  }

  private async run(legs: readonly Leg[], signal?: AbortSignal): Promise<void> {
    const { clock, begin, perform, halt } = this.moving;
    const check = (): void => {
      if (signal) throwIfStopped(signal);
      if (this.stopping) throw new StoppedError('The stage move');
    };
    if (legs.length > 0) await begin?.(signal);
    for (const leg of legs) {
      check();
      try {
        await perform(leg, check, signal);
      } catch (error) {
        await halt?.(leg);
        throw error;
      } finally {
        this.ended = clock.now();
      }
    }
    check();
  }
}
