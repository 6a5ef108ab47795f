import { badArgument, badSize } from '../errors';
import { type Image, image, layoutOf, requireFinite, toFloat32 } from '../image';

/** Options of resampling. */
export interface ResampleOptions {
  /** Half width of the windowed sinc in its own zero crossings, 1 to 8; default 3. */
  readonly lobes?: number;
}

/**
 * Changes the number of pixels of an image by any factor, in each direction separately, without aliasing.
 *
 * The field of view is kept. The kernel is a sinc windowed by the central lobe of a wider sinc (C. E. Duchon, Journal
 * of Applied Meteorology 18 (1979) 1016-1022); for a smaller image it is widened by the factor, so that it removes
 * frequencies too high for the new pixels. Its weights sum to one everywhere, so a constant stays as it is; at the
 * border only pixels of the image count.
 *
 * @param rows rows of the result @param columns columns of the result
 * @returns a new image, single precision, in the unit of the pixels (means, not sums)
 * @throws ImagingError 'imaging/bad-size' unless the new size is made of whole numbers from 1, 'imaging/bad-argument',
 * 'imaging/not-finite' for NaN and infinite pixels, 'imaging/empty-image'
 */
export function resample(
  source: Image,
  rows: number,
  columns: number,
  options: ResampleOptions = {},
): Image<Float32Array> {
  const { lobes = 3 } = options;
  const { rows: sourceRows, columns: sourceColumns } = layoutOf(source, 'resample');
  for (const size of [rows, columns])
    if (!Number.isInteger(size) || size < 1) throw badSize('resample', `a new size of ${rows} x ${columns} cannot be`);
  if (!(lobes >= 1 && lobes <= 8)) throw badArgument('resample', `a kernel of ${lobes} lobes is not from 1 to 8`);
  const pixels = toFloat32(source, 'resample');
  requireFinite(pixels, 'resample');
  const across = kernels(sourceColumns, columns, lobes);
  const down = kernels(sourceRows, rows, lobes);

  const narrow = new Float32Array(sourceRows * columns);
  for (let row = 0; row < sourceRows; row++) {
    const start = row * sourceColumns;
    for (let column = 0; column < columns; column++) {
      const first = start + (across.firsts[column] as number);
      const weights = across.weights[column] as Float32Array;
      let sum = 0;
      for (let index = 0; index < weights.length; index++)
        sum += (weights[index] as number) * (pixels[first + index] as number);
      narrow[row * columns + column] = sum;
    }
  }

  const result = image(new Float32Array(rows * columns), rows, columns);
  const line = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    line.fill(0);
    const first = down.firsts[row] as number;
    const weights = down.weights[row] as Float32Array;
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index] as number;
      const start = (first + index) * columns;
      for (let column = 0; column < columns; column++)
        (line[column] as number) += weight * (narrow[start + column] as number);
    }
    result.data.set(line, row * columns);
  }
  return result;
}

interface Kernels {
  /** First source pixel of each result pixel. */
  readonly firsts: Int32Array;
  /** Weights of the source pixels from the first one. */
  readonly weights: readonly Float32Array[];
}

function kernels(from: number, to: number, lobes: number): Kernels {
  const step = from / to;
  const stretch = Math.max(1, step);
  const reach = lobes * stretch;
  const firsts = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * step - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    firsts[index] = first;
    const raw = Array.from({ length: last - first + 1 }, (__, offset) => {
      const distance = (first + offset - centre) / stretch;
      return sinc(distance) * sinc(distance / lobes);
    });
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return Float32Array.from(raw, (weight) => weight / total);
  });
  return { firsts, weights };
}

const sinc = (x: number): number => (Math.abs(x) < 1e-9 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
