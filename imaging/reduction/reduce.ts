import { badArgument } from '../errors';
import { wasm } from '../fft/wasm';
import { image, layoutOf, type Image } from '../image';
import { reduceInto } from './blocks';

/** Combination of the pixels of a block. */
export interface ReduceOptions {
  /** The mean of each block (the default), or with `false` its sum, as a camera bins. */
  readonly mean?: boolean;
}

/**
 * Bins an image: every block of factor x factor pixels becomes one pixel.
 *
 * @param source shape [rows, columns], any pixel type and strides
 * @param factor pixels per block, one number for both directions or `x` across and `y` down; whole numbers from 1 up
 * @returns shape [floor(rows / y), floor(columns / x)]; the rest at the right and at the bottom is left out
 * @throws ImagingError 'imaging/bad-argument' for a factor that is not a whole number or larger than the image,
 * 'imaging/empty-image' when there are no pixels
 */
export function reduce(
  source: Image,
  factor: number | { readonly x: number; readonly y: number },
  options: ReduceOptions = {},
): Image<Float32Array> {
  const layout = layoutOf(source, 'reduce');
  const { x, y } = typeof factor === 'number' ? { x: factor, y: factor } : factor;
  if (!Number.isInteger(x) || !Number.isInteger(y) || x < 1 || y < 1 || x > layout.columns || y > layout.rows) {
    throw badArgument(
      'reduce',
      `blocks of ${x} x ${y} pixels in an image of ${layout.columns} x ${layout.rows}`,
      'Use whole numbers from 1 to the size of the image.',
    );
  }
  const rows = Math.floor(layout.rows / y);
  const columns = Math.floor(layout.columns / x);
  const engine = wasm();
  const bytes = 4 * rows * columns;
  const target = engine.reserve(bytes);
  if (target === 0) throw badArgument('reduce', `no memory for ${rows} x ${columns} pixels`, 'Use larger blocks.');
  try {
    reduceInto(engine, layout, x, y, options.mean === false ? 1 : 1 / (x * y), target);
    return image(new Float32Array(engine.buffer, target, rows * columns).slice(), rows, columns);
  } finally {
    engine.release(target, bytes);
  }
}
