import { noConvergence, singularFit, tooFewPoints } from '../errors';
import { robustLeastSquares } from '../fits';
import type { Vector } from '../coordinates';

/** A circle through measured points. */
export interface CircleFit {
  readonly centre: Vector;
  readonly radius: number;
  readonly standardErrors: { readonly x: number; readonly y: number; readonly radius: number };
  /** Robust standard deviation of the points across the circle. */
  readonly deviation: number;
  /** Weight of each point in the result, 0 (does not belong to the circle) to 1. */
  readonly weights: readonly number[];
}

const maxIterations = 50;

/**
 * Fits a circle to points, some of which may not belong to it. Minimizes the distances of the points from the circle;
 * outliers do not count (Tukey's biweight).
 *
 * Gauss-Newton steps on the true distances, started from the algebraic fit of I. Kasa (IEEE Trans. Instrumentation and
 * Measurement 25 (1976) 8-14). Standard errors are those of the robust fit, linearized at the solution.
 *
 * @param points in any one unit, which is that of the result
 * @throws ImagingError 'imaging/too-few-points' below 4 points, 'imaging/singular-fit' for points on a line,
 * 'imaging/no-convergence', 'imaging/not-finite'
 */
export function fitCircle(points: readonly Vector[]): CircleFit {
  const where = 'fitCircle';
  if (points.length < 4) throw tooFewPoints(where, points.length, 4);
  let { centre, radius } = algebraicCircle(points);
  const first = centre;
  const extent = points.reduce((most, point) => Math.max(most, Math.hypot(point.x - first.x, point.y - first.y)), 0);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const distances = points.map((point) => Math.hypot(point.x - centre.x, point.y - centre.y));
    const rows = points.map((point, index) => {
      const distance = distances[index] || Number.MIN_VALUE;
      return [(point.x - centre.x) / distance, (point.y - centre.y) / distance, 1];
    });
    const fit = robustLeastSquares(
      rows,
      distances.map((distance) => distance - radius),
    );
    const [x = 0, y = 0, grow = 0] = fit.parameters;
    centre = { x: centre.x + x, y: centre.y + y };
    radius += grow;
    if (!(radius > 0)) throw singularFit(where, 'the points do not lie about a circle');
    const [errorX = NaN, errorY = NaN, errorRadius = NaN] = fit.standardErrors;
    const moved = Math.abs(x) + Math.abs(y) + Math.abs(grow);
    // Far below the standard error a step changes only rounding and the weights of points at the limit.
    if (moved <= 1e-3 * errorRadius || moved <= 1e-9 * extent) {
      return {
        centre,
        radius,
        standardErrors: { x: errorX, y: errorY, radius: errorRadius },
        deviation: fit.scale,
        weights: fit.weights,
      };
    }
  }
  throw noConvergence(where, maxIterations);
}

function algebraicCircle(points: readonly Vector[]): { centre: Vector; radius: number } {
  // Relative to the mean point, so that the squares do not lose digits.
  const middle = { x: average(points.map((point) => point.x)), y: average(points.map((point) => point.y)) };
  const near = points.map((point) => ({ x: point.x - middle.x, y: point.y - middle.y }));
  const fit = robustLeastSquares(
    near.map(({ x, y }) => [x, y, 1]),
    near.map(({ x, y }) => x * x + y * y),
  );
  const [twiceX = 0, twiceY = 0, rest = 0] = fit.parameters;
  const square = rest + (twiceX * twiceX + twiceY * twiceY) / 4;
  if (!(square > 0)) throw singularFit('fitCircle', 'the points do not lie about a circle');
  return { centre: { x: middle.x + twiceX / 2, y: middle.y + twiceY / 2 }, radius: Math.sqrt(square) };
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
