import { type LinePoint, type StraightLine, straightLine } from '../../../../imaging';
import { fittedChart, readable } from '../../../../core/base';
import type { Run } from '../../../../core/kernel';
import { type Reason, aboveLimit } from '../../../../core/judgement';
import type { BlankedShots } from './blanked-shots';
import { minDelay } from './delays';
import { timingErrors } from './timing-errors';

/** Seconds from one delay to the next; a share of long exposures. */
const increments = { image: 0.08, scan: 0.16, longShare: 0.13333, longFrom: 1.2 };
/** Images at each delay. */
const perDelay = { image: 3, scan: 7 };
/** Shares of light within which a delay tells something, and below which an image is dark. */
const useful = { least: 0.05, most: 0.95 };
const darkBelow = 0.04;
const maxPoints = 50;
const longestFactor = 5;
/** Seconds of a scan beyond which the delays end at its end. */
const longScan = 4;
/** Shares of a scan, which is trimmed to them as long as more points than these are left. */
const central = { least: 0.2, most: 0.8, points: 5 };
/** Standard errors by which the first point may be off. */
const maxDeviations = 2;

/** Seconds beyond which no delay is tried. */
export const longestDelay = (exposure: number): number => longestFactor * Math.max(1, exposure);

/** Shares by which the error of the time of a scan is doubtful and refused. */
const maxScanError = { doubtful: 0.01, refused: 0.04 };

/** Evidence by the error of the time that a whole scan takes. */
export const scanEvidence = (
  { flyback, flybackError }: Pick<ScanTimes, 'flyback' | 'flybackError'>,
  exposure: number,
  rows: number,
): Reason | undefined =>
  aboveLimit({
    kind: 'uncertain',
    what: 'Error of the time of a scan',
    number: (100 * rows * flybackError) / (exposure + rows * flyback),
    unit: '%',
    doubtfulAbove: 100 * maxScanError.doubtful,
    refusedAbove: 100 * maxScanError.refused,
    why: 'The scans begin at quite different times after their request, so the flyback is not known well.',
    change: 'Measure again with a longer exposure.',
  });

/** Seconds from one delay to the next. */
const delayStep = (exposure: number, stem: boolean): number =>
  exposure > increments.longFrom ? increments.longShare * exposure : stem ? increments.scan : increments.image;

/** Points of the search: share of light against the delay of the beam in seconds. */
export type RangePoints = readonly LinePoint[];

/** Delays the beam more and more, until images are dark. Throws where they never are, or where hardly any is dark in part. */
export async function searchRange(
  run: Pick<Run, 'operator' | 'plot'>,
  shots: BlankedShots,
  { stem, first, flyback }: { readonly stem: boolean; readonly first: number; readonly flyback: number },
): Promise<RangePoints> {
  const { exposure, rows } = shots;
  const step = delayStep(exposure, stem);
  const limit = longestDelay(exposure);
  const points: LinePoint[] = [];
  let base: number | undefined;
  for (let delay = first; ; delay += step) {
    if (delay > limit || points.length >= maxPoints) throw timingErrors.noBlankedImage(delay);
    const share = await shots.several(delay, stem ? perDelay.scan : perDelay.image);
    const expected = 1 - step / exposure;
    // The first image that is dark in part says what a step takes away; a shutter that is slow takes more.
    if (!stem && base === undefined && share <= expected && share > 0.5) base = share / expected;
    const judged = share / (stem ? 1 : (base ?? 1));
    if (judged >= useful.least && share <= useful.most) points.push({ x: delay, y: share });
    plotRange(run, points);
    if (first > minDelay && delay === first && share < useful.most) {
      run.operator.log(
        `Images are dark in part already with a delay of ${readable(first, 2)} s; the delays begin again.`,
      );
      return searchRange(run, shots, { stem, flyback, first: minDelay });
    }
    if (judged < darkBelow || (stem && exposure > longScan && delay >= exposure + rows * flyback)) break;
  }
  if (points.length < 2) throw timingErrors.tooMuchBlanking();
  return points;
}

/** The line through the points of an image; a first point that is off is left out. */
export function lineOfImages(run: Pick<Run, 'operator'>, points: RangePoints): StraightLine {
  if (points.length <= 3) return straightLine(points);
  const [first, ...rest] = points;
  const without = straightLine(rest);
  if (Math.abs(first!.y - without.at(first!.x)) <= maxDeviations * without.predictionError(first!.x))
    return straightLine(points);
  run.operator.log(`The first delay, ${readable(first!.x, 2)} s, is off the line of the others and is left out.`);
  return without;
}

/** The line through the points of scans, from the middle of the scan as far as there are enough. */
export function lineOfScans(points: RangePoints): StraightLine {
  const used = [...points].sort((one, other) => one.x - other.x);
  const isCentral = (): boolean => used.every(({ y }) => y > central.least && y < central.most);
  while (used.length > central.points && !isCentral())
    if (Math.abs(used[0]!.y - 0.5) > Math.abs(used.at(-1)!.y - 0.5)) used.shift();
    else used.pop();
  return straightLine(used);
}

/** Shows the share of light against the delay, as it comes. */
export function plotRange(run: Pick<Run, 'plot'>, points: RangePoints, line?: StraightLine): void {
  run.plot(
    fittedChart({ id: 'range', title: 'Light against delay of the beam', x: 'delay (s)', y: 'share of the light' }, [
      { name: 'images', points, ...(line && { curve: (x: number) => line.at(x) }) },
    ]),
  );
}

/** Times of a scan in seconds. */
export interface ScanTimes {
  readonly flyback: number;
  readonly flybackError: number;
  /** From the request to the first pixel. */
  readonly start: number;
  readonly startError: number;
  /** From the request to the middle of the scan. */
  readonly middle: number;
}

/** Share of a line by which the whole time of a scan is not known. */
const withinLine = 0.2;

/** The times of a scan that a line through its points shows, in seconds. */
export function scanTimesOf(
  { slope, intercept, slopeError, interceptError }: StraightLine,
  exposure: number,
  rows: number,
): ScanTimes {
  const lineTime = -1 / slope / rows;
  return {
    flyback: lineTime - exposure / rows,
    // Within its line the place at which the beam comes is not seen that well, however straight the points lie.
    flybackError: Math.hypot(slopeError / slope ** 2 / rows, (withinLine * lineTime) / rows),
    start: (1 - intercept) / slope,
    startError: interceptError / Math.abs(slope),
    middle: (0.5 - intercept) / slope,
  };
}
