import { StoppedError, throwIfStopped } from './errors';

/** Work of a device that can be stopped from outside: all that is under way ends as stopped. */
export class StoppableWork {
  private readonly underWay = new Set<Promise<unknown>>();
  private stopping = new AbortController();

  /** @param what name of the work in the message of a stop, such as `The exposure` */
  constructor(private readonly what: string) {}

  /** True while anything is under way; a caller in the same turn sees what the one before it has begun. */
  get busy(): boolean {
    return this.underWay.size > 0;
  }

  /** Does work that ends, as stopped, with `stop` or with the signal of its caller. */
  async run<Result>(work: (stopped: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal) throwIfStopped(signal);
    const running = work(signal ? AbortSignal.any([signal, this.stopping.signal]) : this.stopping.signal);
    this.underWay.add(running);
    try {
      return await running;
    } finally {
      this.underWay.delete(running);
    }
  }

  /** Stops everything that is under way and waits for its end; harmless when nothing is. */
  async stop(): Promise<void> {
    if (!this.busy) return;
    this.stopping.abort(new StoppedError(this.what));
    this.stopping = new AbortController();
    await Promise.allSettled(this.underWay);
  }
}
