import type { Vector } from '../geometry';
import { median } from '../statistics';
import type { CorrelationPlane } from './correlation';
import { type CorrelationPeak, isCentre, PeakField } from './peaks';

/** Kind of lattice to search for. */
export interface LatticeKind {
  /** Length of the second axis over that of the first, which is the one with the closest peaks. */
  readonly ratio: number;
  /** True when peaks lie on ridges along the lines, as with gratings and grid bars but not with crystals. */
  readonly ridges: boolean;
  /** First visible order along the second axis: 2 where a screw axis extinguishes the odd ones, else 1. */
  readonly secondOrder: 1 | 2;
}

/** Two lattice vectors in pixels of the correlated image, X right and Y DOWN, each with x >= 0. */
export interface LatticeAxes {
  readonly first: Vector;
  readonly second: Vector;
  /** Number of peaks along each axis. */
  readonly repeats: readonly [number, number];
  /** The peak next to the centre on the first axis, for showing. */
  readonly nearPeak: Vector;
}

/** Reason why no lattice was found. */
export type LatticeNotFound =
  | { readonly reason: 'no peak' | 'no second peak' | 'no lattice' | 'one direction' }
  | { readonly reason: 'angle'; readonly degrees: number }
  | { readonly reason: 'distances'; readonly first: number; readonly second: number };

/** Largest deviation of the angle between the axes from 90 degrees, and largest relative difference of their lengths. */
const largestAngleError = 10;
// A stretch by a quarter, which is a difference of 0.2, must be rejected whatever the noise.
const largestDifference = 0.195;

/**
 * Finds the axes of a lattice among the peaks of an autocorrelation.
 *
 * Each of the highest peaks is the start of a series of peaks at its multiples, and each divisor of it may be the start
 * of a better one; the series with the smallest interval that reaches far enough and lies on ridges is the first axis.
 * The second is at 90 degrees to it.
 *
 * @param marked a point on the plane from the origin, X right and Y down: the peak nearest to it gives the first axis
 */
export function searchLattice(
  plane: CorrelationPlane,
  peaks: readonly CorrelationPeak[],
  kind: LatticeKind,
  marked?: Vector,
): LatticeAxes | LatticeNotFound {
  const field = new PeakField(peaks);
  const first = marked ? markedSeries(field, marked) : firstSeries(plane, field, kind);
  if (!first) return { reason: 'no peak' };
  const { interval } = first;
  const length = Math.hypot(interval.x, interval.y);
  const target = { x: kind.ratio * interval.y, y: -kind.ratio * interval.x };
  const near = nearestPeak(peaks, target, ({ x, y }) => x * x + y * y >= 2);
  if (near === undefined) return { reason: 'no second peak' };
  const second = walk(field, near.vector, near.index);
  const degrees = angleBetween(interval, second.interval);
  if (Math.abs(degrees - 90) > largestAngleError) return { reason: 'angle', degrees };
  const other = Math.hypot(second.interval.x, second.interval.y);
  const expected = kind.ratio * length;
  if (Math.abs(expected - other) / Math.max(expected, other) > largestDifference)
    return { reason: 'distances', first: length, second: other };
  return {
    first: rightHalf(interval),
    second: rightHalf(second.interval),
    repeats: [first.count, second.count],
    nearPeak: rightHalf(first.near),
  };
}

interface Series {
  readonly interval: Vector;
  readonly count: number;
  readonly near: Vector;
  readonly variation: number;
}

/** The series of peaks at the multiples of a vector; the farthest peak refines the interval. */
function walk(field: PeakField, start: Vector, startPeak?: number): Series {
  const tolerance = 1 + 0.02 * Math.hypot(start.x, start.y);
  const used = new Set<number>();
  const heights: number[] = [];
  let interval = start;
  let near = start;
  let count = 0;
  if (startPeak !== undefined) {
    count = 1;
    used.add(startPeak);
    heights.push(field.peaks[startPeak]!.height);
  }
  const startLength = Math.hypot(start.x, start.y);
  for (;;) {
    const order = count + 1;
    const found = field.nearest(
      { x: order * interval.x, y: order * interval.y },
      tolerance,
      (index) => !used.has(index),
    );
    if (!found) break;
    const peak = field.peaks[found.index]!;
    const refined = { x: (found.sign * peak.x) / order, y: (found.sign * peak.y) / order };
    if (Math.abs(Math.hypot(refined.x, refined.y) / startLength - 1) > 0.2) break;
    interval = refined;
    if (order === 1) near = refined;
    count = order;
    used.add(found.index);
    heights.push(peak.height);
  }
  return { interval, count, near, variation: variationOf(heights) };
}

/** 1 for heights that fall or rise steadily; larger the more they go up and down. */
function variationOf(heights: readonly number[]): number {
  if (heights.length <= 2) return 1;
  let sum = 0;
  for (let index = 1; index < heights.length; index++) sum += Math.abs(heights[index]! - heights[index - 1]!);
  const range = Math.max(...heights) - Math.min(...heights);
  return range > 0 ? sum / range : 1;
}

interface Candidate {
  readonly series: Series;
  readonly extent: number;
  readonly ridge: number;
}

function firstSeries(plane: CorrelationPlane, field: PeakField, kind: LatticeKind): Series | undefined {
  const { peaks } = field;
  const outer = peaks.filter(({ x, y }) => x * x + y * y > 1);
  const nine = outer.slice(0, 9);
  if (nine.length === 0) return undefined;
  const meanDistance = nine.reduce((sum, { x, y }) => sum + Math.hypot(x, y), 0) / nine.length;
  const most = kind.ridges ? 64 : 16;
  const scanned = Math.max(8, Math.min(most, Math.round((1.3 * Math.min(plane.rows, plane.columns)) / meanDistance)));
  const width = centreWidth(plane);
  const candidates: Candidate[] = [];
  for (let index = 0, tried = 0; index < peaks.length && tried < scanned; index++) {
    const peak = peaks[index]!;
    if (isCentre(peak) || Math.hypot(peak.x, peak.y) < width) continue;
    tried++;
    candidates.push(bestDivision(plane, field, index, kind));
  }
  if (candidates.length === 0) return undefined;
  const farthest = Math.max(...candidates.map(({ extent }) => extent));
  const highest = Math.max(...candidates.map(({ ridge }) => ridge));
  const good = candidates.filter(
    ({ extent, ridge }) => extent >= 0.5 * farthest && (!kind.ridges || ridge > 0.2 * highest),
  );
  const length = ({ series: { interval } }: Candidate): number => Math.hypot(interval.x, interval.y);
  return good.reduce<Candidate | undefined>(
    (best, candidate) => (best && length(best) <= length(candidate) ? best : candidate),
    undefined,
  )?.series;
}

/** The series of a peak, or of the smallest fraction of it with an equally good series. */
function bestDivision(plane: CorrelationPlane, field: PeakField, index: number, { ridges }: LatticeKind): Candidate {
  const peak = field.peaks[index]!;
  const candidateOf = (series: Series): Candidate => ({
    series,
    extent: series.count * Math.hypot(series.interval.x, series.interval.y),
    ridge: ridges ? ridgeHeight(plane, series.interval) : 0,
  });
  const whole = candidateOf(walk(field, peak, index));
  let best = whole;
  const length = Math.hypot(peak.x, peak.y);
  for (let divisor = 2; divisor <= length / 3; divisor++) {
    const series = walk(field, { x: peak.x / divisor, y: peak.y / divisor });
    if (series.count < divisor || series.variation >= 2.5 * whole.series.variation) continue;
    const candidate = candidateOf(series);
    if (candidate.extent < 0.75 * whole.extent) continue;
    if (ridges && candidate.ridge <= 0.2 * Math.max(best.ridge, whole.ridge)) continue;
    best = candidate;
  }
  return best;
}

/** The median along the line through a peak at right angles to its direction; it is low where the peak does not lie on a ridge. */
function ridgeHeight({ data, rows, columns }: CorrelationPlane, { x, y }: Vector): number {
  const length = Math.hypot(x, y);
  const [alongX, alongY] = [-y / length, x / length];
  const halfWidth = Math.max(0.72, length / 30);
  const halfLength = Math.max(5, 0.8 * length);
  const values: number[] = [];
  const reachX = Math.abs(alongX) * halfLength + Math.abs(alongY) * halfWidth;
  const reachY = Math.abs(alongY) * halfLength + Math.abs(alongX) * halfWidth;
  for (let row = Math.ceil(y - reachY); row <= y + reachY; row++)
    for (let column = Math.ceil(x - reachX); column <= x + reachX; column++) {
      const [dx, dy] = [column - x, row - y];
      if (Math.abs(dx * alongX + dy * alongY) > halfLength || Math.abs(dx * alongY - dy * alongX) > halfWidth) continue;
      values.push(data[(((row % rows) + rows) % rows) * columns + (((column % columns) + columns) % columns)]!);
    }
  return values.length > 4 ? median(values) : -Infinity;
}

/**
 * Distance from the origin at which the correlation first rises again, along the direction in which that happens first.
 */
function centreWidth({ data, rows, columns }: CorrelationPlane): number {
  let nearest = Math.min(rows, columns) / 4;
  for (const step of [1, columns, columns + 1, (rows - 1) * columns + 1]) {
    for (let count = 1; count < nearest; count++) {
      const [here, next] = [data[(count * step) % data.length]!, data[((count + 1) * step) % data.length]!];
      if (next >= here || here <= 0) {
        nearest = count;
        break;
      }
    }
  }
  return Math.max(1, nearest);
}

function markedSeries(field: PeakField, marked: Vector): Series | undefined {
  const near = nearestPeak(field.peaks, marked, (peak) => !isCentre(peak));
  return near && walk(field, near.vector, near.index);
}

function nearestPeak(
  peaks: readonly CorrelationPeak[],
  target: Vector,
  accept: (peak: Vector) => boolean,
): { readonly vector: Vector; readonly index: number } | undefined {
  let best: { readonly vector: Vector; readonly index: number } | undefined;
  let least = Infinity;
  peaks.forEach((peak, index) => {
    if (!accept(peak)) return;
    for (const sign of [1, -1]) {
      const square = (sign * peak.x - target.x) ** 2 + (sign * peak.y - target.y) ** 2;
      if (square >= least) continue;
      least = square;
      best = { vector: { x: sign * peak.x, y: sign * peak.y }, index };
    }
  });
  return best;
}

/** Angle between two vectors, 0 to 180 degrees. */
function angleBetween(one: Vector, other: Vector): number {
  const cosine = (one.x * other.x + one.y * other.y) / (Math.hypot(one.x, one.y) * Math.hypot(other.x, other.y));
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
}

const rightHalf = ({ x, y }: Vector): Vector => (x < 0 ? { x: -x, y: -y } : { x, y });
