import { badArgument, shapeMismatch, singularFit, tooFewPoints } from '../errors';
import { requireRectangular } from './least-squares';
import { type AveragedFit, averageOfFits } from './mixture';

/** Possible causes of errors beyond the noise: each the effect on all observations of its standard deviation. */
export interface CauseHypothesis {
  readonly causes: readonly ArrayLike<number>[];
  /** Prior probability of the hypothesis, in any unit; default 1. */
  readonly weight?: number;
}

/**
 * As `averagedLeastSquares`, for hypotheses that share one noise and differ by a few causes. A cause adds its outer product to the
 * covariance, so each hypothesis is solved in the few dimensions of its causes (Woodbury's identity), and hundreds cost little.
 *
 * @param noise covariance of the observations without any cause, row by row
 * @throws ImagingError as `averagedLeastSquares`
 */
export function averagedOverCauses(
  rows: readonly ArrayLike<number>[],
  observed: ArrayLike<number>,
  noise: readonly ArrayLike<number>[],
  hypotheses: readonly CauseHypothesis[],
): AveragedFit {
  const where = 'averagedOverCauses';
  const unknowns = requireRectangular(rows, observed, where);
  const count = rows.length;
  if (count < unknowns) throw tooFewPoints(where, count, unknowns);
  if (hypotheses.length === 0) throw badArgument(where, 'there is no hypothesis');
  if (noise.length !== count) throw shapeMismatch(where, [count], [noise.length]);
  const spread = Float64Array.from(noise.flatMap((row) => Array.from(row)));
  const noiseLogDeterminant = cholesky(spread, count);
  if (Number.isNaN(noiseLogDeterminant)) throw badArgument(where, 'a covariance is not positive definite');
  const whiten = (vector: ArrayLike<number>): Float64Array => solveLower(spread, count, Float64Array.from(vector));
  const columns = Array.from({ length: unknowns }, (_, column) => whiten(rows.map((row) => row[column]!)));
  const target = whiten(observed);
  const numbers = new Map<ArrayLike<number>, number>();
  for (const { causes } of hypotheses)
    for (const cause of causes) {
      if (cause.length !== count) throw shapeMismatch(where, [count], [cause.length]);
      if (!numbers.has(cause)) numbers.set(cause, numbers.size);
    }
  // Products of all with all are needed again and again, so they are made once.
  const products = productsOf(columns, target, [...numbers.keys()].map(whiten));
  const fits = hypotheses.map(({ causes, weight = 1 }) => {
    if (!(weight >= 0)) throw badArgument(where, `a weight of ${weight} cannot be`);
    const used = causes.map((cause) => numbers.get(cause)!);
    return solve(products, used, Math.log(weight) - 0.5 * noiseLogDeterminant);
  });
  return {
    ...averageOfFits(fits, unknowns, (fit, one, other) => fit.covariance[one * unknowns + other]!),
    degreesOfFreedom: count - unknowns,
  };
}

interface Solution {
  readonly parameters: Float64Array;
  /** Row by row. */
  readonly covariance: Float64Array;
  readonly likelihood: number;
  readonly misfit: number;
}

/** Columns of the design, observations and causes in coordinates in which the noise is 1, with their products. */
interface Products {
  readonly columns: readonly Float64Array[];
  readonly target: Float64Array;
  readonly causes: readonly Float64Array[];
  /** Row by row. */
  readonly betweenCauses: Float64Array;
  readonly causesByColumns: readonly Float64Array[];
  readonly causesByTarget: Float64Array;
  readonly betweenColumns: Float64Array;
  readonly columnsByTarget: Float64Array;
}

function productsOf(columns: readonly Float64Array[], target: Float64Array, causes: readonly Float64Array[]): Products {
  const allOf = (vectors: readonly Float64Array[], other: Float64Array): Float64Array =>
    Float64Array.from(vectors, (each) => dot(each, other));
  const square = (vectors: readonly Float64Array[]): Float64Array => {
    const made = new Float64Array(vectors.length ** 2);
    for (const [index, each] of vectors.entries()) made.set(allOf(vectors, each), index * vectors.length);
    return made;
  };
  return {
    columns,
    target,
    causes,
    betweenCauses: square(causes),
    causesByColumns: causes.map((cause) => allOf(columns, cause)),
    causesByTarget: allOf(causes, target),
    betweenColumns: square(columns),
    columnsByTarget: allOf(columns, target),
  };
}

/** Solves one hypothesis, given the numbers of its causes. */
function solve(products: Products, used: readonly number[], constant: number): Solution {
  const { columns, target, causes, betweenCauses, causesByColumns, causesByTarget } = products;
  const [unknowns, size, all] = [columns.length, used.length, causes.length];
  const inner = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++)
      inner[row * size + column] = betweenCauses[used[row]! * all + used[column]!]! + (row === column ? 1 : 0);
  const innerLog = cholesky(inner, size);
  const seen = (of: (cause: number) => number): Float64Array => solveLower(inner, size, Float64Array.from(used, of));
  const seenColumns = columns.map((_, column) => seen((cause) => causesByColumns[cause]![column]!));
  const seenTarget = seen((cause) => causesByTarget[cause]!);
  const information = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  for (let row = 0; row < unknowns; row++) {
    right[row] = products.columnsByTarget[row]! - dot(seenColumns[row]!, seenTarget);
    for (let column = 0; column <= row; column++)
      information[row * unknowns + column] =
        products.betweenColumns[row * unknowns + column]! - dot(seenColumns[row]!, seenColumns[column]!);
  }
  const informationLog = cholesky(information, unknowns);
  if (Number.isNaN(innerLog + informationLog)) throw singularFit('averagedOverCauses');
  const parameters = solveUpper(information, unknowns, solveLower(information, unknowns, right));
  // The residual itself, and not a difference of large sums, so that a good fit is not lost in rounding.
  const residual = target.slice();
  for (let unknown = 0; unknown < unknowns; unknown++)
    for (let index = 0; index < residual.length; index++)
      residual[index]! -= parameters[unknown]! * columns[unknown]![index]!;
  const seenResidual = seen((cause) => dot(causes[cause]!, residual));
  const misfit = Math.max(0, dot(residual, residual) - dot(seenResidual, seenResidual));
  const covariance = new Float64Array(unknowns * unknowns);
  for (let unknown = 0; unknown < unknowns; unknown++) {
    const unit = new Float64Array(unknowns);
    unit[unknown] = 1;
    covariance.set(solveUpper(information, unknowns, solveLower(information, unknowns, unit)), unknown * unknowns);
  }
  return { parameters, covariance, misfit, likelihood: constant - 0.5 * (innerLog + informationLog + misfit) };
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

/** Turns the lower half of a matrix into its Cholesky factor in place; gives the logarithm of the determinant, NaN when it is not positive definite. */
function cholesky(matrix: Float64Array, size: number): number {
  let logDeterminant = 0;
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let index = 0; index < column; index++) sum -= matrix[row * size + index]! * matrix[column * size + index]!;
      if (row === column) {
        if (!(sum > 0)) return NaN;
        logDeterminant += Math.log(sum);
        matrix[row * size + row] = Math.sqrt(sum);
      } else matrix[row * size + column] = sum / matrix[column * size + column]!;
    }
  return logDeterminant;
}

/** Solves with the factor, in place. */
function solveLower(factor: Float64Array, size: number, vector: Float64Array): Float64Array {
  for (let row = 0; row < size; row++) {
    let sum = vector[row]!;
    for (let column = 0; column < row; column++) sum -= factor[row * size + column]! * vector[column]!;
    vector[row] = sum / factor[row * size + row]!;
  }
  return vector;
}

/** Solves with the transposed factor, in place. */
function solveUpper(factor: Float64Array, size: number, vector: Float64Array): Float64Array {
  for (let row = size - 1; row >= 0; row--) {
    let sum = vector[row]!;
    for (let column = row + 1; column < size; column++) sum -= factor[column * size + row]! * vector[column]!;
    vector[row] = sum / factor[row * size + row]!;
  }
  return vector;
}
