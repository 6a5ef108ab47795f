import { leastSquares } from '../../imaging';
import type { MagIndex } from '../base';
import type { CrossoverSide, SpotPlace } from './place';

/** A measured table of the density of the beam against intensity, on one side of crossover. */
export interface IntensityTable extends SpotPlace {
  /** The magnification at which it was begun, whose pixels its counts are of. */
  readonly magIndex: MagIndex;
  readonly side: CrossoverSide;
  /** By rising density. Its logarithm is that of counts in a second. */
  readonly points: readonly TablePoint[];
  /** Ends beyond which the measurement said that nothing may be extrapolated. */
  readonly closed: { readonly dim: boolean; readonly bright: boolean };
  /** Micrometres of the condenser aperture with which it was measured; 0 where nobody recorded it. */
  readonly aperture: number;
}

/** A point of a table. */
export interface TablePoint {
  readonly intensity: number;
  readonly logDensity: number;
}

/** A density in counts a second has this added before its logarithm is taken, as the tables of SerialEM have it. */
export const densityOffset = 0.001;

/** Points at an end through which a parabola is laid to go on beyond it, and intervals of the table for which that holds. */
const endPoints = 5;
const maxIntervals = 4;

/** An intensity for a density, which may lie beyond what a table reaches. */
export interface TableReach {
  readonly intensity: number;
  /** Natural logarithm of the density that could not be reached; 0 where it was. */
  readonly missing: number;
}

type End = 'dim' | 'bright';

/** The points of an end, the outermost first. */
const pointsOf = ({ points }: IntensityTable, end: End): readonly TablePoint[] =>
  (end === 'dim' ? points : [...points].reverse()).slice(0, endPoints);

/** The intensity up to which a table can be used beyond one of its ends. */
function limitOf(table: IntensityTable, end: End): number {
  const [outer, next] = pointsOf(table, end);
  if (table.closed[end]) return outer!.intensity;
  return outer!.intensity + maxIntervals * (outer!.intensity - next!.intensity);
}

/** True when an intensity lies within the measured part of a table. */
export function isWithin({ points }: IntensityTable, intensity: number): boolean {
  const [one, other] = [points[0]!.intensity, points.at(-1)!.intensity];
  return intensity >= Math.min(one, other) && intensity <= Math.max(one, other);
}

/** Distance of an intensity from the measured part of a table. */
export function distanceFrom(table: IntensityTable, intensity: number): number {
  if (isWithin(table, intensity)) return 0;
  const { points } = table;
  return Math.min(Math.abs(intensity - points[0]!.intensity), Math.abs(intensity - points.at(-1)!.intensity));
}

/** The end of a table beyond which an intensity lies; undefined for one within it. */
function beyond(table: IntensityTable, intensity: number): End | undefined {
  if (isWithin(table, intensity)) return undefined;
  const { points } = table;
  const [dim, bright] = [points[0]!.intensity, points.at(-1)!.intensity];
  return intensity > dim === dim > bright ? 'dim' : 'bright';
}

/** Logarithm of the density at an intensity; undefined for one beyond the reach of the table. */
export function logDensityAt(table: IntensityTable, intensity: number): number | undefined {
  const end = beyond(table, intensity);
  if (end) {
    const [outer] = pointsOf(table, end);
    const reach = Math.abs(limitOf(table, end) - outer!.intensity);
    // Rounding of the file may put the intensity of an end beyond it.
    if (Math.abs(intensity - outer!.intensity) > reach + 1e-9) return undefined;
    const parabola = through(pointsOf(table, end), ({ intensity: x, logDensity: y }) => [x, y]);
    return parabola(intensity);
  }
  const { points } = table;
  const rising = points[0]!.intensity < points.at(-1)!.intensity;
  const next = points.findIndex(({ intensity: each }) => (rising ? each >= intensity : each <= intensity));
  return between(points[Math.max(1, next) - 1]!, points[Math.max(1, next)]!, 'intensity', 'logDensity', intensity);
}

/**
 * Logarithm of the counts at an intensity, without what stands added to them; undefined beyond the reach of the table, and where there are
 * too few counts to tell them from that.
 */
export function logCountsAt(table: IntensityTable, intensity: number): number | undefined {
  const logDensity = logDensityAt(table, intensity);
  if (logDensity === undefined) return undefined;
  const counts = Math.exp(logDensity) - densityOffset;
  return counts > densityOffset ? Math.log(counts) : undefined;
}

/** The intensity at which a table has a density, or the nearest one that it reaches. */
export function intensityFor(table: IntensityTable, logDensity: number): TableReach {
  const { points } = table;
  const end: End | undefined =
    logDensity < points[0]!.logDensity ? 'dim' : logDensity > points.at(-1)!.logDensity ? 'bright' : undefined;
  if (!end) {
    const next = Math.max(
      1,
      points.findIndex(({ logDensity: each }) => each >= logDensity),
    );
    return { intensity: between(points[next - 1]!, points[next]!, 'logDensity', 'intensity', logDensity), missing: 0 };
  }
  const ends = pointsOf(table, end);
  const outer = ends[0]!;
  const limit = limitOf(table, end);
  const wanted = through(ends, ({ intensity: y, logDensity: x }) => [x, y])(logDensity);
  const [low, high] = [Math.min(outer.intensity, limit), Math.max(outer.intensity, limit)];
  // A parabola that turns round says nothing beyond its vertex.
  const outwards = (wanted - outer.intensity) * (outer.intensity - ends[1]!.intensity) >= 0;
  if (outwards && wanted >= low && wanted <= high) return { intensity: wanted, missing: 0 };
  const reached = logDensityAt(table, limit) ?? outer.logDensity;
  const [from, to] = [Math.min(reached, logDensity), Math.max(reached, logDensity)];
  // A limit that would lie beyond the wish, as the other parabola sees it, is not needed.
  if (end === 'dim' ? reached <= logDensity : reached >= logDensity)
    return { intensity: bisect(table, outer.intensity, limit, logDensity), missing: 0 };
  return { intensity: limit, missing: (to - from) * Math.sign(logDensity - reached) };
}

/** Halvings of an interval of intensity. */
const halvings = 50;

/** The intensity between the end of a table and its limit at which the density is reached. */
function bisect(table: IntensityTable, from: number, to: number, logDensity: number): number {
  let [near, far] = [from, to];
  const rising = (logDensityAt(table, to) ?? 0) > (logDensityAt(table, from) ?? 0);
  for (let step = 0; step < halvings; step++) {
    const middle = (near + far) / 2;
    if ((logDensityAt(table, middle) ?? 0) < logDensity === rising) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
}

/** The value between two points on a straight line. */
function between(
  one: TablePoint,
  other: TablePoint,
  from: keyof TablePoint,
  to: keyof TablePoint,
  value: number,
): number {
  const span = other[from] - one[from];
  return span === 0 ? one[to] : one[to] + ((value - one[from]) / span) * (other[to] - one[to]);
}

/** A parabola through points by least squares; a line where there are two. */
function through(
  points: readonly TablePoint[],
  pairOf: (point: TablePoint) => readonly [x: number, y: number],
): (x: number) => number {
  const pairs = points.map(pairOf);
  const [x0, y0] = pairs[0]!;
  const terms = (x: number): number[] => (pairs.length > 2 ? [1, x - x0, (x - x0) ** 2] : [1, x - x0]);
  const { parameters } = leastSquares(
    pairs.map(([x]) => terms(x)),
    pairs.map(([, y]) => y - y0),
  );
  return (x) => y0 + terms(x).reduce((sum, term, index) => sum + term * parameters[index]!, 0);
}
