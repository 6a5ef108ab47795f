import { scaled, sum, type PlaneVector } from './plane';
import type { DriftTruth } from './truth';

/** The wandering of the specimen: a steady part, and one that dies away and may start afresh with each stage move. */
export class Drift {
  private restarted: number;
  private settled: PlaneVector = { x: 0, y: 0 };

  constructor(
    private readonly truth: DriftTruth,
    private readonly start: number,
  ) {
    this.restarted = start;
  }

  /** Displacement of the specimen at a time in seconds, micrometres in the specimen plane. */
  at(time: number): PlaneVector {
    return sum(scaled(this.truth.linear, time - this.start), sum(this.settled, this.decayed(time)));
  }

  /** Tells that the stage has moved, which may disturb the holder anew. */
  stageMoved(time: number): void {
    if (!this.truth.decaying.restartsOnStageMove) return;
    this.settled = sum(this.settled, this.decayed(time));
    this.restarted = time;
  }

  private decayed(time: number): PlaneVector {
    const { amplitude, timeConstant } = this.truth.decaying;
    return scaled(amplitude, timeConstant * -Math.expm1(-Math.max(0, time - this.restarted) / timeConstant));
  }
}
