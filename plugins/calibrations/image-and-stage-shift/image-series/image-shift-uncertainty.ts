import { type AveragedFit, averagedOverCauses } from '../../../../imaging';
import { type Misfit, errorGrowth } from '../../../../core/judgement';
import { type Matrix, type Vector, percentChange, scale, subtract, vector } from '../../../../core/base';
import { type MeasuredDistortion, effectOnPair, maxSpread } from './field-parts';
import { type SeriesHypothesis, alongX, alongY, seriesHypotheses, slowLagTimes } from './error-causes';
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
  /** Distortion of the field by the parts of the pairs; undefined where it was not measured. */
  readonly distortion?: MeasuredDistortion;
}

/** A matrix from image shift to camera with errors that hold. */
export interface WeighedFit {
  readonly matrix: Matrix;
  /** Two of these on either side hold the truth in about 95 of 100 calibrations. */
  readonly standardErrors: Matrix;
  /** Drift in binned pixels for the mean interval between images. */
  readonly drift: Vector;
  /** Misfit of the pairs with all that the fit knows of; the standard errors have grown with it. */
  readonly misfit: Misfit;
  /** Seconds in which a slow part of each step falls to 1/e, where one is the likeliest explanation of the pairs. */
  readonly slowSeconds?: number;
}

/** Assumed standard error of a shift in binned pixels when its peak was located but not refined. */
export const unrefinedError = 0.1;
/**
 * Errors of a correlation that more electrons do not reduce: a share of the part of a pixel by which the shift differs from whole
 * ones, the same for all pairs, because pixels and windows cut through detail; and, in binned pixels, what depends on the detail that both
 * images show. Typical of a film with detail of all sizes.
 */
const detailErrors = { share: 0.075, common: 0.008, least: 0.002 };
/** Change in percent by the fit above which the rough matrix was too rough: where all steps have arrived, and where a slow part has not. */
const maxRoughChange = { settled: 0.1, slow: 0.02 };
/** Ratio of neighbouring time constants from which on a closer one changes nothing. */
const closeRatio = 1.03;
/**
 * Longest time constant of a slow part in intervals between images. Six images go one way along each axis: what takes longer than three of
 * them looks there as a change of the matrix, or as coils that stick.
 */
const longestSlowTime = { six: 3, others: 30 };
const maxRounds = 8;
type Covariance = readonly (readonly number[])[];

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
  measured: readonly WeighedPair[],
  places: readonly Vector[],
  binning: number,
  rough: Matrix,
  circumstances: SeriesCircumstances,
): WeighedFit {
  const { times } = circumstances;
  const { pairs, offsets, causes: distortions } = withoutDistortion(measured, circumstances);
  const interval = (times.at(-1)! - times[0]!) / (times.length - 1);
  const moments = times.map((time) => (time - times[0]!) / interval);
  const seesDrift = pattern !== 'six' || pairs.some(({ earlier, later }) => later - earlier > 1);
  const rows = pairs.flatMap(({ earlier, later }) => {
    const { x, y } = scale(subtract(places[later]!, places[earlier]!), 1 / binning);
    const elapsed = moments[later]! - moments[earlier]!;
    return [seesDrift ? [x, y, 0, 0, elapsed, 0] : [x, y, 0, 0], seesDrift ? [0, 0, x, y, 0, elapsed] : [0, 0, x, y]];
  });
  const observed = pairs.flatMap(({ shift }, index) => {
    const { x, y } = subtract(shift, offsets[index]!);
    return [x, y];
  });
  const noise = added(correlationErrors(pairs, circumstances.size), [
    ...detailCauses(pairs, patterns[pattern]),
    ...distortions,
  ]);
  const longestTime = pattern === 'six' ? longestSlowTime.six : longestSlowTime.others;
  const { fit, slowTime } = refined(rough, longestTime, (near, slowTimes) => {
    const seesTail = pattern !== 'six';
    const causes = { pairs, positions: places, moments, rough: scaled(near, 1 / binning), seesDrift, seesTail };
    const hypotheses = seriesHypotheses(causes, slowTimes);
    return { hypotheses, fit: averagedOverCauses(rows, observed, noise, hypotheses) };
  });
  const { parameters, standardErrors, chiSquare, degreesOfFreedom } = fit;
  const misfit = { chiSquare, degreesOfFreedom };
  const growth = errorGrowth(misfit);
  const [xpx, xpy, ypx, ypy, driftX = 0, driftY = 0] = parameters as [number, number, number, number];
  const [exx, exy, eyx, eyy] = standardErrors.map((each) => growth * each) as [number, number, number, number];
  return {
    matrix: { xpx, xpy, ypx, ypy },
    standardErrors: { xpx: exx, xpy: exy, ypx: eyx, ypy: eyy },
    drift: { x: driftX, y: driftY },
    misfit,
    ...(slowTime !== undefined && { slowSeconds: slowTime * interval }),
  };
}

/**
 * Repeats a fit: what has not arrived is a share of the true effect, so its matrix has to be that of the fit; and where a slow part of the
 * steps explains the pairs best, its time constant is found more closely, since it decides how much of the last step is missing.
 */
function refined(
  rough: Matrix,
  longestTime: number,
  solve: (
    near: Matrix,
    slowTimes: readonly number[],
  ) => { readonly hypotheses: readonly SeriesHypothesis[]; readonly fit: AveragedFit },
): { readonly fit: AveragedFit; readonly slowTime: number | undefined } {
  let [near, slowTimes, ratio] = [rough, slowLagTimes.filter((time) => time <= longestTime), 2];
  for (let round = 0; ; round++) {
    const { hypotheses, fit } = solve(near, slowTimes);
    const [xpx, xpy, ypx, ypy] = fit.parameters as [number, number, number, number];
    const change = percentChange(near, { xpx, xpy, ypx, ypy }) ?? Infinity;
    const best = mostLikelyTime(hypotheses, fit.probabilities);
    const close =
      best === undefined ? change < maxRoughChange.settled : change < maxRoughChange.slow && ratio < closeRatio;
    if (close || round >= maxRounds) return { fit, slowTime: best };
    near = { xpx, xpy, ypx, ypy };
    if (best === undefined) continue;
    ratio = Math.sqrt(ratio);
    slowTimes = [-2, -1, 0, 1, 2].map((step) => Math.min(longestTime, best * ratio ** step));
  }
}

/** The time constant of the slow part that is most likely; undefined while another explanation is. */
function mostLikelyTime(hypotheses: readonly SeriesHypothesis[], probabilities: readonly number[]): number | undefined {
  const byTime = new Map<number | undefined, number>();
  // Coils that stick look like a slow part whose time is not yet right, and are weighed against it only when it is.
  for (const [index, { slowTime, sticks = false }] of hypotheses.entries())
    if (!sticks) byTime.set(slowTime, (byTime.get(slowTime) ?? 0) + probabilities[index]!);
  const total = [...byTime.values()].reduce((sum, each) => sum + each, 0);
  if ((byTime.get(undefined) ?? 0) > total / 2) return undefined;
  byTime.delete(undefined);
  return [...byTime].sort((a, b) => b[1] - a[1])[0]?.[0];
}

const scaled = ({ xpx, xpy, ypx, ypy }: Matrix, by: number): Matrix => ({
  xpx: xpx * by,
  xpy: xpy * by,
  ypx: ypx * by,
  ypy: ypy * by,
});

/** Distortion that a field may have where it was not measured, and share by which its effect on a pair is uncertain. */
const unseenDistortion = 0.002;
const effectError = 0.4;
/** The same for a shift at the centre, to which the parts lead by the course of the distortion between and within them. */
const centreError = 0.01;

/** The pairs with their shifts at the centre of the field where distortion matters, else the corrections; and the causes of errors. */
function withoutDistortion(
  measured: readonly WeighedPair[],
  { size, distortion }: SeriesCircumstances,
): {
  readonly pairs: readonly WeighedPair[];
  readonly offsets: readonly Vector[];
  readonly causes: readonly (readonly number[])[];
} {
  const nothing = vector(0, 0);
  const effects = (radial: number, spiral: number): readonly Vector[] =>
    measured.map(({ shift }) => effectOnPair(shift, size, { radial, spiral }));
  const flat = (vectors: readonly Vector[]): readonly number[] => vectors.flatMap(({ x, y }) => [x, y]);
  const ofErrors = (radial: number, spiral: number) => [flat(effects(radial, 0)), flat(effects(0, spiral))];
  if (!distortion)
    return {
      pairs: measured,
      offsets: measured.map(() => nothing),
      causes: ofErrors(unseenDistortion, unseenDistortion),
    };
  const { radial, spiral, standardErrors, spread, centres } = distortion;
  const causes = ofErrors(standardErrors.radial, standardErrors.spiral);
  const offsets = effects(radial, spiral);
  if (spread < maxSpread) return { pairs: measured, offsets, causes };
  const centreOf = ({ earlier, later }: WeighedPair) =>
    centres.find((each) => each.earlier === earlier && each.later === later);
  return {
    pairs: measured.map((pair, index) => {
      const centre = centreOf(pair);
      if (centre) return { ...pair, shift: centre.shift, standardError: centre.standardError };
      const [x, y] = (['x', 'y'] as const).map((axis) =>
        Math.hypot(pair.standardError?.[axis] ?? unrefinedError, effectError * offsets[index]![axis]),
      );
      return { ...pair, standardError: vector(x!, y!) };
    }),
    offsets: offsets.map((offset, index) => (centreOf(measured[index]!) ? nothing : offset)),
    causes: [...causes, flat(offsets).map((each) => centreError * each)],
  };
}

/** The pairs with their shifts at the centre of the field, without its distortion. */
export function atCentre(measured: readonly WeighedPair[], circumstances: SeriesCircumstances): readonly WeighedPair[] {
  const { pairs, offsets } = withoutDistortion(measured, circumstances);
  return pairs.map((pair, index) => ({ ...pair, shift: subtract(pair.shift, offsets[index]!) }));
}

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
