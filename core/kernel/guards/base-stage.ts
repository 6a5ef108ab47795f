import { type Clock, type Seconds, StoppedError, throwIfStopped } from '../../base';
import type { Driver, Stage, StageLimits, StageMove, StagePosition } from '../../devices';
import { type StageLeg, type StageReach, limitsOf, stageLegs } from './stage-legs';

/** Throws once a move must be broken off. */
export type MoveCheck = () => void;

/**
 * A stage that makes its moves leg by leg, one move at a time, within its reach. A vendor says how one leg is made and how the stage is
 * brought to rest.
 */
export abstract class BaseStage implements Driver<Stage> {
  readonly position: Driver<Stage>['position'] = { read: (signal) => this.readPosition(signal) };
  private current: Promise<void> | undefined;
  private stopping = false;
  private ended: Seconds | undefined;

  /** @param busy makes the error for a second move while one is under way */
  protected constructor(
    protected readonly clock: Clock,
    private readonly reach: StageReach,
    private readonly busy: () => Error,
  ) {}

  /** Limits of the vendor and of the site. */
  get limits(): StageLimits {
    return limitsOf(this.reach);
  }

  async move(to: StageMove, signal?: AbortSignal): Promise<void> {
    if (signal) throwIfStopped(signal);
    const legs = stageLegs(to, this.reach);
    if (this.current) throw this.busy();
    this.stopping = false;
    this.current = this.make(legs, signal);
    try {
      await this.current;
    } finally {
      this.current = undefined;
    }
  }

  /** Breaks the present move off and waits until the stage stands. */
  async stop(): Promise<void> {
    this.stopping = true;
    // The caller of the move gets its error.
    await this.current?.catch(() => {});
  }

  lastMoved(): Seconds | undefined {
    return this.ended;
  }

  protected abstract readPosition(signal?: AbortSignal): Promise<StagePosition>;

  /** Makes one leg to its end. */
  protected abstract perform(leg: StageLeg, check: MoveCheck, signal?: AbortSignal): Promise<void>;

  /** Makes sure before the first leg that the stage can move at all. */
  protected begin(_signal?: AbortSignal): Promise<void> {
    return Promise.resolve();
  }

  /** Brings the stage to rest after a leg that went wrong. */
  protected halt(_leg: StageLeg): Promise<void> {
    return Promise.resolve();
  }

  private async make(legs: readonly StageLeg[], signal?: AbortSignal): Promise<void> {
    const check: MoveCheck = () => {
      if (signal) throwIfStopped(signal);
      if (this.stopping) throw new StoppedError('The stage move');
    };
    if (legs.length > 0) await this.begin(signal);
    for (const leg of legs) {
      check();
      try {
        await this.perform(leg, check, signal);
      } catch (error) {
        await this.halt(leg);
        throw error;
      } finally {
        this.ended = this.clock.now();
      }
    }
    check();
  }
}
