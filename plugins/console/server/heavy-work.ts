import { consoleErrors } from './errors';

/** Largest number of heavy requests of one browser that wait. */
const maxWaiting = 16;

interface Job {
  readonly owner: number;
  readonly perform: () => Promise<void>;
}

/**
 * Requests that keep the program busy for a moment, such as the history or the check of the configuration. They are done one at a time, and after each as much time is left free as it took: STOP waits for one of them at most, however many browsers ask.
 */
export class HeavyWork {
  private readonly waiting: Job[] = [];
  private busy = false;

  /** Does something heavy for a browser, when its turn comes. Throws `console/too-much` for a browser that asks too often. */
  do<Result>(owner: number, work: () => Result | Promise<Result>): Promise<Result> {
    if (this.waiting.filter((job) => job.owner === owner).length >= maxWaiting) throw consoleErrors.tooMuch();
    return new Promise<Result>((resolve, reject) => {
      const perform = async (): Promise<void> => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      this.waiting.push({ owner, perform });
      if (!this.busy) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.busy = true;
    for (let job = this.waiting.shift(); job; job = this.waiting.shift()) {
      const began = performance.now();
      await job.perform();
      const rest = performance.now() - began;
      if (this.waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
    this.busy = false;
  }
}
