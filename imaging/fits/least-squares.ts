import { Matrix as Numbers, SingularValueDecomposition } from 'ml-matrix';
import { badArgument, shapeMismatch, singularFit, tooFewPoints } from '../errors';
import { requireFinite } from '../image';

/** Result of a linear fit. */
export interface LinearFit {
  /** One value per unknown, in the order of the columns. */
  readonly parameters: readonly number[];
  /** Standard error of each parameter; NaN (not known) when there are no more points than unknowns and the variance is not given. */
  readonly standardErrors: readonly number[];
  /** Covariance of the parameters, row by row. */
  readonly covariance: readonly (readonly number[])[];
  /** Observed minus fitted, in the order of the points. */
  readonly residuals: readonly number[];
  /** Points (of weight above 0) less unknowns. */
  readonly degreesOfFreedom: number;
  /** Standard deviation of an observation of weight 1 about the fit; NaN when there are no degrees of freedom. */
  readonly deviation: number;
}

/** Options of a linear fit. */
export interface LeastSquaresOptions {
  /** One weight per point, 0 or more, proportional to 1 / variance; default all 1. */
  readonly weights?: ArrayLike<number>;
  /** The known variance of an observation of weight 1; default: estimated from the residuals. */
  readonly variance?: number;
}

/** Singular values below this share of the largest (with columns scaled to unit length) count as zero. */
const rankTolerance = 1e-10;

/**
 * Linear least squares: the parameters that bring `rows * parameters` nearest to `observed`, with their standard
 * errors.
 *
 * Solved by singular value decomposition of the weighted and column-scaled design, so unlike units in the columns do no
 * harm. Covariance = variance * (X^T W X)^-1 (for example Seber and Lee, Linear Regression Analysis, 2003, chapter 3).
 *
 * @param rows one row per point, each with one number per unknown
 * @param observed one number per point
 * @throws ImagingError 'imaging/too-few-points' for fewer points than unknowns, 'imaging/singular-fit' when the points
 * do not determine all unknowns, 'imaging/shape-mismatch' for unequal lengths, 'imaging/not-finite',
 * 'imaging/bad-argument' for a negative weight or variance
 */
export function leastSquares(
  rows: readonly ArrayLike<number>[],
  observed: ArrayLike<number>,
  options: LeastSquaresOptions = {},
): LinearFit {
  const where = 'leastSquares';
  const { weights, variance } = options;
  const count = requireRectangular(rows, observed, where);
  if (weights) requireWeights(weights, rows.length, where);
  if (variance !== undefined && !(variance >= 0 && Number.isFinite(variance)))
    throw badArgument(where, `a variance of ${variance} cannot be`);
  const used = weights ? Array.from(weights).filter((weight) => weight > 0).length : rows.length;
  if (used < count) throw tooFewPoints(where, used, count);

  const roots = rows.map((_, point) => Math.sqrt(weights ? (weights[point] as number) : 1));
  const scales = columnLengths(rows, roots, count);
  if (scales.some((scale) => scale === 0))
    throw singularFit(where, `column ${scales.indexOf(0) + 1} of the data is zero throughout`);
  const design = new Numbers(rows.length, count);
  const target = new Float64Array(rows.length);
  rows.forEach((row, point) => {
    const root = roots[point] as number;
    for (let column = 0; column < count; column++)
      design.set(point, column, (root * (row[column] as number)) / (scales[column] as number));
    target[point] = root * (observed[point] as number);
  });

  const decomposition = new SingularValueDecomposition(design, { autoTranspose: true });
  const singular = decomposition.diagonal;
  if (Math.min(...singular) <= rankTolerance * Math.max(...singular)) throw singularFit(where);
  const left = decomposition.leftSingularVectors;
  const right = decomposition.rightSingularVectors;
  const projected = singular.map((value, index) => {
    let sum = 0;
    for (let point = 0; point < rows.length; point++) sum += left.get(point, index) * (target[point] as number);
    return sum / value;
  });
  const parameters = scales.map(
    (scale, column) => projected.reduce((sum, value, index) => sum + right.get(column, index) * value, 0) / scale,
  );

  const residuals = rows.map((row, point) => (observed[point] as number) - dot(row, parameters));
  const degreesOfFreedom = used - count;
  const chiSquare = residuals.reduce((sum, residual, point) => sum + (residual * (roots[point] as number)) ** 2, 0);
  const deviation = degreesOfFreedom > 0 ? Math.sqrt(chiSquare / degreesOfFreedom) : NaN;
  const unit = variance ?? deviation ** 2;
  const covariance = scales.map((scaleOfOne, one) =>
    scales.map(
      (scaleOfOther, other) =>
        (unit *
          singular.reduce(
            (sum, value, index) => sum + (right.get(one, index) * right.get(other, index)) / value ** 2,
            0,
          )) /
        (scaleOfOne * scaleOfOther),
    ),
  );
  const standardErrors = covariance.map((row, index) => Math.sqrt(row[index] as number));
  return { parameters, standardErrors, covariance, residuals, degreesOfFreedom, deviation };
}

/**
 * Checks that all rows have the same length, that there is one per observation, and that all numbers are finite.
 * Returns the number of unknowns.
 */
export function requireRectangular(
  rows: readonly ArrayLike<number>[],
  observed: ArrayLike<number>,
  where: string,
): number {
  const count = rows[0]?.length ?? 0;
  if (rows.length === 0) throw tooFewPoints(where, 0, 1);
  if (count === 0) throw badArgument(where, 'there is nothing to fit: the rows are empty');
  if (rows.length !== observed.length) throw shapeMismatch(where, [rows.length, count], [observed.length]);
  for (const row of rows) {
    if (row.length !== count) throw shapeMismatch(where, [rows.length, count], [1, row.length]);
    requireFinite(row, where, 'a row of the data holds NaN or infinite numbers');
  }
  requireFinite(observed, where, 'the observations hold NaN or infinite numbers');
  return count;
}

function dot(row: ArrayLike<number>, parameters: readonly number[]): number {
  return parameters.reduce((sum, parameter, column) => sum + parameter * (row[column] as number), 0);
}

function requireWeights(weights: ArrayLike<number>, points: number, where: string): void {
  if (weights.length !== points) throw shapeMismatch(where, [points], [weights.length]);
  requireFinite(weights, where, 'the weights hold NaN or infinite numbers');
  for (let point = 0; point < points; point++) {
    if ((weights[point] as number) < 0)
      throw badArgument(where, `the weight ${weights[point]} of point ${point + 1} is negative`);
  }
}

function columnLengths(rows: readonly ArrayLike<number>[], roots: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, column) =>
    Math.sqrt(rows.reduce((sum, row, point) => sum + ((row[column] as number) * (roots[point] as number)) ** 2, 0)),
  );
}
