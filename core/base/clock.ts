import { type Seconds, seconds } from './units';
import { StoppedError } from './errors';

/**
 * The time of the microscope. Every deliberate delay goes through it, so that a simulated day can pass in seconds.
 * Guards against a device that never answers use real timers instead: simulated time does not repair a broken wire.
 */
export interface Clock {
  /** Seconds since the clock was made; never decreases. */
  now(): Seconds;
  /** The calendar time, by which people date things: real also where simulated time passes faster. */
  date(): Date;
  /** Seconds of the microscope in a real second, 1 by default; infinite where delays take no time. */
  readonly speed?: number;
  /** Resolves after the delay; rejects with the signal's reason as soon as it fires. */
  delay(duration: Seconds, signal?: AbortSignal, options?: DelayOptions): Promise<void>;
}

/** Choices of a delay. */
export interface DelayOptions {
  /** True for a delay beside other work, such as that of a blanker during an exposure: it follows the time that the work takes and moves no simulated clock. */
  readonly follows?: boolean;
}

/** Real time, optionally faster: at speed 4 a delay of 2 s takes 0.5 s. */
export class RealClock implements Clock {
  private readonly start = performance.now();

  constructor(readonly speed = 1) {}

  now(): Seconds {
    return seconds(((performance.now() - this.start) / 1000) * this.speed);
  }
  date(): Date {
    return new Date();
  }
  delay(duration: Seconds, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(reasonOf(signal));
      const stop = (): void => {
        clearTimeout(timer);
        reject(reasonOf(signal!));
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
        Math.max(0, (duration * 1000) / this.speed),
      );
      signal?.addEventListener('abort', stop, { once: true });
    });
  }
}

/**
 * Virtual time: a delay moves the clock to its end at once. Of several delays the one with the earliest end comes
 * first. The caller of `delay` moves the time, so background work must not wait on this clock, unless its delay follows.
 */
export class VirtualClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly waiting: { until: number; order: number; follows: boolean; wake: () => void }[] = [];

  readonly speed = Infinity;

  /** @param calendar the date at the beginning, which moves with the virtual time, or a calendar of its own */
  constructor(private readonly calendar: Date | (() => Date) = new Date(0)) {}

  now(): Seconds {
    return seconds(this.time);
  }
  date(): Date {
    const { calendar } = this;
    return typeof calendar === 'function' ? calendar() : new Date(calendar.getTime() + this.time * 1000);
  }
  delay(duration: Seconds, signal?: AbortSignal, { follows = false }: DelayOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(reasonOf(signal));
      const entry = {
        follows,
        until: this.time + Math.max(0, duration),
        order: this.order++,
        wake: (): void => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      const stop = (): void => {
        const at = this.waiting.indexOf(entry);
        if (at >= 0) this.waiting.splice(at, 1);
        reject(reasonOf(signal!));
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.waiting.push(entry);
      // One turn of the event loop, so that a waiting abort or answer comes first.
      if (!follows) setImmediate(() => this.wakeEarliest());
    });
  }

  private wakeEarliest(): void {
    this.waiting.sort((a, b) => a.until - b.until || a.order - b.order);
    const next = this.waiting.shift();
    if (!next) return;
    this.time = Math.max(this.time, next.until);
    next.wake();
    // The delay that moves the time here has still to come.
    if (next.follows) setImmediate(() => this.wakeEarliest());
  }
}

/** Polls a condition until it is true; returns false when the limit, in seconds, is over. */
export async function waitUntil(
  clock: Clock,
  isSo: () => Promise<boolean>,
  {
    limit,
    interval,
    signal,
  }: { readonly limit: number; readonly interval: Seconds; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  const end = clock.now() + limit;
  while (!(await isSo())) {
    if (clock.now() >= end) return false;
    await clock.delay(interval, signal);
  }
  return true;
}

const reasonOf = (signal: AbortSignal): Error => (signal.reason instanceof Error ? signal.reason : new StoppedError());
