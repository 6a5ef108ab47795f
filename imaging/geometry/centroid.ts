import { badArgument, constantImage, notFinite } from '../errors';
import { type Image, layoutOf } from '../image';
import type { Vector } from '../coordinates';

/** Options of a centre of intensity. */
export interface CentroidOptions {
  /** Subtracted from every pixel to give its weight; pixels below it do not count. Default 0. */
  readonly background?: number;
  /** Pixels below this do not count, in counts of the image; default the background. */
  readonly threshold?: number;
}

/** A centre of intensity. */
export interface Centroid extends Vector {
  /** Sum of the weights. */
  readonly mass: number;
  /** Number of pixels that counted. */
  readonly pixelCount: number;
  /** Root mean square distance from the centre along each axis, in pixels. */
  readonly spread: Vector;
}

/**
 * The centre of intensity: the mean position of all pixels at or above the threshold, weighted by their counts above
 * the background.
 *
 * @returns camera position in pixels of the image, origin at its centre, X right, Y UP
 * @throws ImagingError 'imaging/constant-image' when no pixel has weight, 'imaging/not-finite' when a pixel is NaN or
 * infinite, 'imaging/bad-argument' for options that are not finite, 'imaging/empty-image'
 */
export function centroid(source: Image, options: CentroidOptions = {}): Centroid {
  const { background = 0, threshold = background } = options;
  if (!Number.isFinite(background) || !Number.isFinite(threshold))
    throw badArgument('centroid', `background ${background} and threshold ${threshold} must be finite`);
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(source, 'centroid');
  let mass = 0;
  let pixelCount = 0;
  const first = { x: 0, y: 0 };
  const second = { x: 0, y: 0 };
  let check = 0;
  for (let row = 0; row < rows; row++) {
    const start = offset + row * rowStride;
    const y = (rows - 1) / 2 - row;
    let rowMass = 0;
    let rowMoment = 0;
    let rowSecond = 0;
    for (let column = 0; column < columns; column++) {
      const value = data[start + column * columnStride] as number;
      check += value * 0;
      const weight = value - background;
      if (!(value >= threshold) || weight <= 0) continue;
      const x = column - (columns - 1) / 2;
      rowMass += weight;
      rowMoment += weight * x;
      rowSecond += weight * x * x;
      pixelCount++;
    }
    mass += rowMass;
    first.x += rowMoment;
    first.y += rowMass * y;
    second.x += rowSecond;
    second.y += rowMass * y * y;
  }
  if (Number.isNaN(check)) throw notFinite('centroid');
  if (!(mass > 0)) throw constantImage('centroid');
  const x = first.x / mass;
  const y = first.y / mass;
  return {
    x,
    y,
    mass,
    pixelCount,
    spread: { x: Math.sqrt(Math.max(0, second.x / mass - x * x)), y: Math.sqrt(Math.max(0, second.y / mass - y * y)) },
  };
}
