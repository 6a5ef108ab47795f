import { CholeskyDecomposition, Matrix as Numbers } from 'ml-matrix';
import { badArgument, shapeMismatch, singularFit, tooFewPoints } from '../errors';
import { requireRectangular } from './least-squares';
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
  const design = new Numbers(rows.map((row) => Array.from(row)));
  const target = Numbers.columnVector(Array.from(observed));
  const fits = hypotheses.map(({ covariance, weight = 1 }) => {
    if (covariance.length !== rows.length) throw shapeMismatch(where, [rows.length], [covariance.length]);
    if (!(weight >= 0)) throw badArgument(where, `a weight of ${weight} cannot be`);
    return generalizedFit(design, target, new Numbers(covariance.map((row) => Array.from(row))), weight);
  });
  return {
    ...averageOfFits(fits, count, (fit, one, other) => fit.covariance.get(one, other)),
    degreesOfFreedom: rows.length - count,
  };
}

interface GeneralizedFit {
  readonly parameters: readonly number[];
  readonly covariance: Numbers;
  /** Logarithm of weight and restricted likelihood, apart from a constant. */
  readonly likelihood: number;
  readonly misfit: number;
}

function generalizedFit(design: Numbers, target: Numbers, covariance: Numbers, weight: number): GeneralizedFit {
  const spread = cholesky(covariance, 'a covariance is not positive definite');
  const whitenedDesign = spread.solve(design);
  const normal = design.transpose().mmul(whitenedDesign);
  const information = cholesky(normal.add(normal.transpose()).mul(0.5));
  const parameters = information.solve(whitenedDesign.transpose().mmul(target));
  const residual = Numbers.sub(target, design.mmul(parameters));
  const misfit = residual.transpose().mmul(spread.solve(residual)).get(0, 0);
  return {
    parameters: parameters.to1DArray(),
    covariance: information.solve(Numbers.eye(normal.rows)),
    misfit,
    likelihood: Math.log(weight) - 0.5 * (logDeterminant(spread) + logDeterminant(information) + misfit),
  };
}

function cholesky(matrix: Numbers, complaint?: string): CholeskyDecomposition {
  const decomposition = new CholeskyDecomposition(matrix);
  if (decomposition.isPositiveDefinite()) return decomposition;
  throw complaint === undefined ? singularFit('averagedLeastSquares') : badArgument('averagedLeastSquares', complaint);
}

const logDeterminant = ({ lowerTriangularMatrix }: CholeskyDecomposition): number =>
  2 * lowerTriangularMatrix.diagonal().reduce((sum, each) => sum + Math.log(each), 0);
