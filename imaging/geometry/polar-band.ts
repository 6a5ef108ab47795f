import { type Image, layoutOf } from '../image';
import type { Vector } from './coordinates';

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
  /** NaN where no pixel of the image lies in the ring. */
  readonly means: Float64Array;
}

/** Averages an image in rings of 1 pixel and in sectors about a centre. */
export function polarBand(source: Image, band: PolarBand): SectorProfile[] {
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(source, 'polarBand');
  const { centre, sectorCount } = band;
  const inner = Math.max(0, Math.floor(band.inner));
  const ringCount = Math.max(1, Math.ceil(band.outer) - inner);
  const outer = inner + ringCount;
  const sums = new Float64Array(sectorCount * ringCount);
  const counts = new Float64Array(sectorCount * ringCount);
  const perRadian = sectorCount / (2 * Math.PI);
  for (let row = 0; row < rows; row++) {
    const y = (rows - 1) / 2 - row - centre.y;
    if (Math.abs(y) >= outer) continue;
    const start = offset + row * rowStride;
    for (let column = 0; column < columns; column++) {
      const x = column - (columns - 1) / 2 - centre.x;
      const square = x * x + y * y;
      if (square >= outer * outer || square < inner * inner) continue;
      const ring = Math.floor(Math.sqrt(square)) - inner;
      const turn = Math.atan2(y, x) * perRadian;
      const sector = Math.min(sectorCount - 1, Math.floor(turn < 0 ? turn + sectorCount : turn));
      const bin = sector * ringCount + ring;
      (sums[bin] as number) += data[start + column * columnStride] as number;
      (counts[bin] as number)++;
    }
  }
  return Array.from({ length: sectorCount }, (_, sector) => {
    const first = sector * ringCount;
    const means = sums.slice(first, first + ringCount);
    for (let ring = 0; ring < ringCount; ring++) means[ring] = (means[ring] as number) / (counts[first + ring] as number);
    return { inner, means };
  });
}

/**
 * The radius at which brightness falls most steeply outwards in one sector, or undefined when it falls by less than `smallestDrop`.
 *
 * The place of the largest difference between the mean over `halfWidth` inside and outside is found first. About it the edge is put
 * where a step between the two levels holds the same intensity times radius.
 */
export function edgeOfSector(profile: SectorProfile, halfWidth: number, smallestDrop: number): number | undefined {
  const { inner, means } = profile;
  const width = Math.max(2, Math.round(halfWidth));
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
  const quarter = Math.max(1, Math.floor(width / 2));
  const inside = meanOf(means, place - width, place - width + quarter);
  const outside = meanOf(means, place + width - quarter, place + width);
  const drop = inside - outside;
  if (!(drop >= smallestDrop)) return undefined;
  let area = 0;
  for (let ring = place - width; ring < place + width; ring++) area += (((means[ring] as number) - outside) / drop) * (inner + ring + 0.5);
  const square = (inner + place - width) ** 2 + 2 * area;
  const radius = Math.sqrt(square);
  return Math.abs(radius - inner - place) <= width ? radius : undefined;
}

function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index] as number;
  return sum / (to - from);
}
