import { badArgument, badSize } from '../errors';
import { goodSize, realTransform2 } from '../fft';
import { type Image, layoutOf, requireFinite } from '../image';

/** Half a plane of a spectrum, row 0 and column 0 at no frequency. */
export interface Spectrum {
  readonly rows: number;
  /** Columns of the whole plane, an even number. */
  readonly columns: number;
  /** Complex amplitudes, or powers, of rows x (columns / 2 + 1) modes. */
  readonly values: Float32Array;
  readonly complex: boolean;
  /** Factor on the power. */
  readonly scale: number;
  /** Independent modes that one pixel of the spectrum stands for. */
  readonly modesPerPixel: number;
}

/** Share of a side of the image over which its edges fade. */
const taperShare = 0.04;
/** Pixels from which the median is taken, and distance from it in standard deviations beyond which a pixel is flawed. */
const [clipSamples, clipDeviations, madToDeviation] = [2047, 8, 1.4826];
const largestSide = 8192;
const smallestSide = 64;

/**
 * Transforms an image whose mean is subtracted and whose edges fade, and hands the spectrum over.
 *
 * The spectrum lies in the memory of the transform and holds until the next transform of that size.
 *
 * @returns undefined for an image of one value
 */
export function spectrumOf(source: Image, where: string): Spectrum | undefined {
  const layout = layoutOf(source, where);
  if (Math.min(layout.rows, layout.columns) < smallestSide)
    throw badSize(where, `an image of ${layout.rows} x ${layout.columns} pixels is too small for rings`);
  const [rows, columns] = [Math.min(layout.rows, largestSide), Math.min(layout.columns, largestSide)];
  const top = (layout.rows - rows) >> 1;
  const left = (layout.columns - columns) >> 1;
  const [tall, wide] = [goodSize(rows), goodSize(columns)];
  const transform = realTransform2(tall, wide);
  const plane = transform.real;
  plane.fill(0);
  const { data, rowStride, columnStride } = layout;
  const start = layout.offset + top * rowStride + left * columnStride;
  for (let row = 0; row < rows; row++) {
    const from = start + row * rowStride;
    if (columnStride === 1) plane.set(data.subarray(from, from + columns), row * wide);
    else
      for (let column = 0; column < columns; column++) plane[row * wide + column] = data[from + column * columnStride]!;
  }
  clip(plane, rows, columns, wide);
  const { sum, flat } = summed(plane, rows, columns, wide);
  requireFinite([sum], where, 'the image holds NaN or infinite pixels');
  if (flat) return undefined;
  const mean = sum / (rows * columns);
  const [down, across] = [taper(rows), taper(columns)];
  fade(plane, rows, columns, wide, mean, down, across);
  const [[square, fourth], [squareAcross, fourthAcross]] = [down, across].map((weights) => [
    weights.reduce((total, each) => total + each ** 2, 0),
    weights.reduce((total, each) => total + each ** 4, 0),
  ]) as [[number, number], [number, number]];
  return {
    rows: tall,
    columns: wide,
    values: transform.forward(plane, transform.complex),
    complex: true,
    scale: 1 / (square * squareAcross),
    // modes of a tapered and padded image are not all independent
    modesPerPixel: (square * squareAcross) ** 2 / (fourth * fourthAcross) / (tall * wide),
  };
}

/** Puts the median where pixels are far from it: hot and dead pixels, and what is opaque in a bright field. */
function clip(plane: Float32Array, rows: number, columns: number, wide: number): void {
  const sample = new Float64Array(clipSamples);
  // a step that is not a multiple of a row meets all columns
  const step = Math.max(1, Math.floor((rows * columns) / clipSamples));
  let count = 0;
  for (let at = 0; at < rows * columns && count < clipSamples; at += step)
    sample[count++] = plane[Math.floor(at / columns) * wide + (at % columns)]!;
  const values = sample.subarray(0, count).sort();
  const median = values[count >> 1]!;
  const deviations = Float64Array.from(values, (value) => Math.abs(value - median)).sort();
  const spread = madToDeviation * deviations[count >> 1]!;
  if (!(spread > 0)) return;
  const [least, most] = [median - clipDeviations * spread, median + clipDeviations * spread];
  for (let row = 0; row < rows; row++)
    for (let at = row * wide; at < row * wide + columns; at++) {
      const value = plane[at]!;
      if (value < least || value > most) plane[at] = median;
    }
}

/** Sum of the pixels of a plane, and true when all are the same. */
function summed(plane: Float32Array, rows: number, columns: number, wide: number): { sum: number; flat: boolean } {
  let sum = 0;
  let flat = true;
  const first = plane[0]!;
  for (let row = 0; row < rows; row++) {
    let part = 0;
    for (let at = row * wide; at < row * wide + columns; at++) {
      const value = plane[at]!;
      part += value;
      if (value !== first) flat = false;
    }
    sum += part;
  }
  return { sum, flat };
}

/** Subtracts the mean and lets the edges fade. */
function fade(
  plane: Float32Array,
  rows: number,
  columns: number,
  wide: number,
  mean: number,
  down: Float64Array,
  across: Float64Array,
): void {
  for (let row = 0; row < rows; row++) {
    const weight = down[row]!;
    for (let column = 0, at = row * wide; column < columns; column++, at++)
      plane[at] = (plane[at]! - mean) * weight * across[column]!;
  }
}

function taper(size: number): Float64Array {
  const fade = Math.max(2, Math.round(taperShare * size));
  return Float64Array.from({ length: size }, (_, at) => {
    const inside = Math.min(at, size - 1 - at) + 0.5;
    return inside >= fade ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * inside) / fade);
  });
}

/**
 * Takes a power spectrum laid out as `powerSpectrum` gives it: no frequency at row `rows / 2` rounded down, column `columns / 2`.
 *
 * @throws ImagingError 'imaging/bad-argument' for an odd number of columns or negative powers, 'imaging/not-finite'
 */
export function spectrumFromPowers(source: Image, modesPerPixel: number, where: string): Spectrum {
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(source, where);
  if (columns % 2 !== 0 || Math.min(rows, columns) < smallestSide)
    throw badSize(
      where,
      `a spectrum of ${rows} x ${columns} pixels`,
      `Use even columns, and sides from ${smallestSide}.`,
    );
  if (!(modesPerPixel > 0)) throw badArgument(where, `${modesPerPixel} modes in a pixel cannot be`);
  const half = columns / 2 + 1;
  const values = new Float32Array(rows * half);
  for (let row = 0; row < rows; row++) {
    const from = offset + ((row + Math.floor(rows / 2)) % rows) * rowStride;
    for (let column = 0; column < half; column++) {
      // the last column of half a plane is the first of the whole one
      const value = data[from + ((column + columns / 2) % columns) * columnStride]!;
      if (value < 0)
        throw badArgument(where, 'the spectrum holds negative powers', 'Hand in the power, not its logarithm.');
      values[row * half + column] = value;
    }
  }
  requireFinite(values, where, 'the spectrum holds NaN or infinite pixels');
  return { rows, columns, values, complex: false, scale: 1, modesPerPixel };
}
