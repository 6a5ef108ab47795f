import { badArgument, badSize, constantImage } from '../errors';
import { realTransform2 } from '../fft';
import { type Image, image, layoutOf, requireFinite, toFloat32 } from '../image';

/** Options of a spectrum. */
export interface SpectrumOptions {
  /** Window that keeps the edges of the image from making a cross: none (default) or Hann's. */
  readonly window?: 'none' | 'hann';
  /** Subtracts the mean first, which leaves zero at zero frequency; default true. */
  readonly removeMean?: boolean;
}

/**
 * The power spectrum: the squared magnitude of the Fourier transform, divided by the number of pixels.
 *
 * White noise of variance s^2 has the power s^2 everywhere, whatever the size and the window, and the sum over the
 * spectrum is the sum of the squared pixels (Parseval). Zero frequency lies at row `rows / 2` (rounded down), column
 * `columns / 2`; a pixel right of it by k and UP by l is at k / columns cycles per pixel along X (right) and l / rows
 * along Y (up), so the spectrum lies under the image as it is displayed. Rows count downwards as in every image.
 *
 * @param source shape [rows, columns]; an odd last column is left out, as the transform takes even numbers of columns
 * @returns shape [rows, even columns], squared counts
 * @throws ImagingError 'imaging/not-finite', 'imaging/bad-size' below 2 columns or above the largest transform,
 * 'imaging/empty-image'
 */
export function powerSpectrum(source: Image, options: SpectrumOptions = {}): Image<Float32Array> {
  const { pixels, rows, columns } = prepare(source, options, 'powerSpectrum');
  const half = realTransform2(rows, columns).forward(pixels);
  return unfold(half, rows, columns, 1 / (rows * columns));
}

/** The amplitude spectrum: the square root of the power spectrum, with the same layout and scale. */
export function amplitudeSpectrum(source: Image, options: SpectrumOptions = {}): Image<Float32Array> {
  const spectrum = powerSpectrum(source, options);
  spectrum.data.forEach((value, index) => (spectrum.data[index] = Math.sqrt(value)));
  return spectrum;
}

/** Options of an averaged spectrum. */
export interface TileOptions {
  /** Side of the square tiles in pixels, an even number; default 512 or the largest that fits. */
  readonly tileSize?: number;
  /** Overlap of neighbours as a share, from 0 to below 1; default 0.5. */
  readonly overlap?: number;
}

/**
 * The mean power spectrum of overlapping tiles: smoother than that of the whole image, with less resolution.
 *
 * The tiles are weighted with Hann's window and their mean is subtracted (P. D. Welch, IEEE Trans. Audio and
 * Electroacoustics 15 (1967) 70-73). Scale and layout are those of `powerSpectrum`.
 *
 * @returns shape [tileSize, tileSize]
 * @throws ImagingError 'imaging/bad-argument' for a tile that does not fit, an odd one, or an overlap out of range;
 * otherwise as `powerSpectrum`
 */
export function averagePowerSpectrum(source: Image, options: TileOptions = {}): Image<Float32Array> {
  const where = 'averagePowerSpectrum';
  const { rows, columns } = layoutOf(source, where);
  const { tileSize = Math.min(512, 2 * Math.floor(Math.min(rows, columns) / 2)), overlap = 0.5 } = options;
  if (!Number.isInteger(tileSize) || tileSize < 2 || tileSize % 2 !== 0 || tileSize > Math.min(rows, columns)) {
    throw badArgument(
      where,
      `tiles of ${tileSize} pixels do not go into an image of ${rows} x ${columns}`,
      'Use an even number no larger than the smaller side.',
    );
  }
  if (!(overlap >= 0 && overlap < 1)) throw badArgument(where, `an overlap of ${overlap} is not from 0 to below 1`);
  const result = image(new Float32Array(tileSize * tileSize), tileSize, tileSize);
  const starts = (size: number): number[] => {
    const count = 1 + Math.ceil((size - tileSize) / Math.max(1, Math.round(tileSize * (1 - overlap))));
    return Array.from({ length: count }, (_, index) =>
      count === 1 ? 0 : Math.round(((size - tileSize) * index) / (count - 1)),
    );
  };
  const tops = starts(rows);
  const lefts = starts(columns);
  for (const top of tops) {
    for (const left of lefts) {
      const tile = powerSpectrum(source.lo(top, left).hi(tileSize, tileSize), { window: 'hann' }).data;
      for (let index = 0; index < tile.length; index++)
        (result.data[index] as number) += (tile[index] as number) / (tops.length * lefts.length);
    }
  }
  return result;
}

/** Options of an autocorrelation. */
export interface AutocorrelationOptions {
  /** Pads with the mean so that the two ends of the image do not meet, and divides by the overlap; default true. */
  readonly padded?: boolean;
}

/**
 * The autocorrelation of an image about its mean, 1 at no shift.
 *
 * The pixel right by k and UP by l of the middle (row `rows / 2` rounded down, column `columns / 2`) is the correlation
 * of the image with itself shifted by k to the right and l upwards. With padding each value is the mean over the pixels
 * that overlap at that shift; shifts by more than half of the image are left out. Without padding, the image continues
 * periodically.
 *
 * @returns shape [rows, even columns]
 * @throws ImagingError 'imaging/constant-image' for an image that has none; otherwise as `powerSpectrum`
 */
export function autocorrelation(source: Image, options: AutocorrelationOptions = {}): Image<Float32Array> {
  const where = 'autocorrelation';
  const { padded = true } = options;
  const { pixels, rows, columns } = prepare(source, {}, where);
  const tall = padded ? rows + Math.ceil(rows / 2) : rows;
  const wide = padded ? columns + 2 * Math.ceil(columns / 4) : columns;
  const transform = realTransform2(tall, wide);
  const frame = new Float32Array(tall * wide);
  for (let row = 0; row < rows; row++) frame.set(pixels.subarray(row * columns, (row + 1) * columns), row * wide);
  const half = transform.forward(frame);
  for (let index = 0; index < half.length; index += 2) {
    half[index] = (half[index] as number) ** 2 + (half[index + 1] as number) ** 2;
    half[index + 1] = 0;
  }
  const lags = transform.inverse(half, frame);
  const zero = lags[0] as number;
  if (!(zero > 0)) throw constantImage(where);
  const result = image(new Float32Array(rows * columns), rows, columns);
  for (let row = 0; row < rows; row++) {
    const down = row - Math.floor(rows / 2);
    const from = (down < 0 ? down + tall : down) * wide;
    for (let column = 0; column < columns; column++) {
      const right = column - columns / 2;
      const overlap = padded ? (1 - Math.abs(down) / rows) * (1 - Math.abs(right) / columns) : 1;
      result.data[row * columns + column] =
        (lags[from + (right < 0 ? right + wide : right)] as number) / (zero * overlap);
    }
  }
  return result;
}

interface Prepared {
  readonly pixels: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

function prepare(source: Image, options: SpectrumOptions, where: string): Prepared {
  const { window = 'none', removeMean = true } = options;
  const { rows, columns: all } = layoutOf(source, where);
  const columns = all - (all % 2);
  if (columns < 2)
    throw badSize(where, `an image of ${rows} x ${all} pixels has no spectrum`, 'Use an image at least 2 pixels wide.');
  const pixels = toFloat32(columns === all ? source : source.hi(rows, columns), where);
  requireFinite(pixels, where);
  if (removeMean) {
    let total = 0;
    for (let index = 0; index < pixels.length; index++) total += pixels[index] as number;
    const mean = total / pixels.length;
    for (let index = 0; index < pixels.length; index++) (pixels[index] as number) -= mean;
  }
  if (window === 'hann') {
    const down = hann(rows);
    const across = hann(columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++)
        (pixels[row * columns + column] as number) *= (down[row] as number) * (across[column] as number);
    }
  }
  return { pixels, rows, columns };
}

/** Hann's window, scaled to a mean square of one so that it keeps the power of noise. */
function hann(size: number): Float64Array {
  if (size < 2) return new Float64Array(size).fill(1);
  return Float64Array.from(
    { length: size },
    (_, index) => Math.sqrt(8 / 3) * Math.sin((Math.PI * (index + 0.5)) / size) ** 2,
  );
}

/** The squared magnitudes of a half spectrum on the whole plane, zero frequency in the middle. */
function unfold(half: Float32Array, rows: number, columns: number, scale: number): Image<Float32Array> {
  const result = image(new Float32Array(rows * columns), rows, columns);
  const wide = columns / 2 + 1;
  const middle = Math.floor(rows / 2);
  for (let row = 0; row < rows; row++) {
    const down = row - middle;
    const straight = ((down + rows) % rows) * wide;
    const opposite = ((rows - down) % rows) * wide;
    for (let column = 0; column < columns; column++) {
      const right = column - columns / 2;
      // A real image has equal power at opposite frequencies; the transform holds those to the right.
      const index = 2 * (right < 0 ? opposite - right : straight + right);
      result.data[row * columns + column] = ((half[index] as number) ** 2 + (half[index + 1] as number) ** 2) * scale;
    }
  }
  return result;
}
