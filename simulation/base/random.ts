import { exponential } from './functions';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { imul } = Math;

/**
 * A 32-bit integer that looks random for every different `value` and `key`.
 * Two multiply-and-shift rounds with the key folded in between, so that sequences of two keys are unrelated even where their counters overlap.
 */
export function hash(value: number, key: number): number {
  let h = imul(value, 0x9e3779b1) ^ key;
  h = imul(h ^ (h >>> 16), 0x7feb352d);
  h ^= imul(key, 0x27d4eb2f);
  h = imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** One key out of several integers, for a stream of its own. */
export function keyOf(...parts: readonly number[]): number {
  return parts.reduce((key, part) => hash(part | 0, key), 0x2545f491);
}

const normalCount = 1 << 15;

/** Values of the standard normal distribution at equal steps of probability; taking one at a random index draws from the distribution. */
export const normalQuantiles = tabulateNormal();

/** The bits of a random integer that index `normalQuantiles`: the high ones and, independent of them, the low ones. */
export const highNormal = (random: number): number => normalQuantiles[random >>> 17]!;
/** As `highNormal`, from the low bits of the same integer. */
export const lowNormal = (random: number): number => normalQuantiles[random & (normalCount - 1)]!;

/** A stream of random numbers that depends on its key alone. */
export class RandomStream {
  private count = 0;

  constructor(private readonly key: number) {}

  /** A number in 0..1, ends excluded. */
  uniform(): number {
    return ((hash(this.count++, this.key) >>> 0) + 0.5) / 4294967296;
  }

  /** A number between two others. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A number between two others in size, of either sign. */
  eitherSign(smallest: number, largest: number): number {
    const size = this.between(smallest, largest);
    return this.uniform() < 0.5 ? -size : size;
  }

  /** Two numbers of the normal distribution about zero. */
  pair(deviation: number): [number, number] {
    return [deviation * this.normal(), deviation * this.normal()];
  }

  /** A number of the standard normal distribution. */
  normal(): number {
    return highNormal(hash(this.count++, this.key));
  }
}

function tabulateNormal(): Float32Array {
  const table = new Float32Array(normalCount);
  // The distribution function is integrated in fine steps and read backwards, which needs no approximation formula.
  const step = 1 / 4096;
  let cumulative = 0.5;
  let x = 0;
  for (let i = normalCount / 2; i < normalCount; i++) {
    const wanted = (i + 0.5) / normalCount;
    for (;;) {
      const density = exponential(-0.5 * (x + step / 2) ** 2) / Math.sqrt(2 * Math.PI);
      if (cumulative + density * step >= wanted) {
        table[i] = x + (wanted - cumulative) / density;
        break;
      }
      cumulative += density * step;
      x += step;
    }
    table[normalCount - 1 - i] = -table[i]!;
  }
  let square = 0;
  for (const value of table) square += value * value;
  const correction = Math.sqrt(normalCount / square);
  return table.map((value) => value * correction);
}
