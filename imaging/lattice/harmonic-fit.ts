import { inverse as inverseOf, Matrix as Numbers } from 'ml-matrix';
import { singularFit, tooFewPoints } from '../errors';
import type { Vector } from '../geometry';
import { type Image, layoutOf, requireFinite, toFloat64 } from '../image';
import {
  axisMoments,
  blockEdges,
  blocksAcross,
  type BlockSums,
  type Complex,
  type Plane,
  waveSums,
} from './block-sums';
import { type FieldCurvature, fieldCurvature } from './field-curvature';
import { type BlockPhases, type BlockPlaces, varianceFactors } from './phase-errors';

/** Orders of a wave of the lattice along its two reciprocal vectors; halves and thirds belong to larger lattices. */
export type Order = readonly [number, number];

/** A wave of the fitted lattice. */
export interface Harmonic {
  readonly order: Order;
  /** Half the difference between its crests and troughs, in counts. */
  readonly amplitude: number;
  /** The square of the amplitude over the square of its standard error, from the scatter among the parts of the image. */
  readonly significance: number;
}

/** Two reciprocal vectors in cycles per pixel, X right and Y DOWN. */
export interface Reciprocals {
  readonly first: Vector;
  readonly second: Vector;
}

/** A lattice fitted to the pixels of an image. */
export interface HarmonicFit {
  readonly reciprocals: Reciprocals;
  /**
   * Covariance of first x, first y, second x, second y, for the noise and the bends among the parts of the image; zeros
   * where it was not requested.
   */
  readonly covariance: readonly (readonly number[])[];
  /** Factor by which bends make the standard errors larger than the noise alone; 1 where no errors were requested. */
  readonly bend: number;
  /** Share of a bent field in the vectors; none where no errors were requested. */
  readonly curvature: FieldCurvature;
  readonly harmonics: readonly Harmonic[];
}

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
const background: readonly Term[] = powers.map(([a, b]) => ({ re: 1, im: 0, a, b, wave: 0 }));
const maxIterations = 12;
/** A correction ends the fit when it moves no wave by more than this share of a cycle at the edge of the image. */
const settledStep = 1e-5;

/**
 * Fits a lattice to the pixels of an image by least squares: the reciprocal vectors, the waves of the given orders and
 * a background of second degree (Gauss-Newton). Standard errors come from the residuals of 64 parts of the image: those
 * of the waves from the sum of the scores (the sandwich estimate of P. J. Huber, Proc. 5th Berkeley Symposium 1 (1967)
 * 221, by clusters), those of the vectors as `varianceFactors` says.
 *
 * @param start correct to a fraction of a cycle across the image
 * @param orders each once, not with its opposite
 * @param hold keeps the vectors and finds only the waves
 * @param errors `false` leaves out the covariance of the vectors
 * @throws ImagingError 'imaging/too-few-points' for an image below 32 pixels, 'imaging/singular-fit',
 * 'imaging/not-finite', 'imaging/empty-image'
 */
export function fitHarmonics(
  source: Image,
  start: Reciprocals,
  orders: readonly Order[],
  { hold = false, errors = true } = {},
): HarmonicFit {
  const { rows, columns } = layoutOf(source, 'fitHarmonics');
  if (Math.min(rows, columns) < 32) throw tooFewPoints('fitHarmonics', Math.min(rows, columns), 32);
  const pixels = toFloat64(source, 'fitHarmonics');
  requireFinite(pixels, 'fitHarmonics');
  const plane: Plane = { pixels, rows, columns };
  // In coordinates from -1 to 1 a frequency is in cycles a half side.
  let vectors = [
    (start.first.x * columns) / 2,
    (start.first.y * rows) / 2,
    (start.second.x * columns) / 2,
    (start.second.y * rows) / 2,
  ];
  for (let iteration = 0; ; iteration++) {
    const system = new System(plane, vectors, orders);
    const linear = system.solve([]);
    if (hold) return outcome(plane, vectors, orders, system.scattered(linear), withoutErrors);
    const full = system.solve(system.slopes(linear.parameters));
    const steps = full.parameters.slice(-4);
    vectors = vectors.map((value, index) => value + steps[index]!);
    if (Math.max(...steps.map(Math.abs)) < settledStep || iteration === maxIterations)
      return outcome(
        plane,
        vectors,
        orders,
        system.scattered(linear),
        errors ? errorsOf(plane, vectors, full, system.phases(linear.parameters)) : withoutErrors,
      );
  }
}

type VectorErrors = Pick<HarmonicFit, 'covariance' | 'bend' | 'curvature'>;
const withoutErrors: VectorErrors = {
  covariance: [0, 1, 2, 3].map(() => [0, 0, 0, 0]),
  bend: 1,
  curvature: { stretch: 0, turn: 0 },
};
const scalesOf = ({ rows, columns }: Plane): readonly number[] => [2 / columns, 2 / rows, 2 / columns, 2 / rows];

/** The covariance of the vectors in cycles per pixel, and the share of the bends in it. */
function errorsOf(
  plane: Plane,
  vectors: readonly number[],
  { inverse, parameters }: Solution,
  phases: readonly [Phases, Phases],
): VectorErrors {
  const { rows, columns } = plane;
  const scales = scalesOf(plane);
  const [down, across] = [blockEdges(rows), blockEdges(columns)];
  const middle = (edges: readonly number[], block: number): number =>
    (edges[block]! + edges[block + 1]! - edges.at(-1)!) / 2;
  const places: BlockPlaces = {
    centres: Array.from({ length: blocksAcross ** 2 }, (_, block) => ({
      x: middle(across, block % blocksAcross),
      y: middle(down, Math.floor(block / blocksAcross)),
    })),
    width: columns / blocksAcross,
    height: rows / blocksAcross,
    halfSide: Math.min(rows, columns) / 2,
  };
  const [first, second] = phases.map((family, index): BlockPhases => ({
    ...family,
    reciprocal: { x: vectors[2 * index]! * scales[0]!, y: vectors[2 * index + 1]! * scales[1]! },
  }));
  const factors = varianceFactors([first!, second!], places).map(Math.sqrt);
  const from = parameters.length - 4;
  return {
    covariance: scales.map((one, i) =>
      scales.map((other, j) => inverse.get(from + i, from + j) * one * other * factors[i]! * factors[j]!),
    ),
    bend: bendFactor(factors, [first!, second!]),
    curvature: fieldCurvature([first!, second!], places),
  };
}

/** The largest of the factors against that of noise, which is the scatter of the phases among neighbouring parts. */
function bendFactor(factors: readonly number[], families: readonly BlockPhases[]): number {
  return Math.max(
    ...families.map(({ scores, information }, family) => {
      const steps = Array.from(scores, (score, block) =>
        block % blocksAcross === 0 ? 0 : score / information[block]! - scores[block - 1]! / information[block - 1]!,
      ).filter((step, block) => block % blocksAcross > 0 && Number.isFinite(step));
      const noise = Math.sqrt(steps.reduce((sum, step) => sum + step * step, 0) / (2 * steps.length));
      const typical = Math.sqrt(information.length / information.reduce((sum, value) => sum + value, 0));
      return Math.max(factors[2 * family]!, factors[2 * family + 1]!) / Math.max(1e-12, noise / typical);
    }),
  );
}

function outcome(
  plane: Plane,
  vectors: readonly number[],
  orders: readonly Order[],
  { parameters, variances }: Scattered,
  errors: VectorErrors,
): HarmonicFit {
  const scales = scalesOf(plane);
  const harmonics = orders.map((order, index): Harmonic => {
    const at = background.length + 2 * index;
    const [re, im] = [parameters[at]!, parameters[at + 1]!];
    const variance = variances[at]! + variances[at + 1]!;
    return { order, amplitude: Math.hypot(re, im), significance: variance > 0 ? (re * re + im * im) / variance : 0 };
  });
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = vectors.map((value, index) => value * scales[index]!);
  return { reciprocals: { first: { x: x1, y: y1 }, second: { x: x2, y: y2 } }, ...errors, harmonics };
}

type Phases = Pick<BlockPhases, 'scores' | 'information'>;

interface Solution {
  readonly parameters: readonly number[];
  /** Inverse of the normal equations. */
  readonly inverse: Numbers;
}

/** Parameters with their variances by the scatter among the parts of the image. */
interface Scattered {
  readonly parameters: readonly number[];
  readonly variances: Float64Array;
}

const blocks = blocksAcross ** 2;

/** The normal equations of a fit at given vectors, block by block. */
class System {
  private readonly waves: readonly Vector[];
  private readonly sums: readonly (readonly BlockSums[])[];
  private readonly linear: readonly (readonly Term[])[];
  /** Sums over the blocks of each pair of linear functions, and of each with the pixels: block by block, one pair after the other. */
  private readonly linearPairs: Float64Array;
  private readonly linearTargets: Float64Array;
  private readonly moments = new Map<
    number,
    { readonly x: ReturnType<typeof axisMoments>; readonly y: ReturnType<typeof axisMoments> }
  >();

  constructor(
    private readonly plane: Plane,
    [x1 = 0, y1 = 0, x2 = 0, y2 = 0]: readonly number[],
    private readonly orders: readonly Order[],
  ) {
    this.waves = [{ x: 0, y: 0 }, ...orders.map(([h, k]) => ({ x: h * x1 + k * x2, y: h * y1 + k * y2 }))];
    this.sums = this.waves.map((wave, index) => waveSums(plane, wave, index === 0 ? 2 : 1));
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
      for (let row = 0, block = 0; row < blocksAcross; row++) {
        const down = y[row]![one.b + other.b]!;
        for (let column = 0; column < blocksAcross; column++, block++) {
          const across = x[column]![one.a + other.a]!;
          totals[from + block]! += 0.5 * (re * realOf(across, down) - im * (across.re * down.im + across.im * down.re));
        }
      }
    }
  }

  private momentsOf(one: number, other: number, sign: 1 | -1) {
    const key = (one * 256 + other) * 2 + (sign > 0 ? 1 : 0);
    const known = this.moments.get(key);
    if (known) return known;
    const [p, q] = [this.waves[one]!, this.waves[other]!];
    const made = {
      x: axisMoments(p.x + sign * q.x, this.plane.columns),
      y: axisMoments(p.y + sign * q.y, this.plane.rows),
    };
    this.moments.set(key, made);
    return made;
  }
}

const realOf = (one: Complex, other: Complex): number => one.re * other.re - one.im * other.im;

/** Place of a pair of functions, the later one first, in the list of all pairs. */
const pairAt = (i: number, j: number): number => (i * (i + 1)) / 2 + j;

/** Sum over all blocks. */
function total(sums: Float64Array, from: number): number {
  let sum = 0;
  for (let block = 0; block < blocks; block++) sum += sums[from + block]!;
  return sum;
}
