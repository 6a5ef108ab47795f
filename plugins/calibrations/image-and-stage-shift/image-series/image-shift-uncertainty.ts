import { type ErrorHypothesis, averagedLeastSquares } from '../../../../imaging';
import { type Matrix, type Vector, apply, scale, subtract } from '../../../../core/base';
import { type MeasuredPair, type PatternName, patterns } from './image-shift-analysis';

/** A pair with what is known of its own error. */
export interface WeighedPair extends MeasuredPair {
  readonly correlation: number;
  /** Standard errors of the shift in binned pixels; undefined when only the peak was located. */
  readonly standardError?: Vector;
}

/** The circumstances under which a series was taken. */
export interface SeriesCircumstances {
  /** When each image was taken, in seconds. */
  readonly times: readonly number[];
  /** Width and height of the images in binned pixels. */
  readonly size: Vector;
}

/** A matrix from image shift to camera with errors that hold. */
export interface WeighedFit {
  readonly matrix: Matrix;
  /** Two of these on either side hold the truth in about 95 of 100 calibrations. */
  readonly standardErrors: Matrix;
  /** Drift in binned pixels for the mean interval between images. */
  readonly drift: Vector;
}

/** Assumed standard error of a shift in binned pixels when its peak was located but not refined. */
const unrefinedError = 0.1;
/**
 * Errors of a correlation that more electrons do not reduce: a share of the part of a pixel by which the shift differs from whole
 * ones, the same for all pairs, because pixels and windows cut through detail; and, in binned pixels, what depends on the detail that both
 * images show. Typical of a film with detail of all sizes.
 */
const detailErrors = { share: 0.075, common: 0.008, least: 0.002 };
/** Unsettled share of a step: how large it may typically be, and how likely each is beforehand; settled is twice as likely as not. */
const lagSizes = [
  { size: 0, weight: 8 },
  { size: 0.0003, weight: 1 },
  { size: 0.001, weight: 1 },
  { size: 0.004, weight: 1 },
  { size: 0.02, weight: 1 },
];
/** Share of an unsettled step that typically remains for the image after the next one. */
const lagMemory = 0.12;
/** Part that is missing at the first image of a series, as a share of the part at the others, and its spread. The first image waits longer. */
const lagOfFirst = { share: 0.6, spread: 0.35 };
/** Difference between the unsettled shares of X and Y steps, as a share. */
const lagDifference = 0.15;
/** Displacement over the series that a drift which dies away makes beyond the steady one, in binned pixels, and its time constants in durations of the series. */
const bendSizes = [0, 0.02, 0.1, 0.5, 3, 15, 80];
const bendTimes = [0.12, 0.22, 0.4, 0.75, 1.5, 4];
/** Steady drifts in binned pixels an image that the errors include when no pair shows the drift. */
const unseenDrifts = [0.1, 0.5, 2, 5];

/**
 * Fits the matrix with everything else that moves the image: a steady drift, a drift that dies away, and the part of each
 * step that had not yet arrived. The pairs themselves show how strong these are, as far as they can: steps back and forth that differ
 * show what had not arrived, a path that does not close shows the drift. What they cannot distinguish goes into the standard errors, as
 * does the error of each correlation.
 *
 * @param places image shift that the column held at each image, in image-shift units
 * @param rough the matrix as the pairs give it without errors, unbinned pixels for one unit
 */
export function weighImageShift(
  pattern: PatternName,
  pairs: readonly WeighedPair[],
  places: readonly Vector[],
  binning: number,
  rough: Matrix,
  circumstances: SeriesCircumstances,
): WeighedFit {
  const { times } = circumstances;
  const interval = (times.at(-1)! - times[0]!) / (times.length - 1);
  const moments = times.map((time) => (time - times[0]!) / interval);
  const seesDrift = pattern !== 'six' || pairs.some(({ earlier, later }) => later - earlier > 1);
  const rows = pairs.flatMap(({ earlier, later }) => {
    const { x, y } = scale(subtract(places[later]!, places[earlier]!), 1 / binning);
    const elapsed = moments[later]! - moments[earlier]!;
    return [seesDrift ? [x, y, 0, 0, elapsed, 0] : [x, y, 0, 0], seesDrift ? [0, 0, x, y, 0, elapsed] : [0, 0, x, y]];
  });
  const observed = pairs.flatMap(({ shift }) => [shift.x, shift.y]);
  const noise = added(correlationErrors(pairs, circumstances.size), detailCauses(pairs, patterns[pattern]));
  const { parameters, standardErrors } = averagedLeastSquares(
    rows,
    observed,
    hypotheses({ noise, pairs, positions: places, moments, rough: scaled(rough, 1 / binning), seesDrift }),
  );
  const [xpx, xpy, ypx, ypy, driftX = 0, driftY = 0] = parameters as [number, number, number, number];
  const [exx, exy, eyx, eyy] = standardErrors as [number, number, number, number];
  return {
    matrix: { xpx, xpy, ypx, ypy },
    standardErrors: { xpx: exx, xpy: exy, ypx: eyx, ypy: eyy },
    drift: { x: driftX, y: driftY },
  };
}

const scaled = ({ xpx, xpy, ypx, ypy }: Matrix, by: number): Matrix => ({
  xpx: xpx * by,
  xpy: xpy * by,
  ypx: ypx * by,
  ypy: ypy * by,
});

type Covariance = readonly (readonly number[])[];

interface Causes {
  readonly noise: Covariance;
  readonly pairs: readonly WeighedPair[];
  readonly positions: readonly Vector[];
  readonly moments: readonly number[];
  /** Binned pixels for one image-shift unit. */
  readonly rough: Matrix;
  readonly seesDrift: boolean;
}

function hypotheses({ noise, pairs, positions, moments, rough, seesDrift }: Causes): readonly ErrorHypothesis[] {
  const between = (of: readonly number[]): number[] => pairs.map(({ earlier, later }) => of[later]! - of[earlier]!);
  const bends = bendSizes.flatMap((size) => {
    if (size === 0) return [{ covariance: noise, weight: 2 * (bendTimes.length - 1) }];
    // Two neighbouring time constants together stand for all between them.
    const courses = bendTimes.map((time) => between(bend(moments, time * moments.at(-1)!).map((each) => each * size)));
    return courses.slice(1).map((course, index) => ({
      covariance: added(
        noise,
        [course, courses[index]!].flatMap((each) => [alongX(each), alongY(each)]),
      ),
      weight: 1,
    }));
  });
  const [lagX, lagY] = (['x', 'y'] as const).map((axis) => {
    // At each image the last step is missing in part; the one before it has had one more interval to arrive.
    const lastSteps = positions.map((position, index) => position[axis] - (positions[index - 1]?.[axis] ?? 0));
    // The first image has waited longer than the others, because of the preparations of a series.
    const [last, older, first] = [
      lastSteps.map((step, index) => (index === 0 ? 0 : step)),
      [0, ...lastSteps.slice(0, -1)],
      lastSteps.map((step, index) => (index === 0 ? step : 0)),
    ].map((missing) => {
      const onCamera = missing.map((each) => apply(rough, axis === 'x' ? { x: -each, y: 0 } : { x: 0, y: -each }));
      return interleaved(between(onCamera.map(({ x }) => x)), between(onCamera.map(({ y }) => y)));
    });
    return { last: last!, older: older!, first: first! };
  }) as [Lag, Lag];
  const drifts = seesDrift ? [undefined] : unseenDrifts.map((drift) => between(moments).map((each) => each * drift));
  return drifts.flatMap((drift) =>
    bends.flatMap(({ covariance, weight }) => {
      const withDrift = drift ? added(covariance, [alongX(drift), alongY(drift)]) : covariance;
      return lagSizes.map(({ size, weight: ofLag }) => ({
        covariance: size === 0 ? withDrift : added(withDrift, lagVectors(lagX, lagY, size)),
        weight: weight * ofLag,
      }));
    }),
  );
}

/** Parts that are missing in the pairs for a share of 1: of the step before an image, of the one before that, and of the step to the first image. */
interface Lag {
  readonly last: readonly number[];
  readonly older: readonly number[];
  readonly first: readonly number[];
}

/** The common share of the steps of both axes that is missing, what is left of it one image later, that of the first image, and how the two axes differ. */
function lagVectors(x: Lag, y: Lag, size: number): readonly (readonly number[])[] {
  const both = (pick: (lag: Lag) => readonly number[], share: number): readonly number[] =>
    pick(x).map((each, index) => share * (each + pick(y)[index]!));
  const alone = (lag: Lag): readonly number[] => lag.last.map((each) => each * size * lagDifference);
  const last = (lag: Lag): readonly number[] =>
    lag.last.map((each, index) => each + lagOfFirst.share * lag.first[index]!);
  return [
    both(last, size),
    both(({ older }) => older, size * lagMemory),
    both(({ first }) => first, size * lagOfFirst.spread),
    alone(x),
    alone(y),
  ];
}

/** The course of a drift that dies away, less the straight line from its start to its end, the largest deviation from which is 1. */
function bend(moments: readonly number[], timeConstant: number): readonly number[] {
  const course = moments.map((moment) => -Math.expm1(-moment / timeConstant));
  const duration = moments.at(-1)!;
  const straight = course.map((each, index) => each - (course.at(-1)! * moments[index]!) / duration);
  const largest = Math.max(...straight.map(Math.abs));
  return straight.map((each) => each / largest);
}

const interleaved = (x: readonly number[], y: readonly number[]): readonly number[] =>
  x.flatMap((each, index) => [each, y[index]!]);
const alongX = (course: readonly number[]): readonly number[] => course.flatMap((each) => [each, 0]);
const alongY = (course: readonly number[]): readonly number[] => course.flatMap((each) => [0, each]);

/** A covariance with causes added, each the effect on the observations of its standard deviation. */
function added(covariance: Covariance, causes: readonly (readonly number[])[]): Covariance {
  return covariance.map((row, one) =>
    row.map((value, other) => causes.reduce((sum, cause) => sum + cause[one]! * cause[other]!, value)),
  );
}

/** Errors by detail that pixels and windows cut. Pairs that show the same two places back and forth are wrong by the same. */
function detailCauses(
  pairs: readonly WeighedPair[],
  positions: readonly (readonly [number, number])[],
): readonly (readonly number[])[] {
  const beyondWhole = (axis: 'x' | 'y'): number[] =>
    pairs.map(({ shift }) => detailErrors.share * (shift[axis] - Math.round(shift[axis])));
  const places = pairs.map(({ earlier, later }) => [positions[earlier]!.join(), positions[later]!.join()] as const);
  const views = new Set(places.filter(([from, to]) => from !== to).map((place) => [...place].sort().join(' to ')));
  const details = [...views].map((view) =>
    places.map(
      ([from, to]) => detailErrors.common * (view === `${from} to ${to}` ? 1 : view === `${to} to ${from}` ? -1 : 0),
    ),
  );
  return [
    alongX(beyondWhole('x')),
    alongY(beyondWhole('y')),
    ...details.flatMap((detail) => [alongX(detail), alongY(detail)]),
  ];
}

/** The covariance of the measured shifts: pairs that share the noise of one part of one image are wrong together. */
function correlationErrors(pairs: readonly WeighedPair[], size: Vector): Covariance {
  const errors = pairs.flatMap(({ standardError }) =>
    [standardError?.x ?? unrefinedError, standardError?.y ?? unrefinedError].map((each) =>
      Math.hypot(each, detailErrors.least),
    ),
  );
  const shared = pairs.map((one) => pairs.map((other) => (one === other ? 1 : sharedNoise(one, other, size))));
  return errors.map((one, row) =>
    errors.map((other, column) => (row % 2 === column % 2 ? one * other * shared[row >> 1]![column >> 1]! : 0)),
  );
}

/** The correlation of the errors of two pairs: the noise of an image moves both as far as they look at the same part of it. */
function sharedNoise(one: WeighedPair, other: WeighedPair, size: Vector): number {
  let sum = 0;
  for (const image of new Set([one.earlier, one.later])) {
    if (image !== other.earlier && image !== other.later) continue;
    const [first, second] = [seenPart(one, image, size), seenPart(other, image, size)];
    const common = first.map(([from, to], axis) =>
      Math.max(0, Math.min(to, second[axis]![1]) - Math.max(from, second[axis]![0])),
    );
    const area = (part: readonly (readonly [number, number])[]): number =>
      part.reduce((product, [from, to]) => product * (to - from), 1);
    const share = (common[0]! * common[1]!) / Math.sqrt(area(first) * area(second));
    const coherence = Math.sqrt(Math.max(0, one.correlation) * Math.max(0, other.correlation));
    // Signal times noise of one image is half of the variance or less, the rest being the other image and noise times noise.
    sum += ((image === one.later) === (image === other.later) ? 1 : -1) * share * (coherence / (1 + coherence));
  }
  return sum;
}

/** The part of an image of a pair that the other one shows too, from its centre in binned pixels. */
function seenPart(
  { earlier, shift }: WeighedPair,
  image: number,
  size: Vector,
): readonly (readonly [number, number])[] {
  const sign = image === earlier ? 1 : -1;
  return (['x', 'y'] as const).map((axis) => {
    const half = size[axis] / 2;
    const moved = sign * shift[axis];
    return [Math.max(-half, moved - half), Math.min(half, moved + half)] as const;
  });
}
