import { averagedLeastSquares } from '../../../../imaging';
import type { Vector } from '../../../../core/base';

/** Shift between two images that show the same place of the stage. */
export interface StillPair {
  /** Seconds at which the two images were taken. */
  readonly from: number;
  readonly to: number;
  /** Align shift in binned pixels, with its standard errors. */
  readonly shift: Vector;
  readonly standardError: Vector;
  /** True when the stage was elsewhere in between, so that the scatter of its moves is in the shift. */
  readonly revisited: boolean;
}

/** Drift between two times in binned pixels. */
export interface DriftBetween {
  readonly mean: Vector;
  /** The share of each knot of the course in it, in seconds. */
  readonly shares: readonly number[];
}

/** Course of a drift over a series, as images without a move show it. */
export interface StageDrift {
  /** Mean rate over the series, in binned pixels a second. */
  readonly rate: Vector;
  readonly standardError: Vector;
  between(from: number, to: number): DriftBetween;
  /** Covariance of two drifts along X and along Y. */
  covariance(one: DriftBetween, other: DriftBetween): Vector;
}

/** Rates in micrometres a second that a specimen may drift with: usual, and soon after it was put in. */
const rates = [0.0003, 0.005];
/** Changes of the rate, in micrometres a second, from one image without a move to the next. */
const changes = [0.00005, 0.0004, 0.002];
/** Displacements in micrometres that are still to come when a move ends, the same after each: the moves themselves do not show them. */
const creeps = [
  { size: 0.0003, weight: 6 },
  { size: 0.003, weight: 3 },
  { size: 0.03, weight: 1 },
  { size: 0.3, weight: 1 },
];
/** Scatter of the positions that moves end at, in micrometres. */
const scatters = [
  { size: 0.01, weight: 3 },
  { size: 0.04, weight: 3 },
  { size: 0.3, weight: 1 },
];
/** Displacements in micrometres by which images tremble, each time new: few images without a move make a drift of them. */
const tremblings = [
  { size: 0, weight: 6 },
  { size: 0.004, weight: 1 },
  { size: 0.015, weight: 1 },
  { size: 0.06, weight: 1 },
];
/** Lower limit of the error of a correlation in binned pixels. */
const minError = 0.02;
/** Parts in which a course is added up. */
const parts = 8;

/**
 * Fits the course of the drift through the images between which nothing was moved, and through a place that was visited twice. A creep
 * after each move is the same in all of them; the place visited twice distinguishes it from steady drift.
 * @param perMicrometre binned pixels for one micrometre
 * @param span seconds of the first and of the last image
 */
export function fitStageDrift(
  pairs: readonly StillPair[],
  perMicrometre: number,
  span: readonly [first: number, last: number],
): StageDrift {
  const stills = pairs.filter(({ revisited }) => !revisited);
  // Without such images the drift is unknown: one knot, with nothing but what is usual.
  const knots = stills.length > 0 ? stills.map(({ from, to }) => (from + to) / 2) : [(span[0] + span[1]) / 2];
  const shares = (from: number, to: number): readonly number[] => sharesOf(knots, from, to);
  const courses = (['x', 'y'] as const).map((axis) => courseAlong(pairs, axis, knots, perMicrometre));
  const [x, y] = courses as [Course, Course];
  const over = (share: readonly number[], of: Course, other: readonly number[]): number =>
    share.reduce(
      (sum, one, row) =>
        sum + other.reduce((inner, two, column) => inner + one * two * of.covariance[row]![column]!, 0),
      0,
    );
  const mean = (share: readonly number[], of: Course): number =>
    share.reduce((sum, each, knot) => sum + each * of.rates[knot]!, 0);
  const whole = shares(span[0], span[1]);
  const seconds = Math.max(1e-9, span[1] - span[0]);
  return {
    rate: { x: mean(whole, x) / seconds, y: mean(whole, y) / seconds },
    standardError: {
      x: Math.sqrt(over(whole, x, whole)) / seconds,
      y: Math.sqrt(over(whole, y, whole)) / seconds,
    },
    between(from, to) {
      const share = shares(from, to);
      return { shares: share, mean: { x: mean(share, x), y: mean(share, y) } };
    },
    covariance: (one, other) => ({
      x: over(one.shares, x, other.shares),
      y: over(one.shares, y, other.shares),
    }),
  };
}

interface Course {
  /** Binned pixels a second at each knot. */
  readonly rates: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

function courseAlong(
  pairs: readonly StillPair[],
  axis: 'x' | 'y',
  knots: readonly number[],
  perMicrometre: number,
): Course {
  const unit = (knot: number): number[] => knots.map((_, index) => (index === knot ? 1 : 0));
  const steps = knots.slice(1).map((_, index) => unit(index + 1).map((value, at) => value - unit(index)[at]!));
  // One knot has a size of its own and the others follow from it; more of them would count the same prior again.
  const rows = [...pairs.map(({ from, to }) => sharesOf(knots, from, to)), unit(knots.length >> 1), ...steps];
  const observed = [...pairs.map(({ shift }) => shift[axis]), 0, ...steps.map(() => 0)];
  const own = pairs.map(({ standardError }) => standardError[axis] ** 2 + minError ** 2);
  const hypotheses = rates.flatMap((rate) =>
    changes.flatMap((change) =>
      creeps.flatMap((creep) =>
        scatters.flatMap((scatter) =>
          tremblings.map((trembling) => ({
            weight: creep.weight * scatter.weight * trembling.weight,
            covariance: rows.map((_, one) =>
              rows.map((__, other) => {
                const [first, second] = [pairs[one], pairs[other]];
                if (first && second) {
                  const both = !first.revisited && !second.revisited ? (creep.size * perMicrometre) ** 2 : 0;
                  const ends = one === other && first.revisited ? 2 * (scatter.size * perMicrometre) ** 2 : 0;
                  const trembles = one === other ? 2 * (trembling.size * perMicrometre) ** 2 : 0;
                  return both + ends + trembles + (one === other ? own[one]! : 0);
                }
                if (one !== other) return 0;
                return ((one === pairs.length ? rate : change) * perMicrometre) ** 2;
              }),
            ),
          })),
        ),
      ),
    ),
  );
  const { parameters, covariance } = averagedLeastSquares(rows, observed, hypotheses);
  return { rates: parameters, covariance };
}

/** Seconds that each knot of a course, straight from knot to knot, has in the displacement between two times. */
function sharesOf(knots: readonly number[], from: number, to: number): readonly number[] {
  const shares = knots.map(() => 0);
  for (let part = 0; part < parts; part++) {
    const time = from + ((part + 0.5) * (to - from)) / parts;
    const after = knots.findIndex((knot) => knot > time);
    const weight = (to - from) / parts;
    if (after === 0) shares[0]! += weight;
    else if (after < 0) shares[knots.length - 1]! += weight;
    else {
      const share = (time - knots[after - 1]!) / (knots[after]! - knots[after - 1]!);
      shares[after - 1]! += weight * (1 - share);
      shares[after]! += weight * share;
    }
  }
  return shares;
}
