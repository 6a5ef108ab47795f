import type { Vector } from '../coordinates';
import { type Image, layoutOf } from '../image';
import type { MeasuredPlace } from './place';

/** A disc in an image, in camera coordinates. */
export interface DiscInImage {
  readonly centre: Vector;
  readonly radius: number;
}

/** Noise of a pixel as variances of its count: within the beam and beside it. */
export interface PixelNoise {
  readonly inside: number;
  readonly outside: number;
}

/** A centre of intensity with the counts that it rests on. */
export interface DiscCentroid extends MeasuredPlace {
  /** Sum of all counts above the background. */
  readonly mass: number;
  /** Mean of the pixels outside the disc of the centroid. */
  readonly background: number;
}

/** The disc of a centroid reaches beyond the beam by this factor and margin in pixels, so that a soft edge lies within it. */
const discFactor = 1.35;
const discMargin = 8;
const rounds = 4;
/** Share of the image that must lie outside the disc for the background to be known. */
const minOutside = 0.02;

/** Radius of the disc over which the centroid of a beam is taken. */
export const centroidRadius = (radius: number): number => discFactor * radius + discMargin;

/**
 * The centre of intensity of a beam, from all counts above the background in a disc around it. Counts below the background are not
 * clipped: clipped noise would draw the centre towards the middle of the frame.
 *
 * @param beam where the beam is, roughly
 * @returns undefined where too little of the image lies outside the beam, or no intensity is left above the background
 */
export function discCentroid(source: Image, beam: DiscInImage, noise: PixelNoise): DiscCentroid | undefined {
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(source, 'discCentroid');
  const outer = centroidRadius(beam.radius);
  let { centre } = beam;
  let found: DiscCentroid | undefined;
  for (let round = 0; round < rounds; round++) {
    let [inside, insideCount, momentX, momentY, placesX, placesY] = [0, 0, 0, 0, 0, 0];
    let [outside, outsideCount] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const y = (rows - 1) / 2 - row - centre.y;
      const start = offset + row * rowStride;
      for (let column = 0; column < columns; column++) {
        const x = column - (columns - 1) / 2 - centre.x;
        const value = data[start + column * columnStride] as number;
        if (x * x + y * y > outer * outer) {
          outside += value;
          outsideCount += 1;
          continue;
        }
        inside += value;
        insideCount += 1;
        momentX += value * x;
        momentY += value * y;
        placesX += x;
        placesY += y;
      }
    }
    if (outsideCount < minOutside * rows * columns) return undefined;
    const background = outside / outsideCount;
    const mass = inside - background * insideCount;
    if (!(mass > 0)) return undefined;
    const moved = { x: (momentX - background * placesX) / mass, y: (momentY - background * placesY) / mass };
    centre = { x: centre.x + moved.x, y: centre.y + moved.y };
    // Over a disc of radius r the squares of the distances along one axis sum up to pi r^4 / 4.
    const squares = (radius: number): number => (Math.PI / 4) * radius ** 4;
    const variance =
      noise.inside * squares(beam.radius) + noise.outside * Math.max(0, squares(outer) - squares(beam.radius));
    const error = Math.sqrt(variance) / mass;
    found = { centre, standardErrors: { x: error, y: error }, mass, background };
  }
  return found;
}
