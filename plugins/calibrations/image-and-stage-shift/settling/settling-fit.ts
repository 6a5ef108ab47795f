import {
  type Matrix,
  type Vector,
  apply,
  firstColumn,
  fromColumns,
  inverse,
  length,
  scale,
  secondColumn,
  vector,
} from '../../../../core/base';
import { leastSquares } from '../../../../imaging';
import { type MeasuredPair, type PatternName, fitImageShift } from '../image-series/image-shift-analysis';

/** Unsettled shares and drift of a series of images at different image shifts. Lengths are in nanometres on the specimen, along the axes of image shift. */
export interface SettlingFit {
  /** Length that was missing along X after a step in X, and along Y after one in Y; negative when it went too far. */
  readonly unsettled: Vector;
  /** Drift over two images. */
  readonly drift: Vector;
  /** Nine points only: the four estimates of drift over two images, which differ by what had not settled. */
  readonly lines: readonly Vector[];
}

/**
 * Finds what is missing of each step of image shift when the image is taken, from the shifts of a series: each image is where it should
 * be less a share of the step that led to it, and drifts. Nine points also show a drift that dies away, by a cubic in time.
 * @param places image shift that the column held at each image, in image-shift units
 * @param steps image shift of one step in X and in Y
 * @param binning of the images
 * @param toSpecimen micrometres on the specimen for one image-shift unit, along each axis
 */
export function fitSettling(
  pattern: Exclude<PatternName, 'scratch'>,
  pairs: readonly MeasuredPair[],
  places: readonly Vector[],
  steps: Vector,
  binning: number,
  toSpecimen: Vector,
): SettlingFit {
  const positions = places.map((place) => scale(place, 1 / binning));
  const led = positions.map((position, index) =>
    vector(position.x - (positions[index - 1]?.x ?? 0), position.y - (positions[index - 1]?.y ?? 0)),
  );
  // Without the pair of the two centres, six points cannot distinguish drift from image shift.
  const seesDrift = pattern === 'nine' || pairs.some(({ earlier, later }) => later - earlier > 1);
  // Counted from the middle of the series, so that a drift that changes is given for the middle.
  const middle = (index: number): number => index - (positions.length - 1) / 2;
  const rows = pairs.map(({ earlier, later }) => [
    positions[later]!.x - positions[earlier]!.x,
    positions[later]!.y - positions[earlier]!.y,
    led[earlier]!.x - led[later]!.x,
    led[earlier]!.y - led[later]!.y,
    ...(seesDrift ? [later - earlier] : []),
    ...(pattern === 'nine'
      ? [middle(later) ** 2 - middle(earlier) ** 2, middle(later) ** 3 - middle(earlier) ** 3]
      : []),
  ]);
  const [x, y] = (['x', 'y'] as const).map(
    (axis) =>
      leastSquares(
        rows,
        pairs.map(({ shift }) => shift[axis]),
      ).parameters,
  ) as [readonly number[], readonly number[]];
  const column = (at: number): Vector => vector(x[at] ?? 0, y[at] ?? 0);
  const toCamera = fromColumns(column(0), column(1));
  const back = inverse(toCamera);
  const missing = back ? fromColumns(apply(back, column(2)), apply(back, column(3))) : undefined;
  const nanometres = (units: Vector): Vector => vector(1000 * toSpecimen.x * units.x, 1000 * toSpecimen.y * units.y);
  const units = (pixels: Vector): Vector => scale(back ? apply(back, pixels) : vector(NaN, NaN), binning);
  const estimates = pattern === 'nine' ? fitImageShift('nine', pairs, places, binning).driftEstimates : [];
  return {
    unsettled: nanometres(vector(steps.x * (missing?.xpx ?? NaN), steps.y * (missing?.ypy ?? NaN))),
    drift: nanometres(units(scale(column(4), 2))),
    lines: estimates.map((estimate) => nanometres(units(estimate))),
  };
}

/** Micrometres on the specimen for one image-shift unit along each axis; the rough scale where nothing is known. */
export const unitLengths = (toSpecimen: Matrix | undefined, rough: number): Vector =>
  toSpecimen ? vector(length(firstColumn(toSpecimen)), length(secondColumn(toSpecimen))) : vector(rough, rough);
