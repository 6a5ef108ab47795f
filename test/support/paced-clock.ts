import { type Clock, RealClock, type Seconds, seconds } from '../../core/base';

/** Time that only delays move, each of which takes a part of its duration in real time: for an instrument that lives in real time. */
export class PacedClock implements Clock {
  private time = 0;
  private readonly real: RealClock;

  /** @param speed simulated seconds in a real one */
  constructor(speed: number) {
    this.real = new RealClock(speed);
  }

  now(): Seconds {
    return seconds(this.time);
  }

  date(): Date {
    return new Date(1000 * this.time);
  }

  async delay(duration: Seconds, signal?: AbortSignal): Promise<void> {
    const until = this.time + duration;
    await this.real.delay(duration, signal);
    this.time = Math.max(this.time, until);
  }
}
