import { randomNumbers } from '../support/random-numbers';
import type { Point } from './foreign-world';

/** Draws of one world. */
export class Chance {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomNumbers(seed);
    // Neighbouring seeds begin alike.
    for (let skipped = 0; skipped < 5; skipped++) this.next();
  }

  /** Evenly between two numbers. */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Between two positive numbers, each factor being as likely. */
  factor(low: number, high: number): number {
    return low * (high / low) ** this.next();
  }

  /** The same with either sign. */
  either(low: number, high: number): number {
    return this.factor(low, high) * (this.next() < 0.5 ? -1 : 1);
  }

  /** A whole number from one to another. */
  whole(low: number, high: number): number {
    return Math.min(high, Math.floor(this.between(low, high + 1)));
  }

  /** One of a list. */
  pick<Each>(list: readonly Each[]): Each {
    return list[this.whole(0, list.length - 1)]!;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(this.next() + 1e-12)) * Math.cos(2 * Math.PI * this.next());
  }

  /** A length in any direction. */
  anyDirection(length: number): Point {
    const angle = this.between(0, 2 * Math.PI);
    return { x: length * Math.cos(angle), y: length * Math.sin(angle) };
  }
}

/** Normal numbers that belong to the places of a list, whatever is asked for first. */
export function normals(seed: number): (index: number, axis: number) => number {
  const known = new Map<number, number>();
  return (index, axis) => {
    const key = 2 * index + axis;
    const found = known.get(key) ?? new Chance(seed * 7919 + key * 104_729 + 1).normal();
    known.set(key, found);
    return found;
  };
}
