import { exponential, hypotenuse } from './functions';
import { difference, origin, scaled, sum, type PlaneVector } from './plane';

/** One exponential part of a lens that lags: a fraction of each step is missing at first and arrives with a time constant in seconds. */
export interface SettlingTerm {
  readonly fraction: number;
  readonly timeConstant: number;
}

/** A two-axis setting that is reached at once but for a few exponential tails; the tails of successive steps add up. */
export class SettlingVector {
  private target: PlaneVector = origin;
  private changed = 0;
  private held: PlaneVector = origin;
  private missing: readonly { term: SettlingTerm; left: PlaneVector }[] = [];

  /** The value set last. */
  get setting(): PlaneVector {
    return this.target;
  }

  /** Sets a new value at a time in seconds, with the tails that this step will have and the fraction of it that hysteresis keeps back until the next one. */
  set(value: PlaneVector, time: number, terms: readonly SettlingTerm[], hysteresis = 0): void {
    const step = difference(value, this.target);
    if (step.x !== 0 || step.y !== 0) this.held = scaled(step, hysteresis);
    const older = this.missing
      .map(({ term, left }) => ({
        term,
        left: scaled(left, exponential(-Math.max(0, time - this.changed) / term.timeConstant)),
      }))
      .filter(({ left }) => hypotenuse(left.x, left.y) > 1e-12);
    this.missing = [...older, ...terms.map((term) => ({ term, left: scaled(step, term.fraction) }))];
    this.target = value;
    this.changed = time;
  }

  /** The value really reached at a time not before the last setting. */
  at(time: number): PlaneVector {
    const elapsed = Math.max(0, time - this.changed);
    return this.missing.reduce(
      (value, { term, left }) => sum(value, scaled(left, -exponential(-elapsed / term.timeConstant))),
      difference(this.target, this.held),
    );
  }
}
