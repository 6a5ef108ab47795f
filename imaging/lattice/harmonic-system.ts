import { inverse as inverseOf, Matrix as Numbers } from 'ml-matrix';
import { singularFit } from '../errors';
import {
  axisMoments,
  type AxisMoments,
  axisWave,
  type AxisWave,
  blocksAcross,
  type BlockSums,
  type Plane,
  powers as axisPowers,
  waveSums,
} from './block-sums';
import type { BlockPhases } from './phase-errors';

/** Orders of a wave of the lattice along its two reciprocal vectors; halves and thirds belong to larger lattices. */
export type Order = readonly [number, number];

/** One product of an amplitude, powers of the coordinates and a wave, of which the real part counts. */
interface Term {
  readonly re: number;
  readonly im: number;
  readonly a: 0 | 1 | 2;
  readonly b: 0 | 1 | 2;
  /** Number of the wave; 0 for none. */
  readonly wave: number;
}

// prettier-ignore
const powers = [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]] as const;
/** Highest power of a coordinate in the background. */
const maxBackgroundPower = 2;
/** Smooth part of an image, which is fitted with the waves. */
export const background: readonly Term[] = powers.map(([a, b]) => ({ re: 1, im: 0, a, b, wave: 0 }));
/** Residual phases of one vector by block, without its direction. */
export type Phases = Pick<BlockPhases, 'scores' | 'information'>;

/** Solution of the normal equations. */
export interface Solution {
  readonly parameters: readonly number[];
  /** Inverse of the normal equations. */
  readonly inverse: Numbers;
}

/** Parameters with their variances by the scatter among the parts of the image. */
export interface Scattered {
  readonly parameters: readonly number[];
  readonly variances: Float64Array;
}

const blocks = blocksAcross ** 2;

/** Normal equations of a fit of waves at given vectors, block by block. */
export class HarmonicSystem {
  private readonly across: readonly AxisWave[];
  private readonly down: readonly AxisWave[];
  private readonly sums: readonly (readonly BlockSums[])[];
  private readonly linear: readonly (readonly Term[])[];
  /** Sums over the blocks of each pair of linear functions, and of each with the pixels: block by block, one pair after the other. */
  private readonly linearPairs: Float64Array;
  private readonly linearTargets: Float64Array;
  private readonly moments = new Map<number, { readonly x: AxisMoments; readonly y: AxisMoments }>();

  constructor(
    plane: Plane,
    [x1 = 0, y1 = 0, x2 = 0, y2 = 0]: readonly number[],
    private readonly orders: readonly Order[],
  ) {
    const waves: readonly Order[] = [[0, 0], ...orders];
    this.across = waves.map(([h, k]) => axisWave(h * x1 + k * x2, plane.columns));
    this.down = waves.map(([h, k]) => axisWave(h * y1 + k * y2, plane.rows));
    this.sums = waves.map((_, index) =>
      waveSums(plane, this.across[index]!, this.down[index]!, index === 0 ? maxBackgroundPower : 1),
    );
    this.linear = [
      ...background.map((term) => [term]),
      ...orders.flatMap((_, index) => [
        [{ re: 1, im: 0, a: 0, b: 0, wave: index + 1 } as const],
        [{ re: 0, im: 1, a: 0, b: 0, wave: index + 1 } as const],
      ]),
    ];
    const count = this.linear.length;
    this.linearPairs = new Float64Array(pairAt(count, 0) * blocks);
    this.linearTargets = new Float64Array(count * blocks);
    this.linear.forEach((one, i) => {
      this.addProjections(one, this.linearTargets, i * blocks);
      for (let j = 0; j <= i; j++) this.addPair(one, this.linear[j]!, this.linearPairs, pairAt(i, j) * blocks);
    });
  }

  /** Derivatives of the image by the four components of the vectors. */
  slopes(parameters: readonly number[]): readonly (readonly Term[])[] {
    return ([0, 1] as const).flatMap((vector) =>
      (
        [
          [1, 0],
          [0, 1],
        ] as const
      ).map(([a, b]) => this.slope(parameters, vector, a, b)),
    );
  }

  /** Residual phases of the first and the second vector, by block. */
  phases(parameters: readonly number[]): readonly [Phases, Phases] {
    const of = (vector: 0 | 1): Phases => {
      const phase = this.slope(parameters, vector, 0, 0);
      const scores = new Float64Array(blocksAcross ** 2);
      const information = new Float64Array(blocksAcross ** 2);
      for (const term of phase) {
        this.project(term, (block, value) => (scores[block]! += value));
        for (const other of phase) this.correlate(term, other, information);
        this.linear.forEach((terms, index) => {
          const parameter = parameters[index]!;
          for (const { re, im, ...rest } of terms) {
            const fitted = { re: -parameter * re, im: -parameter * im, ...rest };
            if (term.wave >= fitted.wave) this.correlate(term, fitted, scores);
            else this.correlate(fitted, term, scores);
          }
        });
      }
      return { scores, information };
    };
    return [of(0), of(1)];
  }

  /** Derivative of the image by the coefficient of x^a y^b in the cycles of a vector. */
  private slope(parameters: readonly number[], vector: 0 | 1, a: 0 | 1, b: 0 | 1): readonly Term[] {
    return this.orders.flatMap((order, index): Term[] => {
      const factor = 2 * Math.PI * order[vector];
      const at = background.length + 2 * index;
      // The derivative of c exp(2 pi i f x) is 2 pi i x c exp(2 pi i f x).
      return factor === 0
        ? []
        : [{ re: -factor * parameters[at + 1]!, im: factor * parameters[at]!, a, b, wave: index + 1 }];
    });
  }

  solve(more: readonly (readonly Term[])[]): Solution {
    const functions = [...this.linear, ...more];
    const count = functions.length;
    const normal = new Numbers(count, count);
    const target: number[] = [];
    const sums = new Float64Array(blocks);
    functions.forEach((one, i) => {
      const known = i < this.linear.length;
      if (!known) this.addProjections(one, sums.fill(0), 0);
      target.push(known ? total(this.linearTargets, i * blocks) : total(sums, 0));
      for (let j = 0; j <= i; j++) {
        if (!known) this.addPair(one, functions[j]!, sums.fill(0), 0);
        const value = known ? total(this.linearPairs, pairAt(i, j) * blocks) : total(sums, 0);
        normal.set(i, j, value);
        normal.set(j, i, value);
      }
    });
    const scales = Array.from({ length: count }, (_, index) => Math.sqrt(normal.get(index, index)));
    if (scales.some((scale) => !(scale > 0))) throw singularFit('fitHarmonics', 'one of the waves is not in the image');
    const scaled = new Numbers(count, count);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) scaled.set(i, j, normal.get(i, j) / (scales[i]! * scales[j]!));
    const inverse = inverseOf(scaled);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) inverse.set(i, j, inverse.get(i, j) / (scales[i]! * scales[j]!));
    if (!inverse.to1DArray().every(Number.isFinite)) throw singularFit('fitHarmonics');
    return { parameters: inverse.mmul(Numbers.columnVector(target)).to1DArray(), inverse };
  }

  /** Variances of the linear parameters. Each block pulls them its own way; the sum of the squares of these pulls is their variance. */
  scattered({ parameters, inverse }: Solution): Scattered {
    const count = this.linear.length;
    const variances = new Float64Array(count);
    const rows = inverse.to2DArray();
    const rest = new Float64Array(count);
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < count; i++) {
        let fitted = 0;
        for (let j = 0; j < count; j++)
          fitted += this.linearPairs[(i > j ? pairAt(i, j) : pairAt(j, i)) * blocks + block]! * parameters[j]!;
        rest[i] = this.linearTargets[i * blocks + block]! - fitted;
      }
      for (let i = 0; i < count; i++) {
        let pull = 0;
        for (let j = 0; j < count; j++) pull += rows[i]![j]! * rest[j]!;
        variances[i]! += pull * pull;
      }
    }
    return { parameters, variances };
  }

  /** Adds the sums of the pixels times a function, by block. */
  private addProjections(terms: readonly Term[], totals: Float64Array, from: number): void {
    for (const term of terms) this.project(term, (block, value) => (totals[from + block]! += value));
  }

  /** Adds the sums of the product of two functions, by block. */
  private addPair(one: readonly Term[], other: readonly Term[], totals: Float64Array, from: number): void {
    for (const first of one) for (const second of other) this.correlate(first, second, totals, from);
  }

  /** Sums of the pixels times the real part of a term, by block. */
  private project({ re, im, a, b, wave }: Term, take: (block: number, value: number) => void): void {
    this.sums[wave]!.forEach((sums, block) => {
      const sum = sums[a]![b]!;
      take(block, re * sum.re - im * sum.im);
    });
  }

  /** Adds the sums of the product of two real parts, by block: Re(p)Re(q) = Re(pq + p conj q) / 2. */
  private correlate(one: Term, other: Term, totals: Float64Array, from = 0): void {
    for (const sign of [1, -1] as const) {
      const { x, y } = this.momentsOf(one.wave, other.wave, sign);
      const re = one.re * other.re - sign * one.im * other.im;
      const im = sign * one.re * other.im + one.im * other.re;
      for (let row = 0, block = from; row < blocksAcross; row++) {
        const down = row * axisPowers + one.b + other.b;
        const [downRe, downIm] = [y.re[down]!, y.im[down]!];
        const [left, right] = [re * downRe - im * downIm, re * downIm + im * downRe];
        for (let column = 0; column < blocksAcross; column++, block++) {
          const across = column * axisPowers + one.a + other.a;
          totals[block]! += 0.5 * (left * x.re[across]! - right * x.im[across]!);
        }
      }
    }
  }

  private momentsOf(one: number, other: number, sign: 1 | -1) {
    // The opposite of no wave is none, too.
    const key = (one * 256 + other) * 2 + (sign > 0 && other > 0 ? 1 : 0);
    const known = this.moments.get(key);
    if (known) return known;
    // A wave is multiplied by a coordinate at most.
    const highest = (one === 0 ? maxBackgroundPower : 1) + (other === 0 ? maxBackgroundPower : 1);
    const made = {
      x: axisMoments(this.across[one]!, this.across[other]!, sign, highest),
      y: axisMoments(this.down[one]!, this.down[other]!, sign, highest),
    };
    this.moments.set(key, made);
    return made;
  }
}

/** Place of a pair of functions, the later one first, in the list of all pairs. */
const pairAt = (i: number, j: number): number => (i * (i + 1)) / 2 + j;

/** Sum over all blocks. */
function total(sums: Float64Array, from: number): number {
  let sum = 0;
  for (let block = 0; block < blocks; block++) sum += sums[from + block]!;
  return sum;
}
