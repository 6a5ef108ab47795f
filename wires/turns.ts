import { reasonOf } from './wire-error';

/** Lets things happen strictly one after the other, in the order in which they were asked for. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** @param what names what is stopped when a signal fires while it waits, such as `The call to DigitalMicrograph` */
  constructor(private readonly what: string) {}

  /**
   * Does the work when everything before it has ended, well or badly. Work that still waits when the signal fires is never begun and
   * fails at once; work that has begun must mind the signal itself.
   */
  take<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    let begun = false;
    const turn = this.last.then(() => {
      if (signal?.aborted) throw reasonOf(signal, this.what);
      begun = true;
      return work();
    });
    this.last = turn.catch(() => {});
    if (!signal) return turn;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        if (!begun) reject(reasonOf(signal, this.what));
      };
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /** Resolves when all that was asked for until now has ended. */
  async settled(): Promise<void> {
    await this.last;
  }
}
