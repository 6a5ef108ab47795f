import { StoppedError } from '../../../core/base';
import { consoleErrors } from './errors';
import type { SharedState } from './shared-state';

interface Acting {
  readonly what: string;
  readonly controller: AbortController;
}

/**
 * Actions of the operator outside runs: an image, a move of the stage, a change of a setting. Each is shown in every browser while it lasts,
 * and STOP ends it.
 */
export class PlainActions {
  private readonly acting = new Set<Acting>();
  private count = 0;

  constructor(private readonly state: SharedState) {
    state.set('action', undefined);
  }

  /**
   * Performs an action, at most this long. Throws `console/action-stopped` when STOP was pressed, or what the action throws.
   * @param what such as `View image`
   */
  async perform<Result>(
    what: string,
    limitMilliseconds: number,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(limitMilliseconds)]);
    const acting = { what, controller };
    this.acting.add(acting);
    this.count += 1;
    this.show();
    try {
      return await work(signal);
    } catch (error) {
      if (!acting.controller.signal.aborted) throw error;
      this.state.log('warn', `${what}: stopped.`);
      throw consoleErrors.actionStopped(what);
    } finally {
      this.acting.delete(acting);
      this.show();
    }
  }

  /** Ends everything under way; harmless when nothing is. */
  stop(): void {
    for (const { what, controller } of this.acting) controller.abort(new StoppedError(what));
  }

  private show(): void {
    const [first] = this.acting;
    this.state.set('action', first && { number: this.count, what: first.what });
  }
}
