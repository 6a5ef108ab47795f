import {
  type Matrix,
  type Vector,
  firstColumn,
  fromColumns,
  largestElement,
  length,
  secondColumn,
} from '../../../../core/base';
import { type Reason, aboveLimit } from '../../../../core/judgement';
import { leastSquares } from '../../../../imaging';
import { type WeighedFit, type WeighedPair, unrefinedError } from '../image-series/image-shift-uncertainty';

/** Fresh measurement of a matrix, held against the one that was fitted. */
export interface FreshCheck {
  /** Largest difference of the elements, as a share in percent of the largest element. */
  readonly percent: number;
  /** Largest difference of the elements in their common standard error. */
  readonly significance: number;
  /** Difference in pixels for one unit that the errors of both do not explain. */
  readonly unexplained: number;
}

/** Errors in binned pixels that a correlation keeps however good the images are. */
const minError = 0.02;
/** Share by which the drift of the check may differ from that of the series, as far as both show it. */
const driftChange = 0.5;
/** Differences in their common error that chance makes. */
const chanceDeviations = 2;
/** Limits of the difference in percent: beyond the first a result is doubtful. */
const limits = { doubtful: 1, refused: 10 };

/**
 * Holds a fitted matrix against images at places that the fit did not use, taken after a longer wait. A response that is not straight, steps
 * of the coils that they do not report, and what has not arrived all look right at the places of the pattern: each of them shows here.
 *
 * @param pairs of consecutive images, in three of which both axes moved by different shares of a step
 * @param places image shift that the column held at each image
 * @param times seconds at which each image was taken
 * @param interval mean seconds between the images of the series that was fitted
 */
export function checkFresh(
  { matrix, standardErrors, drift }: Pick<WeighedFit, 'matrix' | 'standardErrors' | 'drift'>,
  {
    pairs,
    places,
    times,
  }: { readonly pairs: readonly WeighedPair[]; readonly places: readonly Vector[]; readonly times: readonly number[] },
  binning: number,
  interval: number,
): FreshCheck {
  const elapsed = pairs.map(({ earlier, later }) => (times[later]! - times[earlier]!) / interval);
  const rows = pairs.map(({ earlier, later }, index) => {
    const [from, to] = [places[earlier]!, places[later]!];
    return [(to.x - from.x) / binning, (to.y - from.y) / binning, elapsed[index]!];
  });
  const along = (axis: 'x' | 'y') => {
    const plain = leastSquares(
      rows,
      pairs.map(({ shift }) => shift[axis]),
      { variance: 1 },
    );
    // A drift that changes leaves a part of its change in each pair.
    const changed = driftChange * Math.abs(plain.parameters[2]! - drift[axis]);
    const variances = pairs.map(({ standardError }, index) =>
      Math.hypot(standardError?.[axis] ?? unrefinedError, minError, changed * elapsed[index]!),
    );
    return leastSquares(
      rows,
      pairs.map(({ shift }) => shift[axis]),
      { weights: variances.map((error) => 1 / error ** 2), variance: 1 },
    );
  };
  const [x, y] = [along('x'), along('y')];
  const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
  const fresh = [x.parameters[0]!, x.parameters[1]!, y.parameters[0]!, y.parameters[1]!];
  const errors = [x.standardErrors[0]!, x.standardErrors[1]!, y.standardErrors[0]!, y.standardErrors[1]!];
  const found = elements.map((element, index) => {
    const difference = Math.abs(fresh[index]! - matrix[element]);
    const error = Math.hypot(errors[index]!, standardErrors[element]);
    return { difference, error };
  });
  return {
    percent: (100 * Math.max(...found.map(({ difference }) => difference))) / largestElement(matrix),
    significance: Math.max(...found.map(({ difference, error }) => difference / error)),
    unexplained: Math.sqrt(
      Math.max(0, ...found.map(({ difference, error }) => difference ** 2 - (chanceDeviations * error) ** 2)),
    ),
  };
}

/** Multiple of the noise that equal steps may differ by. */
const noiseOfRange = 3;

/**
 * Half of the difference of equal steps beyond the noise of the pairs, in pixels for one unit. Coils that stick and steps that arrive late make
 * it alike, and mean something else for the matrix: which of them it was, nobody knows to better than that.
 */
export function unexplainedRange(
  range: number,
  pairs: readonly Pick<WeighedPair, 'standardError'>[],
  steps: Vector,
  binning: number,
): number {
  const errors = pairs.map(({ standardError }) =>
    Math.max(standardError?.x ?? unrefinedError, standardError?.y ?? unrefinedError, minError),
  );
  const noise = (Math.max(...errors) * binning) / Math.min(Math.abs(steps.x), Math.abs(steps.y));
  return Math.sqrt(Math.max(0, range ** 2 - (noiseOfRange * noise) ** 2)) / 2;
}

/** A fit whose standard errors hold what the fresh measurement found besides, and what nothing explains. */
export function withFreshErrors<Fit extends Pick<WeighedFit, 'matrix' | 'standardErrors'>>(
  fit: Fit,
  { unexplained: ofCheck }: FreshCheck,
  ofRange = 0,
): Fit {
  const unexplained = Math.hypot(ofCheck, ofRange);
  const { matrix, standardErrors } = fit;
  const [ofX, ofY] = [firstColumn(matrix), secondColumn(matrix)].map((column) => length(column)) as [number, number];
  const longer = Math.max(ofX, ofY);
  const grown = (column: Vector, size: number): Vector => ({
    x: Math.hypot(column.x, (unexplained * size) / longer),
    y: Math.hypot(column.y, (unexplained * size) / longer),
  });
  const grownErrors: Matrix = fromColumns(
    grown(firstColumn(standardErrors), ofX),
    grown(secondColumn(standardErrors), ofY),
  );
  return { ...fit, standardErrors: grownErrors };
}

/** Evidence by a fresh measurement. */
export function freshEvidence({ percent, significance }: FreshCheck): Reason | undefined {
  return aboveLimit({
    kind: 'disagreement',
    what: 'Difference from a fresh measurement at other image shifts',
    // Within the errors both agree, however large these are.
    number: significance > chanceDeviations ? percent : 0,
    unit: '%',
    doubtfulAbove: limits.doubtful,
    refusedAbove: limits.refused,
    why: 'Image shift does not act in proportion: it has not settled, it sticks, or its coils go in steps that they do not report.',
    change:
      'Give image shift more time (Set IS Delay Factor, ImageShiftDelays), normalize the lenses, and take it again.',
  });
}
