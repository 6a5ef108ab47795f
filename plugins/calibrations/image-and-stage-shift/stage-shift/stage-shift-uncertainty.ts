import { type ErrorHypothesis, averagedLeastSquares } from '../../../../imaging';
import { type Matrix, apply, length, firstColumn, secondColumn } from '../../../../core/base';
import type { StagePair } from './stage-shift-analysis';

/** Steps that one axis made. */
export interface SteppedAxis {
  /** Micrometres from one image to the next, and over which the error of the stage repeats. */
  readonly step: number;
  readonly cycle: number;
}

/** A matrix from stage to camera with errors that hold. */
export interface WeighedStageFit {
  readonly matrix: Matrix;
  /** Two of these on either side hold the truth in about 95 of 100 calibrations. */
  readonly standardErrors: Matrix;
}

/** Assumed standard error of a shift in binned pixels when its peak was located but not refined. */
const unrefinedError = 0.1;
/** Lower limit of the error of a correlation in binned pixels, which better images do not reduce. */
const minError = 0.02;
/** Scatter of the positions that moves end at, in micrometres along each axis. */
const scatters = [0.002, 0.005, 0.012, 0.03, 0.08, 0.2, 0.5, 1.5];
/** Local errors of scale of the drive that repeat with its cycle. */
const cyclicErrors = [0.003, 0.03, 0.1];
/** Steady drifts of the specimen in micrometres from one image to the next: a tenth and three tenths of a nm a second. */
const drifts = [0.0004, 0.0012];

/**
 * Fits the matrix with what keeps a stage from being where it reads: moves that end a little off, an error that repeats with the cycle
 * of the drive, drift. The steps of both axes together show how large the first two are, as far as they can.
 *
 * @param rough the matrix as the steps give it without errors, unbinned pixels for one micrometre
 */
export function weighStageShift(
  pairs: readonly StagePair[],
  axes: Readonly<Record<'x' | 'y', SteppedAxis>>,
  binning: number,
  rough: Matrix,
): WeighedStageFit {
  const rows = pairs.flatMap(({ axis }) => {
    const moved = axes[axis].step / binning;
    const [x, y] = axis === 'x' ? [moved, 0] : [0, moved];
    return [
      [x, y, 0, 0],
      [0, 0, x, y],
    ];
  });
  const observed = pairs.flatMap(({ shift }) => [shift.x, shift.y]);
  const { parameters, standardErrors } = averagedLeastSquares(rows, observed, hypotheses(pairs, axes, binning, rough));
  const matrixOf = (values: readonly number[]): Matrix => {
    const [xpx = 0, xpy = 0, ypx = 0, ypy = 0] = values;
    return { xpx, xpy, ypx, ypy };
  };
  return { matrix: matrixOf(parameters), standardErrors: matrixOf(standardErrors) };
}

function hypotheses(
  pairs: readonly StagePair[],
  axes: Readonly<Record<'x' | 'y', SteppedAxis>>,
  binning: number,
  rough: Matrix,
): readonly ErrorHypothesis[] {
  const perMicrometre = Math.sqrt(length(firstColumn(rough)) * length(secondColumn(rough))) / binning;
  // The place of each pair within its own series; moves of the two series have nothing in common.
  const places = pairs.map(({ axis }, index) => pairs.slice(0, index).filter((pair) => pair.axis === axis).length);
  const fixed = pairs.flatMap((one, row) =>
    [0, 1].map((component) =>
      pairs.flatMap((_, column) =>
        [0, 1].map((other) => (row === column && component === other ? variance(one, component) : 0)),
      ),
    ),
  );
  const cycles = (['x', 'y'] as const).flatMap((axis) =>
    [0, Math.PI / 2].map((phase) => {
      const turn = (2 * Math.PI * axes[axis].step) / axes[axis].cycle;
      const reach = axes[axis].cycle / (2 * Math.PI) / binning;
      return pairs.flatMap((pair, index) => {
        const along =
          pair.axis === axis
            ? reach * (Math.sin(turn * (places[index]! + 1) + phase) - Math.sin(turn * places[index]! + phase))
            : 0;
        const { x, y } = apply(rough, axis === 'x' ? { x: along, y: 0 } : { x: 0, y: along });
        return [x, y];
      });
    }),
  );
  const courses = [0, 1].map((component) =>
    pairs.flatMap(() => [0, 1].map((other) => (other === component ? perMicrometre : 0))),
  );
  return scatters.flatMap((scatter) =>
    cyclicErrors.flatMap((error) =>
      drifts.map((drift) => ({
        covariance: fixed.map((row, one) =>
          row.map((value, other) => {
            const ends = one % 2 === other % 2 ? endScatter(pairs, places, one >> 1, other >> 1) : 0;
            const cyclic = cycles.reduce((sum, cycle) => sum + cycle[one]! * cycle[other]!, 0);
            const drifting = courses.reduce((sum, course) => sum + course[one]! * course[other]!, 0);
            return value + ends * (scatter * perMicrometre) ** 2 + cyclic * error ** 2 + drifting * drift ** 2;
          }),
        ),
      })),
    ),
  );
}

const variance = ({ standardError }: StagePair, component: number): number =>
  (standardError ? [standardError.x, standardError.y][component]! : unrefinedError) ** 2 + minError ** 2;

/** Covariance of two steps by the scatter of the ends of moves, for a variance of 1: the end of one is the beginning of the next. */
function endScatter(pairs: readonly StagePair[], places: readonly number[], one: number, other: number): number {
  if (pairs[one]!.axis !== pairs[other]!.axis) return 0;
  const apart = Math.abs(places[one]! - places[other]!);
  return apart === 0 ? 2 : apart === 1 ? -1 : 0;
}
