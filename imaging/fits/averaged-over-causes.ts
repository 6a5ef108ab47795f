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
  const mostCauses = hypotheses.reduce((most, { causes }) => Math.max(most, causes.length), 0);
  const workspace = workspaceOf(unknowns, count, mostCauses);
  const fits = hypotheses.map(({ causes, weight = 1 }) => {
    if (!(weight >= 0)) throw badArgument(where, `a weight of ${weight} cannot be`);
    const used = causes.map((cause) => numbers.get(cause)!);
    return solve(products, used, Math.log(weight) - 0.5 * noiseLogDeterminant, workspace);
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
  const allOf = (vectors: readonly Float64Array[], other: Float64Array): Float64Array => {
    const made = new Float64Array(vectors.length);
    for (let index = 0; index < vectors.length; index++) made[index] = dot(vectors[index]!, other);
    return made;
  };
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

/** Arrays in which every hypothesis of a fit is solved: new ones for each of hundreds would take longer than the solution. */
interface Workspace {
  readonly inner: Float64Array;
  /** Columns, target and residual as the causes see them, one after the other. */
  readonly seen: Float64Array;
  readonly information: Float64Array;
  readonly residual: Float64Array;
  readonly unit: Float64Array;
}

const workspaceOf = (unknowns: number, count: number, causes: number): Workspace => ({
  inner: new Float64Array(causes * causes),
  seen: new Float64Array((unknowns + 2) * causes),
  information: new Float64Array(unknowns * unknowns),
  residual: new Float64Array(count),
  unit: new Float64Array(unknowns),
});

/** Solves one hypothesis, given the numbers of its causes. */
function solve(products: Products, used: readonly number[], constant: number, workspace: Workspace): Solution {
  const { columns, target, causes, betweenCauses, causesByColumns, causesByTarget } = products;
  const { inner, seen, information, residual, unit } = workspace;
  const [unknowns, size, all] = [columns.length, used.length, causes.length];
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++)
      inner[row * size + column] = betweenCauses[used[row]! * all + used[column]!]! + (row === column ? 1 : 0);
  const innerLog = cholesky(inner, size);
  for (let column = 0; column < unknowns; column++) {
    for (let index = 0; index < size; index++) seen[column * size + index] = causesByColumns[used[index]!]![column]!;
    solveLower(inner, size, seen, column * size);
  }
  const ofTarget = unknowns * size;
  for (let index = 0; index < size; index++) seen[ofTarget + index] = causesByTarget[used[index]!]!;
  solveLower(inner, size, seen, ofTarget);
  const seenProduct = (one: number, other: number): number => {
    let sum = 0;
    for (let index = 0; index < size; index++) sum += seen[one + index]! * seen[other + index]!;
    return sum;
  };
  const parameters = new Float64Array(unknowns);
  for (let row = 0; row < unknowns; row++) {
    parameters[row] = products.columnsByTarget[row]! - seenProduct(row * size, ofTarget);
    for (let column = 0; column <= row; column++)
      information[row * unknowns + column] =
        products.betweenColumns[row * unknowns + column]! - seenProduct(row * size, column * size);
  }
  const informationLog = cholesky(information, unknowns);
  if (Number.isNaN(innerLog + informationLog)) throw singularFit('averagedOverCauses');
  solveLower(information, unknowns, parameters);
  solveUpper(information, unknowns, parameters);
  // The residual itself, and not a difference of large sums, so that a good fit is not lost in rounding.
  residual.set(target);
  for (let unknown = 0; unknown < unknowns; unknown++) {
    const [column, parameter] = [columns[unknown]!, parameters[unknown]!];
    for (let index = 0; index < residual.length; index++) residual[index]! -= parameter * column[index]!;
  }
  const ofResidual = ofTarget + size;
  for (let index = 0; index < size; index++) seen[ofResidual + index] = dot(causes[used[index]!]!, residual);
  solveLower(inner, size, seen, ofResidual);
  const misfit = Math.max(0, dot(residual, residual) - seenProduct(ofResidual, ofResidual));
  const covariance = new Float64Array(unknowns * unknowns);
  for (let unknown = 0; unknown < unknowns; unknown++) {
    unit.fill(0);
    unit[unknown] = 1;
    solveLower(information, unknowns, unit);
    covariance.set(solveUpper(information, unknowns, unit), unknown * unknowns);
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

/** Solves with the factor, in place, for the numbers of a vector from a place on. */
function solveLower(factor: Float64Array, size: number, vector: Float64Array, from = 0): Float64Array {
  for (let row = 0; row < size; row++) {
    let sum = vector[from + row]!;
    for (let column = 0; column < row; column++) sum -= factor[row * size + column]! * vector[from + column]!;
    vector[from + row] = sum / factor[row * size + row]!;
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
