import { WireError, reasonOf } from './wire-error';

/** Ends an exchange by destroying what it goes over, when its time is up or its signal fires. */
export class ExchangeGuard {
  private timer: NodeJS.Timeout | undefined;
  private readonly stop = (): void => this.destroy(reasonOf(this.signal!, this.what));

  /** @param what names the exchange in messages */
  constructor(
    private readonly destroy: (error: Error) => void,
    readonly what: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.stop, { once: true });
    if (signal?.aborted) this.stop();
  }

  /** Allows a number of milliseconds from now on. */
  allow(milliseconds: number): void {
    clearTimeout(this.timer);
    const seconds = Number((milliseconds / 1000).toFixed(2));
    const expire = (): void =>
      this.destroy(
        new WireError(
          'wire/timeout',
          `${this.what}: no answer within ${seconds} s; the connection was closed.`,
          'See whether the server program hangs, shows a dialog or is busy with an exposure; restart it if it hangs, then try again.',
        ),
      );
    this.timer = setTimeout(expire, Math.round(milliseconds));
  }

  end(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.stop);
  }
}
