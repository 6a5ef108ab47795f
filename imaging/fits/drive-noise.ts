import { badArgument } from '../errors';
import { type LowerTriangle, backSolved, dot, halfLogDeterminant, lowerTriangle, whitened } from './lower-triangle';

/** Displacements between the successive positions of a drive. */
export interface DriveSeries {
  /** Positions that the drive reads, in any unit of length. */
  readonly positions: readonly number[];
  /** Displacement from each position to the next, in any other unit. */
  readonly displacements: readonly number[];
  /** Standard errors of the displacements. */
  readonly errors: readonly number[];
  /** Covariance of the displacements that comes in addition: a drift that is not known exactly. */
  readonly covariance?: readonly ArrayLike<number>[];
}

/** One kind of noise, with the series whitened by it. */
export interface DriveNoise {
  readonly scatter: number;
  readonly triangle: LowerTriangle;
  /** Half the logarithm of the determinant, with what the displacements cost that are left out. */
  readonly logDeterminant: number;
  readonly moves: Float64Array;
  readonly observed: Float64Array;
  /** Products of the whitened moves and displacements. */
  readonly products: { readonly mm: number; readonly mo: number; readonly oo: number };
  readonly bad: readonly number[];
  /** The most probable hypothesis with this noise so far. */
  best: number;
}

/** Sizes of the error of scale in a cycle and in its half, with what follows from them for every length. */
export interface WaveSizes {
  readonly amplitude: number;
  readonly second: number;
  /** Number of unknown amplitudes: sine and cosine, of the cycle and of its half where that has an error. */
  readonly count: 2 | 4;
  /** Inverse variances of the amplitudes. */
  readonly weights: readonly number[];
  readonly halfLogVariances: number;
}

/** Largest number of unknown amplitudes. */
const most = 4;
/** Usual size of the error of a displacement that is wrong, in its standard errors: what leaving it out costs. */
const usualBlunder = 30;

/** Combinations of the sizes of both waves. */
export function waveSizes(amplitudes: readonly number[], seconds: readonly number[]): readonly WaveSizes[] {
  return amplitudes.flatMap((amplitude) =>
    seconds.map((second) => {
      const count = second > 0 ? 4 : 2;
      const variances = [amplitude, amplitude, second, second].slice(0, count).map((each) => each ** 2 / 2);
      return {
        amplitude,
        second,
        count,
        weights: variances.map((each) => 1 / each),
        halfLogVariances: 0.5 * variances.reduce((sum, each) => sum + Math.log(each), 0),
      };
    }),
  );
}

/** Size of an error that is as large as all displacements together. */
const anything = ({ positions, displacements }: DriveSeries): number =>
  positions.length * displacements.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0);

/** Every combination of a scatter of the moves and a factor of the errors, with some displacements left out. */
export function driveNoises(
  series: DriveSeries,
  slope: number,
  { scatters, errorFactors }: { readonly scatters: readonly number[]; readonly errorFactors: readonly number[] },
  leftOut: readonly number[],
): DriveNoise[] {
  const { positions, displacements, errors, covariance } = series;
  // A displacement that is left out has an error as large as all displacements together.
  const large = anything(series);
  const moves = displacements.map((_, index) => positions[index + 1]! - positions[index]!);
  const blunders = leftOut.reduce((sum, bad) => sum + Math.log(large / (usualBlunder * errors[bad]!)), 0);
  return scatters.flatMap((scatter, index) =>
    errorFactors.map((factor) => {
      const ends = (scatter * slope) ** 2;
      const triangle = lowerTriangle(
        displacements.map((_, one) => {
          const line = new Float64Array(one + 1);
          for (let other = 0; other <= one; other++) line[other] = covariance?.[one]?.[other] ?? 0;
          if (one > 0) line[one - 1]! -= ends;
          line[one]! += 2 * ends + (factor * errors[one]!) ** 2 + (leftOut.includes(one) ? large ** 2 : 0);
          return line;
        }),
      );
      if (!triangle) throw badArgument('fitCyclicDrive', 'a covariance is not positive definite');
      const [m, o] = [whitened(triangle, moves), whitened(triangle, displacements)];
      return {
        scatter: index,
        triangle,
        logDeterminant: halfLogDeterminant(triangle) - blunders,
        moves: m,
        observed: o,
        products: { mm: dot(m, m), mo: dot(m, o), oo: dot(o, o) },
        bad: leftOut,
        best: -Infinity,
      };
    }),
  );
}

/** The waves of a cycle as displacements: sine and cosine of the cycle and of its half, for a local error of scale of 1. */
export class DriveWaves {
  private readonly known = new Map<number, Float64Array>();

  constructor(
    private readonly positions: readonly number[],
    private readonly slope: number,
  ) {}

  /** The four waves of a length, displacement by displacement. They are kept, because every kind of noise needs the same. */
  of(length: number): Float64Array {
    const known = this.known.get(length);
    if (known) return known;
    const waves = new Float64Array(most * (this.positions.length - 1));
    const before = new Float64Array(most);
    this.positions.forEach((position, index) => {
      for (let wave = 0; wave < most; wave++) {
        const turn = (2 * Math.PI) / (wave < 2 ? length : length / 2);
        const swing = wave % 2 === 0 ? Math.sin(turn * position) : Math.cos(turn * position);
        const now = (this.slope * swing) / turn;
        if (index > 0) waves[most * (index - 1) + wave] = now - before[wave]!;
        before[wave] = now;
      }
    });
    this.known.set(length, waves);
    return waves;
  }
}

/**
 * One length of the cycle with one kind of noise: the waves whitened, and their products. All numbers lie in arrays of its own, which the
 * next length uses again: a fit looks at tens of thousands.
 */
export class WhitenedWaves {
  private readonly whitened: readonly Float64Array[];
  private readonly products = new Float64Array(most * most);
  private readonly withMoves = new Float64Array(most);
  private readonly withObserved = new Float64Array(most);
  private readonly inner = new Float64Array(most * most);
  private readonly m = new Float64Array(most);
  private readonly o = new Float64Array(most);
  private readonly t = new Float64Array(most);
  private readonly backSolvedWaves: readonly Float64Array[];
  private readonly gained: Float64Array;
  private isBackSolved = false;
  /** Logarithm of the evidence of the sizes that were asked for last, with the slope and its variance; their amplitudes are integrated out. */
  logEvidence = 0;
  slope = 0;
  variance = 0;
  private noise: DriveNoise | undefined;

  constructor(private readonly count: number) {
    this.whitened = Array.from({ length: most }, () => new Float64Array(count));
    this.backSolvedWaves = Array.from({ length: most }, () => new Float64Array(count));
    this.gained = new Float64Array(count);
  }

  /** Takes up the waves of a length with a noise. */
  set(waves: Float64Array, noise: DriveNoise): void {
    this.noise = noise;
    this.isBackSolved = false;
    const [a, b, c, d] = this.whitened as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let row = 0; row < this.count; row++) {
      const line = noise.triangle[row]!;
      let one = waves[most * row]!;
      let two = waves[most * row + 1]!;
      let three = waves[most * row + 2]!;
      let four = waves[most * row + 3]!;
      for (let column = 0; column < row; column++) {
        const factor = line[column]!;
        one -= factor * a[column]!;
        two -= factor * b[column]!;
        three -= factor * c[column]!;
        four -= factor * d[column]!;
      }
      const last = line[row]!;
      a[row] = one / last;
      b[row] = two / last;
      c[row] = three / last;
      d[row] = four / last;
    }
    for (let row = 0; row < most; row++) {
      const wave = this.whitened[row]!;
      for (let column = 0; column <= row; column++)
        this.products[row * most + column] = dot(wave, this.whitened[column]!);
      this.withMoves[row] = dot(wave, noise.moves);
      this.withObserved[row] = dot(wave, noise.observed);
    }
  }

  /** Finds slope and evidence of these waves with errors of some sizes. */
  explain({ count, weights, halfLogVariances }: WaveSizes): void {
    const { inner, m, o, products, noise } = this;
    let volume = 1;
    let [mm, mo, oo] = [noise!.products.mm, noise!.products.mo, noise!.products.oo];
    for (let row = 0; row < count; row++) {
      let [ofMoves, ofObserved] = [this.withMoves[row]!, this.withObserved[row]!];
      for (let column = 0; column <= row; column++) {
        let sum = products[row * most + column]!;
        if (column === row) sum += weights[row]!;
        for (let k = 0; k < column; k++) sum -= inner[row * most + k]! * inner[column * most + k]!;
        inner[row * most + column] = column < row ? sum / inner[column * most + column]! : Math.sqrt(sum);
        if (column === row) break;
        ofMoves -= inner[row * most + column]! * m[column]!;
        ofObserved -= inner[row * most + column]! * o[column]!;
      }
      const last = inner[row * most + row]!;
      volume *= last;
      m[row] = ofMoves / last;
      o[row] = ofObserved / last;
      mm -= m[row]! * m[row]!;
      mo -= m[row]! * o[row]!;
      oo -= o[row]! * o[row]!;
    }
    this.slope = mo / mm;
    this.variance = 1 / mm;
    this.logEvidence =
      -noise!.logDeterminant - Math.log(volume) - halfLogVariances - 0.5 * Math.log(mm) - 0.5 * (oo - mo * this.slope);
  }

  /**
   * Logarithms by which the evidence grows when each displacement is left out, after `explain` with the same sizes: the covariance of the
   * displacements gets a large number at one place of its diagonal, which changes its inverse and determinant by known terms.
   */
  gains(series: DriveSeries, { count }: WaveSizes): Float64Array {
    const { inner, m, o, t, gained, backSolvedWaves, slope, variance } = this;
    const large = anything(series);
    const inverse = inverseOf(this.noise!);
    this.backSolve();
    for (let index = 0; index < this.count; index++) {
      let [own, moved, observed] = [inverse.diagonal[index]!, inverse.moves[index]!, inverse.observed[index]!];
      for (let row = 0; row < count; row++) {
        let sum = backSolvedWaves[row]![index]!;
        for (let column = 0; column < row; column++) sum -= inner[row * most + column]! * t[column]!;
        const value = sum / inner[row * most + row]!;
        t[row] = value;
        own -= value * value;
        moved -= value * m[row]!;
        observed -= value * o[row]!;
      }
      const growth = 1 + large ** 2 * (own - moved * moved * variance);
      gained[index] =
        Math.log(large / (usualBlunder * series.errors[index]!)) -
        0.5 * Math.log(growth) +
        (0.5 * (large * (observed - moved * slope)) ** 2) / growth;
    }
    return gained;
  }

  /** Multiplies the whitened waves by the transposed inverse of the triangle, once for all sizes. */
  private backSolve(): void {
    if (this.isBackSolved) return;
    this.isBackSolved = true;
    const { triangle } = this.noise!;
    for (let wave = 0; wave < most; wave++) {
      const solved = this.backSolvedWaves[wave]!;
      solved.set(this.whitened[wave]!);
      // By rows of the triangle, which lie one after the other in memory.
      for (let row = this.count - 1; row >= 0; row--) {
        const line = triangle[row]!;
        const value = solved[row]! / line[row]!;
        solved[row] = value;
        for (let above = 0; above < row; above++) solved[above]! -= line[above]! * value;
      }
    }
  }
}

interface InverseParts {
  readonly diagonal: Float64Array;
  readonly moves: readonly number[];
  readonly observed: readonly number[];
}

const inverses = new WeakMap<DriveNoise, InverseParts>();

/** Diagonal of the inverse covariance of a noise, and its products with the moves and the displacements. */
function inverseOf(noise: DriveNoise): InverseParts {
  const known = inverses.get(noise);
  if (known) return known;
  const { triangle, moves, observed } = noise;
  const size = triangle.length;
  const diagonal = Float64Array.from({ length: size }, (_, index) => {
    const unit = new Float64Array(size);
    unit[index] = 1;
    const column = whitened(triangle, unit);
    return dot(column, column);
  });
  const parts = { diagonal, moves: backSolved(triangle, moves), observed: backSolved(triangle, observed) };
  inverses.set(noise, parts);
  return parts;
}
