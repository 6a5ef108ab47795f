import type { Vector } from '../geometry';

/** Deviation of the lines of one direction from their fitted places, by parts of an image. */
export interface BlockPhases {
  /** Slope of the sum of squares with a common phase of the lines in each part, and the curvature; the quotient is the phase in cycles. */
  readonly scores: Float64Array;
  readonly information: Float64Array;
  /** Reciprocal vector of the lines, cycles per pixel. */
  readonly reciprocal: Vector;
}

/** Places of the parts: pixels from the middle of the image, and half its shorter side. */
export interface BlockPlaces {
  readonly centres: readonly Vector[];
  readonly width: number;
  readonly height: number;
  readonly halfSide: number;
}

/** Variances of the displacement of one line, relative to the noise of one part. */
const lineStrengths = [0, 0.1, 0.3, 1, 3, 10, 30] as const;
/**
 * Variances of the displacement of a bent lattice, also relative, and the distances over which it changes, in half
 * sides of the image.
 */
const bendStrengths = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000] as const;
const bendLengths = [0.3, 0.6, 1.2] as const;
/** Prior probabilities that single lines are not displaced, and that a lattice is not bent. */
const straightLinesPrior = 0.8;
const unbentPrior = 0.8;

interface Family {
  readonly phases: Float64Array;
  readonly noise: Float64Array;
  /** The fitted functions 1, x, y in each part. */
  readonly design: readonly Float64Array[];
  /** Contribution of each part to the slopes along x and y. */
  readonly weights: readonly [Float64Array, Float64Array];
  /** Variances of the two slopes for the noise alone. */
  readonly unit: Pair;
  readonly lines: Float64Array;
  /** Variances of the two slopes for displacements of the lines of unit strength alone. */
  readonly lineSlopes: Pair;
}

type Pair = readonly [number, number];

/** A bend that reaches over one distance. */
interface Bend {
  /** Covariance of the parts for a bend of unit strength. */
  readonly covariance: Float64Array;
  /** Variances of the two slopes of each family for it. */
  readonly slopes: readonly Pair[];
}

/**
 * Factors by which the variances of the fitted reciprocal vectors exceed the inverse of their normal equations, because
 * of the noise and the bends of an image.
 *
 * The deviations of the parts from straight and even lines are understood as the sum of noise in each part,
 * displacements common to a line, and a smooth bend. Restricted likelihood weighs their strengths and the reach of a
 * bend (H. D. Patterson and R. Thompson, Biometrika 58 (1971) 545); the standard errors are averaged with these
 * weights. So a bend that shows in the curvature of the lines is expected in their spacing too, where it is invisible.
 *
 * @returns factors for first x, first y, second x, second y
 */
export function varianceFactors(families: readonly [BlockPhases, BlockPhases], places: BlockPlaces): readonly number[] {
  const count = places.centres.length;
  const information = families.reduce(
    (sum, family) => sum + family.information.reduce((total, value) => total + value, 0),
    0,
  );
  // The variance of the noise of a typical part.
  const scale = (2 * count) / information;
  const prepared = families.map((family) => prepare(family, places));
  const bends = bendLengths.map((length): Bend => {
    const covariance = kernel(places, (x, y) => Math.exp(-(x * x + y * y) / (2 * (length * places.halfSide) ** 2)));
    return { covariance, slopes: prepared.map(({ weights }) => slopeVariances(weights, covariance)) };
  });
  const work = new Float64Array(count * count);
  const states: { readonly score: number; readonly variances: readonly number[] }[] = [];
  for (const line of lineStrengths) {
    const linePrior = Math.log(line === 0 ? straightLinesPrior : (1 - straightLinesPrior) / (lineStrengths.length - 1));
    const tryBend = (bend: Bend | undefined, strength: number): void => {
      const bendPrior = Math.log(
        strength === 0 ? unbentPrior : (1 - unbentPrior) / (bendStrengths.length * bendLengths.length),
      );
      const found = weigh(prepared, line * scale, bend, strength * scale, work);
      if (found) states.push({ score: found.likelihood + linePrior + bendPrior, variances: found.variances });
    };
    tryBend(undefined, 0);
    for (const bend of bends) for (const strength of bendStrengths) tryBend(bend, strength);
  }
  const best = Math.max(...states.map(({ score }) => score));
  const odds = states.map(({ score }) => Math.exp(score - best));
  const total = odds.reduce((sum, value) => sum + value, 0);
  return [0, 1, 2, 3].map(
    (each) =>
      states.reduce((sum, { variances }, index) => sum + (odds[index]! / total) * Math.sqrt(variances[each]!), 0) ** 2 /
      prepared[each >> 1]!.unit[(each & 1) as 0 | 1],
  );
}

function prepare({ scores, information, reciprocal }: BlockPhases, { centres, width, height }: BlockPlaces): Family {
  const count = centres.length;
  const least = (1e-6 * information.reduce((sum, value) => sum + value, 0)) / count;
  const known = information.map((value) => Math.max(least, value));
  const design = [
    new Float64Array(count).fill(1),
    Float64Array.from(centres, ({ x }) => x),
    Float64Array.from(centres, ({ y }) => y),
  ];
  const normal = design.map((one) =>
    design.map((other) => one.reduce((sum, value, block) => sum + value * other[block]! * known[block]!, 0)),
  );
  const inverse = inverseOfThree(normal);
  const weightsOf = (row: readonly number[]): Float64Array =>
    Float64Array.from(
      known,
      (value, block) => value * row.reduce((sum, factor, index) => sum + factor * design[index]![block]!, 0),
    );
  const weights = [weightsOf(inverse[1]!), weightsOf(inverse[2]!)] as const;
  // Parts that share a line share its displacement.
  const reach = Math.max(1, Math.abs(reciprocal.x) * width + Math.abs(reciprocal.y) * height);
  const lines = kernel({ centres }, (x, y) => Math.max(0, 1 - Math.abs(x * reciprocal.x + y * reciprocal.y) / reach));
  return {
    phases: scores.map((value, block) => value / known[block]!),
    noise: known.map((value) => 1 / value),
    design,
    weights,
    unit: [inverse[1]![1]!, inverse[2]![2]!],
    lines,
    lineSlopes: slopeVariances(weights, lines),
  };
}

/** Variances of the two slopes for a covariance of the parts. */
const slopeVariances = (weights: Family['weights'], covariance: Float64Array): Pair =>
  weights.map((weight) =>
    weight.reduce((sum, one, i) => {
      let row = 0;
      for (let j = 0; j < weight.length; j++) row += weight[j]! * covariance[i * weight.length + j]!;
      return sum + one * row;
    }, 0),
  ) as unknown as Pair;

/** The restricted likelihood of strengths of lines and bend, and the resulting variances of the slopes. */
function weigh(
  families: readonly Family[],
  line: number,
  bend: Bend | undefined,
  strength: number,
  factor: Float64Array,
): { readonly likelihood: number; readonly variances: readonly number[] } | undefined {
  let logarithms = 0;
  let squares = 0;
  let freedom = 0;
  const variances: number[] = [];
  for (const [index, { phases, noise, design, unit, lines, lineSlopes }] of families.entries()) {
    const count = phases.length;
    const bent = bend?.covariance;
    for (let i = 0; i < count; i++) {
      for (let at = i * count; at <= i * count + i; at++)
        factor[at] = line * lines[at]! + (bent ? strength * bent[at]! : 0);
      factor[i * count + i]! += noise[i]!;
    }
    for (const axis of [0, 1] as const)
      variances.push(unit[axis] + line * lineSlopes[axis] + (bend ? strength * bend.slopes[index]![axis] : 0));
    if (!factorize(factor, count)) return undefined;
    const [solved, ...columns] = [phases, ...design].map((values) => forward(factor, values)) as [
      Float64Array,
      ...Float64Array[],
    ];
    const inner = columns.map((one) => columns.map((other) => dot(one, other)));
    const across = columns.map((column) => dot(column, solved));
    const inverse = inverseOfThree(inner);
    squares +=
      dot(solved, solved) -
      across.reduce(
        (sum, one, i) => sum + across.reduce((part, other, j) => part + one * inverse[i]![j]! * other, 0),
        0,
      );
    for (let i = 0; i < count; i++) logarithms += 2 * Math.log(factor[i * count + i]!);
    logarithms += Math.log(determinantOfThree(inner));
    freedom += count - design.length;
  }
  if (!(squares > 0)) return undefined;
  return {
    likelihood: -0.5 * (logarithms + freedom * Math.log(squares)),
    variances: variances.map((value) => (value * squares) / (freedom - 2)),
  };
}

function kernel(
  { centres }: { readonly centres: readonly Vector[] },
  of: (x: number, y: number) => number,
): Float64Array {
  const count = centres.length;
  return Float64Array.from({ length: count * count }, (_, at) => {
    const [one, other] = [centres[Math.floor(at / count)]!, centres[at % count]!];
    return of(one.x - other.x, one.y - other.y);
  });
}

/**
 * Replaces the lower triangle of a matrix by the one whose product with its transpose is that matrix (Cholesky); `false`
 * if there is none. Four rows at a time, because a sum that waits for its last term leaves the processor idle.
 */
function factorize(matrix: Float64Array, count: number): boolean {
  for (let j = 0; j < count; j++) {
    const column = j * count;
    let pivot = matrix[column + j]!;
    for (let k = 0; k < j; k++) pivot -= matrix[column + k]! * matrix[column + k]!;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    matrix[column + j] = root;
    let i = j + 1;
    for (; i + 3 < count; i += 4) {
      const [first, second, third, fourth] = [i * count, (i + 1) * count, (i + 2) * count, (i + 3) * count];
      let [a, b, c, d] = [matrix[first + j]!, matrix[second + j]!, matrix[third + j]!, matrix[fourth + j]!];
      for (let k = 0; k < j; k++) {
        const shared = matrix[column + k]!;
        a -= matrix[first + k]! * shared;
        b -= matrix[second + k]! * shared;
        c -= matrix[third + k]! * shared;
        d -= matrix[fourth + k]! * shared;
      }
      matrix[first + j] = a / root;
      matrix[second + j] = b / root;
      matrix[third + j] = c / root;
      matrix[fourth + j] = d / root;
    }
    for (; i < count; i++) {
      let sum = matrix[i * count + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * count + k]! * matrix[column + k]!;
      matrix[i * count + j] = sum / root;
    }
  }
  return true;
}

function forward(factor: Float64Array, values: Float64Array): Float64Array {
  const count = values.length;
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = values[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * count + k]! * result[k]!;
    result[i] = sum / factor[i * count + i]!;
  }
  return result;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

type Three = readonly (readonly number[])[];

const minor = (m: Three, i: number, j: number): number => {
  const at = (row: number, column: number): number => m[(i + row) % 3]![(j + column) % 3]!;
  return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
};
const determinantOfThree = (m: Three): number => m[0]!.reduce((sum, value, j) => sum + value * minor(m, 0, j), 0);
function inverseOfThree(m: Three): Three {
  const determinant = determinantOfThree(m);
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => minor(m, j, i) / determinant));
}
