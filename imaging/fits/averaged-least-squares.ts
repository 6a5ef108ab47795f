import { badArgument, shapeMismatch, singularFit, tooFewPoints } from '../errors';
import { requireRectangular } from './least-squares';
import { backSolved, dot, halfLogDeterminant, lowerTriangle, whitened } from './lower-triangle';
import { type AveragedFit, averageOfFits } from './mixture';

/** A possible cause of the errors of the observations. */
export interface ErrorHypothesis {
  /** Covariance of the observations beyond what the unknowns explain, row by row. */
  readonly covariance: readonly ArrayLike<number>[];
  /** Prior probability of the hypothesis, in any unit; default 1. */
  readonly weight?: number;
}

/**
 * Linear least squares with correlated errors of which only the possible causes are known: generalized least squares
 * under each hypothesis, averaged by how well the hypothesis explains the residuals (its restricted likelihood).
 *
 * The covariance holds the scatter within the hypotheses and that between them, so that too few observations to
 * distinguish the causes make the errors larger, as Student's t does for a single unknown variance. Sources: H. D.
 * Patterson and R. Thompson, Biometrika 58 (1971) 545; J. A. Hoeting et al., Statistical Science 14 (1999) 382.
 *
 * @param rows one row per observation, each with one number per unknown
 * @param observed one number per row
 * @throws ImagingError 'imaging/too-few-points', 'imaging/singular-fit', 'imaging/shape-mismatch',
 * 'imaging/not-finite', 'imaging/bad-argument' without hypotheses or for a covariance that is none
 */
export function averagedLeastSquares(
  rows: readonly ArrayLike<number>[],
  observed: ArrayLike<number>,
  hypotheses: readonly ErrorHypothesis[],
): AveragedFit {
  const where = 'averagedLeastSquares';
  const count = requireRectangular(rows, observed, where);
  if (rows.length < count) throw tooFewPoints(where, rows.length, count);
  if (hypotheses.length === 0) throw badArgument(where, 'there is no hypothesis');
  const columns = Array.from({ length: count }, (_, column) => Float64Array.from(rows, (row) => row[column]!));
  const fits = hypotheses.map(({ covariance, weight = 1 }) => {
    if (covariance.length !== rows.length) throw shapeMismatch(where, [rows.length], [covariance.length]);
    if (!(weight >= 0)) throw badArgument(where, `a weight of ${weight} cannot be`);
    return generalizedFit(columns, observed, covariance, weight);
  });
  return {
    ...averageOfFits(fits, count, (fit, one, other) => fit.covariance[one]![other]!),
    degreesOfFreedom: rows.length - count,
  };
}

interface GeneralizedFit {
  readonly parameters: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  /** Logarithm of weight and restricted likelihood, apart from a constant. */
  readonly likelihood: number;
  readonly misfit: number;
}

function generalizedFit(
  columns: readonly Float64Array[],
  observed: ArrayLike<number>,
  covariance: readonly ArrayLike<number>[],
  weight: number,
): GeneralizedFit {
  const spread = lowerTriangle(covariance);
  if (!spread) throw badArgument('averagedLeastSquares', 'a covariance is not positive definite');
  // In these coordinates the errors are independent and of variance 1.
  const design = columns.map((column) => whitened(spread, column));
  const target = whitened(spread, observed);
  const information = lowerTriangle(design.map((one) => design.map((other) => dot(one, other))));
  if (!information) throw singularFit('averagedLeastSquares');
  const solved = (values: ArrayLike<number>): number[] => backSolved(information, whitened(information, values));
  const parameters = solved(design.map((column) => dot(column, target)));
  const residual = target.map((value, row) =>
    parameters.reduce((rest, parameter, unknown) => rest - parameter * design[unknown]![row]!, value),
  );
  const misfit = dot(residual, residual);
  return {
    parameters,
    covariance: columns.map((_, unknown) => solved(columns.map((__, other) => (other === unknown ? 1 : 0)))),
    misfit,
    likelihood: Math.log(weight) - halfLogDeterminant(spread) - halfLogDeterminant(information) - 0.5 * misfit,
  };
}
