import type { MainRecords } from '../store';
import type { BeamCalibrations } from './beam-calibrations';
import type { BeamRecords } from './beam-records';
import type { BeamPlace, CrossoverSide } from './place';

/** Dependencies of the diameters of the beam. */
export interface DiameterSources {
  readonly calibrations: Pick<BeamRecords, 'records'>;
  readonly beam: Pick<BeamCalibrations, 'aperture' | 'crossover' | 'side'>;
}

/** Spot size, probe mode and intensity, with the number under which the file has the probe mode or alpha. */
export interface DiameterPlace extends BeamPlace {
  readonly probeOrAlpha: number;
}

/** A diameter of the beam, or an intensity for one, from the calibrated ones. */
export interface CalibratedSize {
  /** Micrometres. */
  readonly diameter: number;
  /** 0 to 1. */
  readonly intensity: number;
  /** False where it lies beyond the diameters that were measured. */
  readonly measured: boolean;
  /** False where the condenser aperture is not known, of now or of the calibration, so that it is taken for the same. */
  readonly apertureKnown: boolean;
  /** The spot size at which it was measured. */
  readonly spot: number;
}

/** Reason why the calibrations do not tell a diameter. */
export type NoDiameter = 'no crossover' | 'no beam size' | 'too near to crossover';

type Row = MainRecords['BeamSizeCal'];
interface Point {
  readonly size: number;
  /** From crossover, away from it, in intensity. */
  readonly distance: number;
}

/** Intensities to which a wish is limited. */
const range = { low: 0.001, high: 0.999 };

/** The side of crossover on which diameters were measured. */
export const sideOfSizes = ({ intensity1, crossover }: Pick<Row, 'intensity1' | 'crossover'>): CrossoverSide =>
  intensity1 > crossover ? 'above' : 'below';

/** The diameter of the beam at an intensity, by the diameters of Beam Size at the nearest spot size. */
export function calibratedDiameter(sources: DiameterSources, place: DiameterPlace): CalibratedSize | NoDiameter {
  const found = nearestSizes(sources, place);
  if (typeof found === 'string') return found;
  const { points, away, crossover, ratio, apertureKnown, spot } = found;
  const size = sizeAt(points, away * (place.intensity - crossover));
  if (!(size > 0)) return 'too near to crossover';
  return {
    ...{ diameter: size * ratio, intensity: place.intensity, measured: isBetween(points, size) },
    ...{ apertureKnown, spot },
  };
}

/** The intensity for a diameter of the beam, on its side of crossover; as far as the range of intensity goes. */
export function intensityOfDiameter(
  sources: DiameterSources,
  place: DiameterPlace,
  diameter: number,
): (CalibratedSize & { readonly limited: boolean }) | NoDiameter {
  const found = nearestSizes(sources, place);
  if (typeof found === 'string') return found;
  const { points, away, crossover, ratio, apertureKnown, spot } = found;
  const size = diameter / ratio;
  const distance = distanceOf(points, size);
  // An intensity beyond crossover makes the beam larger again.
  if (!(distance > 0)) return 'too near to crossover';
  const wanted = crossover + away * distance;
  const intensity = Math.min(range.high, Math.max(range.low, wanted));
  const limited = intensity !== wanted;
  return {
    diameter: limited ? ratio * sizeAt(points, away * (intensity - crossover)) : diameter,
    intensity,
    measured: isBetween(points, size) && !limited,
    ...{ apertureKnown, spot, limited },
  };
}

type Points = readonly [Point, Point, Point];

/** The parabola of the square of the diameter through three points; undefined where it does not rise all the way. */
function parabolaOf(points: Points): readonly [number, number, number] | undefined {
  const [[x1, y1], [x2, y2], [x3, y3]] = points.map(({ distance, size }) => [distance, size ** 2] as const) as [
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
  ];
  const first = (y2 - y1) / (x2 - x1);
  const second = ((y3 - y2) / (x3 - x2) - first) / (x3 - x1);
  const slope = first - second * (x1 + x2);
  if (!(slope + 2 * second * x1 > 0 && slope + 2 * second * x3 > 0)) return undefined;
  return [y1 - first * x1 + second * x1 * x2, slope, second];
}

/** The two points between which, or beyond which, something lies. */
const segment = ([first, second, third]: Points, by: keyof Point, value: number): readonly [Point, Point] =>
  value < second[by] ? [first, second] : [second, third];

/**
 * The diameter at a distance from crossover. The shadow of the aperture grows evenly with the distance, and the image of the source and the
 * astigmatism of the condenser add to its square: so the square is a parabola. Where it is not, straight lines join the points.
 */
function sizeAt(points: Points, distance: number): number {
  const parabola = parabolaOf(points);
  if (parabola) {
    const [constant, slope, bend] = parabola;
    // Nothing rises again towards crossover.
    if (slope + 2 * bend * distance <= 0) return NaN;
    return Math.sqrt(constant + slope * distance + bend * distance ** 2);
  }
  const [from, to] = segment(points, 'distance', distance);
  return from.size + ((to.size - from.size) / (to.distance - from.distance)) * (distance - from.distance);
}

/** The distance from crossover for a diameter; the inverse of `sizeAt`. */
function distanceOf(points: Points, size: number): number {
  const parabola = parabolaOf(points);
  if (parabola) {
    const [constant, slope, bend] = parabola;
    const rest = constant - size ** 2;
    const root = Math.sqrt(slope ** 2 - 4 * bend * rest);
    return slope > 0 ? (-2 * rest) / (slope + root) : (root - slope) / (2 * bend);
  }
  const [from, to] = segment(points, 'size', size);
  return from.distance + ((to.distance - from.distance) / (to.size - from.size)) * (size - from.size);
}

/** True for a diameter within those that were measured, as far as the file holds their digits. */
const isBetween = (points: readonly Point[], size: number): boolean =>
  size >= points[0]!.size * (1 - 1e-6) && size <= points.at(-1)!.size * (1 + 1e-6);

/** The diameters of the same probe mode or alpha and side at the nearest spot size, with what has changed since. */
function nearestSizes({ calibrations, beam }: DiameterSources, place: DiameterPlace) {
  const crossover = beam.crossover(place);
  if (crossover === undefined) return 'no crossover';
  const side = beam.side(place);
  const [row] = calibrations
    .records('BeamSizeCal')
    .all()
    .filter((each) => each.probeOrAlpha === place.probeOrAlpha && sideOfSizes(each) === side)
    .sort((a, b) => Math.abs(a.spot - place.spot) - Math.abs(b.spot - place.spot));
  if (!row) return 'no beam size';
  const away = side === 'above' ? 1 : -1;
  const point = (size: number, intensity: number): Point => ({ size, distance: away * (intensity - row.crossover) });
  const points: Points = [
    point(row.size1, row.intensity1),
    point(row.size2, row.intensity2),
    point(row.size3, row.intensity3),
  ];
  const apertureKnown = beam.aperture > 0 && row.c2Aperture > 0;
  const ratio = apertureKnown ? beam.aperture / row.c2Aperture : 1;
  // The whole curve moves with crossover.
  return { points, away, crossover, apertureKnown, spot: row.spot, ratio };
}
