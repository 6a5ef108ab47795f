import { scaled, sum, type PlaneVector } from '../plane';
import type { DriftTruth } from '../truth';

/** The wandering of the specimen: a steady part, one that dies away and may start afresh with each stage move, and in low magnification that of its charge. */
export class Drift {
  private restarted: number;
  private settled: PlaneVector = { x: 0, y: 0 };
  /** Since when the specimen charges up; not outside low magnification. */
  private charging: number | undefined;

  constructor(
    private readonly truth: DriftTruth,
    private readonly start: number,
  ) {
    this.restarted = start;
  }

  /** Displacement of the specimen at a time in seconds, micrometres in the specimen plane. */
  at(time: number): PlaneVector {
    return sum(
      sum(scaled(this.truth.linear, time - this.start), this.charged(time)),
      sum(this.settled, this.decayed(time)),
    );
  }

  /** Tells which range of magnification is used; a specimen charges up anew when the low one is entered. */
  magnificationSet(low: boolean, time: number): void {
    if (!low) this.charging = undefined;
    else this.charging ??= time;
  }

  /** Tells that the stage has moved, which may disturb the holder anew. */
  stageMoved(time: number): void {
    if (this.charging !== undefined) this.charging = time;
    if (!this.truth.decaying.restartsOnStageMove) return;
    this.settled = sum(this.settled, this.decayed(time));
    this.restarted = time;
  }

  private charged(time: number): PlaneVector {
    const { amplitude, timeConstant } = this.truth.charging;
    return this.charging === undefined
      ? { x: 0, y: 0 }
      : scaled(amplitude, -Math.expm1(-Math.max(0, time - this.charging) / timeConstant));
  }

  private decayed(time: number): PlaneVector {
    const { amplitude, timeConstant } = this.truth.decaying;
    return scaled(amplitude, timeConstant * -Math.expm1(-Math.max(0, time - this.restarted) / timeConstant));
  }
}
