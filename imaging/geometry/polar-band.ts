import { type Image, layoutOf } from '../image';
import type { Vector } from '../coordinates';

// A look-up of a global for every pixel is slow where scripts run in a context of their own, as tests do.
const { abs, atan2, ceil, floor, max, min, PI: pi, round, sqrt } = Math;

/** A ring about a centre, cut into sectors. */
export interface PolarBand {
  /** Camera position in pixels, Y up. */
  readonly centre: Vector;
  /** Smallest and largest radius in pixels. */
  readonly inner: number;
  readonly outer: number;
  /** Sector k holds the angles from k to k + 1 times 360 / sectorCount degrees, counter-clockwise from X. */
  readonly sectorCount: number;
}

/** Mean brightness along the radius in one sector. */
export interface SectorProfile {
  /** Radius of the first ring's inner rim; rings are 1 pixel wide. */
  readonly inner: number;
  /** NaN where no pixel of the image is in the ring. */
  readonly means: Float64Array;
}

/** Averages an image in rings of 1 pixel and in sectors about a centre. */
export function polarBand(source: Image, band: PolarBand): SectorProfile[] {
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(source, 'polarBand');
  const { centre, sectorCount } = band;
  const inner = max(0, floor(band.inner));
  const ringCount = max(1, ceil(band.outer) - inner);
  const outer = inner + ringCount;
  const sums = new Float64Array(sectorCount * ringCount);
  const counts = new Float64Array(sectorCount * ringCount);
  const perRadian = sectorCount / (2 * pi);
  for (let row = 0; row < rows; row++) {
    const y = (rows - 1) / 2 - row - centre.y;
    if (abs(y) >= outer) continue;
    const start = offset + row * rowStride;
    for (let column = 0; column < columns; column++) {
      const x = column - (columns - 1) / 2 - centre.x;
      const square = x * x + y * y;
      if (square >= outer * outer || square < inner * inner) continue;
      const ring = floor(sqrt(square)) - inner;
      const turn = atan2(y, x) * perRadian;
      const sector = min(sectorCount - 1, floor(turn < 0 ? turn + sectorCount : turn));
      const bin = sector * ringCount + ring;
      (sums[bin] as number) += data[start + column * columnStride] as number;
      (counts[bin] as number)++;
    }
  }
  return Array.from({ length: sectorCount }, (_, sector) => {
    const first = sector * ringCount;
    const means = sums.slice(first, first + ringCount);
    for (let ring = 0; ring < ringCount; ring++)
      means[ring] = (means[ring] as number) / (counts[first + ring] as number);
    return { inner, means };
  });
}

/**
 * The radius at which brightness falls most steeply outwards in one sector; undefined when it falls by less than
 * `smallestDrop`.
 *
 * First it finds the largest difference between the means over `halfWidth` inside and outside. Near it, the edge is
 * where a step between the two levels holds the same intensity times radius.
 */
export function edgeOfSector(profile: SectorProfile, halfWidth: number, smallestDrop: number): number | undefined {
  const { inner, means } = profile;
  const width = max(2, round(halfWidth));
  let best = -Infinity;
  let place = -1;
  for (let ring = width; ring + width <= means.length; ring++) {
    // Rings without pixels are NaN and make the comparison fail, so an edge is never found across the border of the image.
    const drop = meanOf(means, ring - width, ring) - meanOf(means, ring, ring + width);
    if (drop > best) {
      best = drop;
      place = ring;
    }
  }
  if (place < 0) return undefined;
  const quarter = max(1, floor(width / 2));
  const inside = meanOf(means, place - width, place - width + quarter);
  const outside = meanOf(means, place + width - quarter, place + width);
  const drop = inside - outside;
  if (!(drop >= smallestDrop)) return undefined;
  let area = 0;
  for (let ring = place - width; ring < place + width; ring++)
    area += (((means[ring] as number) - outside) / drop) * (inner + ring + 0.5);
  const square = (inner + place - width) ** 2 + 2 * area;
  const radius = sqrt(square);
  return abs(radius - inner - place) <= width ? radius : undefined;
}

/**
 * Blur of an edge: half of the distance over which the mean of all sectors falls from 84 % to 16 % between the levels
 * at the two ends of the band (one standard deviation for a Gaussian blur). Undefined when it does not fall.
 */
export function edgeBlur(profiles: readonly SectorProfile[]): number | undefined {
  const rings = profiles[0]?.means.length ?? 0;
  const means = Float64Array.from({ length: rings }, (_, ring) => {
    const known = profiles.map(({ means: values }) => values[ring] as number).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
  const quarter = max(1, floor(rings / 4));
  const inside = meanOf(means, 0, quarter);
  const outside = meanOf(means, rings - quarter, rings);
  const crossing = (share: number): number | undefined => {
    const level = outside + share * (inside - outside);
    const ring = means.findIndex((value) => value < level);
    if (ring < 1) return undefined;
    const [above = 0, below = 0] = means.subarray(ring - 1, ring + 1);
    return ring - 1 + (above - level) / (above - below);
  };
  const [upper, lower] = [crossing(0.8413), crossing(0.1587)];
  return inside > outside && upper !== undefined && lower !== undefined ? max(0, (lower - upper) / 2) : undefined;
}

function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index] as number;
  return sum / (to - from);
}
