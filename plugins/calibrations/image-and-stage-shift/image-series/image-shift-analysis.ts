import { leastSquares } from '../../../../imaging';
import { type Matrix, type Vector, largestElement, scale, subtract, vector } from '../../../../core/base';

/** The patterns in which image shift is stepped, as multiples of the steps in X and Y, in the order of the images. */
export const patterns = {
  nine: [
    [0, 0],
    [1, 0],
    [0, 0],
    [-1, 0],
    [0, 0],
    [0, 1],
    [0, 0],
    [0, -1],
    [0, 0],
  ],
  six: [
    [-1, 0],
    [0, 0],
    [1, 0],
    [0, -1],
    [0, 0],
    [0, 1],
  ],
  scratch: [
    [0, 0],
    [1, 0],
    [0, 0],
    [0, 1],
  ],
  check: [
    [0, 0],
    [0.6, 0.35],
    [-0.35, 0.6],
    [0, 0],
  ],
} as const satisfies Record<string, readonly (readonly [number, number])[]>;

/** One of the patterns. */
export type PatternName = keyof typeof patterns;

/** The places of a pattern, from its centre, that are planned for steps in X and Y. */
export const plannedPlaces = (pattern: PatternName, steps: Vector): readonly Vector[] =>
  patterns[pattern].map(([x, y]) => vector(x * steps.x, y * steps.y));

/** One measured pair: the shift, in binned pixels with Y up, that aligns image `later` with image `earlier`. */
export interface MeasuredPair {
  readonly earlier: number;
  readonly later: number;
  readonly shift: Vector;
}

/** The fit of the pairs of one series. */
export interface ImageShiftFit {
  /** Unbinned camera pixels for one unit of image shift. */
  readonly matrix: Matrix;
  /** Standard error of each element, from the scatter of the pairs about the fit. */
  readonly standardErrors: Matrix;
  /** Drift from one image to the next, in binned pixels. */
  readonly drift: Vector;
  /** The largest difference between two measurements of the same thing, in pixels per unit and in percent of the largest element. */
  readonly range: number;
  readonly rangePercent: number;
  /** Nine points only: the four estimates of drift over two intervals, in binned pixels, and how far they lie apart. */
  readonly driftEstimates: readonly Vector[];
  readonly driftRange?: number;
}

/**
 * Fits matrix and constant drift to the pairs of a series by least squares, which for these patterns is the same as the customary sums.
 * @param places image shift that the column held at each image, in image-shift units
 * @param binning of the images
 */
export function fitImageShift(
  pattern: PatternName,
  pairs: readonly MeasuredPair[],
  places: readonly Vector[],
  binning: number,
): ImageShiftFit {
  // Six points distinguish drift from image shift only by the pair of the two centres, which may have been rejected.
  const seesDrift = pattern !== 'six' || pairs.some(({ earlier, later }) => later - earlier > 1);
  const rows = pairs.map(({ earlier, later }) => {
    const { x, y } = scale(subtract(places[later]!, places[earlier]!), 1 / binning);
    return seesDrift ? [x, y, later - earlier] : [x, y];
  });
  const x = leastSquares(
    rows,
    pairs.map(({ shift }) => shift.x),
  );
  const y = leastSquares(
    rows,
    pairs.map(({ shift }) => shift.y),
  );
  const [xpx = 0, xpy = 0, driftX = 0] = x.parameters;
  const [ypx = 0, ypy = 0, driftY = 0] = y.parameters;
  const matrix = { xpx, xpy, ypx, ypy };
  const [sxx = 0, sxy = 0] = x.standardErrors;
  const [syx = 0, syy = 0] = y.standardErrors;
  const { range, driftEstimates } = compare(pattern, pairs, places, binning);
  return {
    matrix,
    standardErrors: { xpx: sxx, xpy: sxy, ypx: syx, ypy: syy },
    drift: { x: driftX, y: driftY },
    range,
    rangePercent: (100 * range) / largestElement(matrix),
    driftEstimates,
    ...(driftEstimates.length > 0 && {
      driftRange: Math.max(spread(driftEstimates.map((d) => d.x)), spread(driftEstimates.map((d) => d.y))),
    }),
  };
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** Compares measurements of the same thing: there and back, or to either side. */
function compare(
  pattern: PatternName,
  pairs: readonly MeasuredPair[],
  places: readonly Vector[],
  binning: number,
): { range: number; driftEstimates: readonly Vector[] } {
  const shift = (earlier: number): Vector =>
    pairs.find((pair) => pair.earlier === earlier && pair.later === earlier + 1)?.shift ?? { x: 0, y: 0 };
  const moved = (earlier: number): Vector => subtract(places[earlier + 1]!, places[earlier]!);
  /** Pixels for one unit along an axis by the difference of two moves, in which a drift cancels where they go there and back. */
  const rate = (axis: 'x' | 'y', a: number, b: number): Vector =>
    scale(subtract(shift(a), shift(b)), binning / (moved(a)[axis] - moved(b)[axis]));
  const alone = (axis: 'x' | 'y', a: number): Vector => scale(shift(a), binning / moved(a)[axis]);
  const apart = (one: Vector, other: Vector): number => Math.max(Math.abs(one.x - other.x), Math.abs(one.y - other.y));
  if (pattern === 'six') {
    const [along, across] = [apart(alone('x', 0), alone('x', 1)), apart(alone('y', 3), alone('y', 4))];
    return { range: Math.max(along, across), driftEstimates: [] };
  }
  if (pattern === 'scratch' || pattern === 'check') return { range: 0, driftEstimates: [] };
  const sum = (a: number, b: number): Vector => ({ x: shift(a).x + shift(b).x, y: shift(a).y + shift(b).y });
  const along = apart(rate('x', 0, 1), rate('x', 3, 2));
  const across = apart(rate('y', 4, 5), rate('y', 7, 6));
  return { range: Math.max(along, across), driftEstimates: [sum(0, 1), sum(2, 3), sum(4, 5), sum(6, 7)] };
}

/** Mean and lowest of the correlation coefficients of a series. */
export const correlationSummary = (
  correlations: readonly number[],
): { readonly mean: number; readonly least: number } => ({
  mean: correlations.reduce((sum, each) => sum + each, 0) / correlations.length,
  least: Math.min(...correlations),
});

/** The remark on the correlations of the pairs; undefined when they are as they should be. */
export function correlationRemark(mean: number): string | undefined {
  if (mean < 0.1) return 'The correlations are so low that this cannot be used; more exposure is needed.';
  if (mean < 0.2) return 'The correlations are too low to be trusted; use more exposure.';
  if (mean < 0.4) return 'The correlations are low; try for 0.5 with more exposure.';
  return undefined;
}
