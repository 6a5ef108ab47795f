import { badArgument } from '../errors';
import type { Matrix, Vector } from '../coordinates';
import { leastSquares, type LinearFit } from './least-squares';
import { robustLeastSquares, type RobustOptions } from './robust-least-squares';

/** One pair of an input (such as a change of image shift) and the displacement that it made. */
export interface VectorPair {
  readonly from: Vector;
  readonly to: Vector;
  /** Factor of the drift: images or time between the two. Default 1, which makes the drift a plain constant. */
  readonly elapsed?: number;
  /** Proportional to 1 / variance of `to`; default 1. */
  readonly weight?: number;
}

/** Options of a matrix fit. */
export interface MatrixFitOptions {
  /** Adds a constant (times `elapsed`) to the matrix; default true. */
  readonly drift?: boolean;
  /** Reduces the weight of pairs that do not fit the rest. */
  readonly robust?: RobustOptions;
}

/** Result of a fit of a 2x2 matrix. */
export interface MatrixFit {
  readonly matrix: Matrix;
  /** Units of `to` per unit of `elapsed`; zero when no drift was fitted. */
  readonly drift: Vector;
  readonly standardErrors: { readonly matrix: Matrix; readonly drift: Vector };
  /** `to` minus its fitted value, in the order of the pairs. */
  readonly residuals: readonly Vector[];
}

/**
 * Fits `to = matrix * from + drift * elapsed` to pairs of vectors by least squares, X and Y of `to` independently.
 *
 * Without `elapsed` this is the fit of an affine map (matrix and translation) to point pairs.
 *
 * @throws ImagingError 'imaging/singular-fit' when the inputs lie on one line, 'imaging/too-few-points' below 3 pairs
 * (2 without drift), 'imaging/not-finite', 'imaging/bad-argument' for weights together with robust
 */
export function fitMatrix(pairs: readonly VectorPair[], options: MatrixFitOptions = {}): MatrixFit {
  const { drift = true, robust } = options;
  const weighted = pairs.some((pair) => pair.weight !== undefined);
  if (robust && weighted)
    throw badArgument('fitMatrix', 'a robust fit makes its own weights', 'Hand in either weights or robust.');
  const rows = pairs.map(({ from, elapsed = 1 }) => (drift ? [from.x, from.y, elapsed] : [from.x, from.y]));
  const weights = pairs.map(({ weight = 1 }) => weight);
  const solve = (observed: number[]): LinearFit =>
    robust ? robustLeastSquares(rows, observed, robust) : leastSquares(rows, observed, { weights });
  const x = solve(pairs.map(({ to }) => to.x));
  const y = solve(pairs.map(({ to }) => to.y));
  return {
    ...split(x.parameters, y.parameters),
    standardErrors: split(x.standardErrors, y.standardErrors),
    residuals: x.residuals.map((residual, index) => ({ x: residual, y: y.residuals[index] as number })),
  };
}

function split(x: readonly number[], y: readonly number[]): { matrix: Matrix; drift: Vector } {
  const [xpx = 0, xpy = 0, driftX = 0] = x;
  const [ypx = 0, ypy = 0, driftY = 0] = y;
  return { matrix: { xpx, xpy, ypx, ypy }, drift: { x: driftX, y: driftY } };
}
