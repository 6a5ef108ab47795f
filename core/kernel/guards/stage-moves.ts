import { type Clock, type Seconds, StoppedError, throwIfStopped } from '../../base';

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
