import { tooFewPoints } from '../errors';
import { type Image, layoutOf, type PixelArray, requireFinite, toFloat64 } from '../image';

/** Input of the statistics: the pixels of an image or a plain list of numbers. */
export type Samples = Image | PixelArray | readonly number[];

/**
 * The values of an image or a list as one row of finite numbers, without a copy where the pixels are contiguous.
 *
 * @throws ImagingError 'imaging/not-finite' for NaN and infinities, 'imaging/too-few-points' for an empty list,
 * 'imaging/empty-image' for an image without pixels
 */
export function samplesOf(source: Samples, where: string): PixelArray | readonly number[] {
  const samples = 'shape' in source ? pixelsOf(source, where) : source;
  if (samples.length === 0) throw tooFewPoints(where, 0, 1);
  if (!isInteger(samples)) requireFinite(samples, where, 'the values hold NaN or infinite numbers');
  return samples;
}

function pixelsOf(source: Image, where: string): PixelArray {
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(source, where);
  if (columnStride === 1 && rowStride === columns) return data.subarray(offset, offset + rows * columns);
  return toFloat64(source, where);
}

function isInteger(samples: PixelArray | readonly number[]): boolean {
  return samples instanceof Uint8Array || samples instanceof Uint16Array || samples instanceof Int16Array;
}
