import { goodSize, realTransform2 } from '../fft';
import { type Image, image, layoutOf, requireFinite, toFloat64 } from '../image';

/** An autocorrelation with its origin at the first pixel: negative distances are at the far ends of rows and columns. */
export interface CorrelationPlane {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Share of each edge over which the image fades to the mean of its edge. */
const taperShare = 0.05;
/** Frequency at which the high-pass filter removes most, in cycles per pixel. */
const highPassSigma = 0.02;

/**
 * The autocorrelation of an image on twice as many rows and columns, so that nothing wraps around, without slow changes
 * of brightness.
 *
 * @param source shape [rows, columns]
 * @throws ImagingError 'imaging/not-finite', 'imaging/empty-image', 'imaging/bad-size' for an image too large to
 * transform
 */
export function latticeCorrelation(source: Image): CorrelationPlane {
  const { rows: height, columns: width } = layoutOf(source, 'latticeCorrelation');
  const pixels = toFloat64(source, 'latticeCorrelation');
  requireFinite(pixels, 'latticeCorrelation');
  const [rows, columns] = [goodSize(2 * height), goodSize(2 * width)];
  taper(pixels, height, width);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const transform = realTransform2(rows, columns);
  const padded = new Float32Array(rows * columns);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      padded[row * columns + column] = pixels[row * width + column]! - mean;
  const spectrum = transform.forward(padded);
  const half = columns / 2 + 1;
  for (let row = 0, at = 0; row < rows; row++) {
    const down = (row <= rows / 2 ? row : row - rows) / rows;
    for (let column = 0; column < half; column++, at += 2) {
      const square = down * down + (column / columns) ** 2;
      const filter = 1 - Math.exp(-square / (2 * highPassSigma ** 2));
      spectrum[at] = (spectrum[at]! ** 2 + spectrum[at + 1]! ** 2) * filter * filter;
      spectrum[at + 1] = 0;
    }
  }
  return { data: transform.inverse(spectrum, padded), rows, columns };
}

/** The same plane as an image with the origin in the middle, at row `rows / 2`, column `columns / 2`. */
export function centred({ data, rows, columns }: CorrelationPlane): Image<Float32Array> {
  const result = new Float32Array(rows * columns);
  const [down, across] = [rows >> 1, columns >> 1];
  for (let row = 0; row < rows; row++) {
    const from = ((row + rows - down) % rows) * columns;
    for (let column = 0; column < columns; column++)
      result[row * columns + column] = data[from + ((column + columns - across) % columns)]!;
  }
  return image(result, rows, columns);
}

/** Fades the edges of an image to their mean. */
function taper(pixels: Float64Array, rows: number, columns: number): void {
  let sum = 0;
  for (let column = 0; column < columns; column++) sum += pixels[column]! + pixels[(rows - 1) * columns + column]!;
  for (let row = 0; row < rows; row++) sum += pixels[row * columns]! + pixels[row * columns + columns - 1]!;
  const edge = sum / (2 * (rows + columns));
  const weights = (size: number): Float64Array => {
    const width = Math.max(1, taperShare * size);
    return Float64Array.from({ length: size }, (_, index) =>
      Math.min(1, (Math.min(index, size - 1 - index) + 0.5) / width),
    );
  };
  const [down, across] = [weights(rows), weights(columns)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      pixels[at] = edge + (pixels[at]! - edge) * down[row]! * across[column]!;
    }
}
