import { leastSquares } from './least-squares';

/** A point through which a line is to go. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

/** A straight line through points, each of the same weight. */
export interface StraightLine {
  readonly slope: number;
  readonly intercept: number;
  /** NaN for two points. */
  readonly slopeError: number;
  readonly interceptError: number;
  /** Standard deviation of a point about the line; NaN for two points. */
  readonly deviation: number;
  /** Y minus the line at each point, in their order. */
  readonly residuals: readonly number[];
  /** Height of the line. */
  at(x: number): number;
  /** Standard error with which the line predicts another point at a place; NaN for two points. */
  predictionError(x: number): number;
}

/**
 * Fits a straight line. @throws ImagingError 'imaging/too-few-points' for less than two points, 'imaging/singular-fit' where all have one x
 */
export function straightLine(points: readonly LinePoint[]): StraightLine {
  const { parameters, standardErrors, residuals, deviation } = leastSquares(
    points.map(({ x }) => [1, x]),
    points.map(({ y }) => y),
  );
  const [intercept, slope] = parameters as [number, number];
  const mean = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const spread = points.reduce((sum, { x }) => sum + (x - mean) ** 2, 0);
  return {
    ...{ slope, intercept, deviation, residuals },
    slopeError: standardErrors[1]!,
    interceptError: standardErrors[0]!,
    at: (x) => intercept + slope * x,
    predictionError: (x) => deviation * Math.sqrt(1 + 1 / points.length + (x - mean) ** 2 / spread),
  };
}
