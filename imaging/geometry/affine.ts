import { badArgument, badSize } from '../errors';
import { edgeMean } from '../statistics';
import { type Image, image, layoutOf, requireFinite, toFloat32 } from '../image';
import type { Matrix, Vector } from '../coordinates';

/** An affine map of image positions: `out = matrix * in + shift`, origin at the image centre, X right, Y up, in pixels. */
export interface AffineMap {
  /** Default the identity. */
  readonly matrix?: Matrix;
  /** Default none. */
  readonly shift?: Vector;
}

/** Options of a transformation. */
export interface TransformOptions {
  /** Default `cubic`. */
  readonly interpolation?: 'bilinear' | 'cubic';
  /** Value of pixels that come from outside the image; default the mean of its border. */
  readonly fill?: number;
  /** Size of the result; default that of the image. The centres of both lie on each other. */
  readonly rows?: number;
  readonly columns?: number;
}

/**
 * Moves, rotates or stretches an image: a feature at p in the image is at `matrix * p + shift` in the result.
 *
 * Positions have their origin at the image centre, X right, Y up. So a `shift` as registration reports it aligns the
 * later image with the reference. `cubic` is the convolution of R. G. Keys, IEEE Trans. Acoustics, Speech and Signal
 * Processing 29 (1981) 1153-1160 with a = -1/2; its error falls with the third power of the pixel size. There is no
 * antialiasing: reduce first when the map shrinks the image. At the border, the nearest pixels replace missing
 * neighbours.
 *
 * @returns a new image, single precision, in the unit of the pixels
 * @throws ImagingError 'imaging/bad-argument' for a map that cannot be inverted or is not finite, 'imaging/bad-size'
 * for a bad size of the result, 'imaging/not-finite' for NaN and infinite pixels, 'imaging/empty-image'
 */
export function transformAffine(source: Image, map: AffineMap, options: TransformOptions = {}): Image<Float32Array> {
  const where = 'transformAffine';
  const { rows: sourceRows, columns: sourceColumns } = layoutOf(source, where);
  const { interpolation = 'cubic', rows = sourceRows, columns = sourceColumns } = options;
  for (const size of [rows, columns])
    if (!Number.isInteger(size) || size < 1) throw badSize(where, `a result of ${rows} x ${columns} pixels cannot be`);
  const { matrix = { xpx: 1, xpy: 0, ypx: 0, ypy: 1 }, shift = { x: 0, y: 0 } } = map;
  const determinant = matrix.xpx * matrix.ypy - matrix.xpy * matrix.ypx;
  if (!Number.isFinite(determinant) || determinant === 0) throw badArgument(where, 'the matrix cannot be inverted');
  if (!Number.isFinite(shift.x + shift.y)) throw badArgument(where, 'the shift is not finite');
  const fill = options.fill ?? edgeMean(source);
  const result = image(new Float32Array(rows * columns), rows, columns);
  const pixels = toFloat32(source, where);
  requireFinite(pixels, where);
  const sample =
    interpolation === 'cubic'
      ? cubicSampler(pixels, sourceRows, sourceColumns)
      : bilinearSampler(pixels, sourceRows, sourceColumns);

  // In raster sense (Y down) the off-diagonal elements change sign.
  const columnByColumn = matrix.ypy / determinant;
  const columnByRow = matrix.xpy / determinant;
  const rowByColumn = matrix.ypx / determinant;
  const rowByRow = matrix.xpx / determinant;
  for (let row = 0; row < rows; row++) {
    const down = row - (rows - 1) / 2 + shift.y;
    for (let column = 0; column < columns; column++) {
      const right = column - (columns - 1) / 2 - shift.x;
      const sourceColumn = columnByColumn * right + columnByRow * down + (sourceColumns - 1) / 2;
      const sourceRow = rowByColumn * right + rowByRow * down + (sourceRows - 1) / 2;
      const inside =
        sourceColumn >= -0.5 &&
        sourceColumn <= sourceColumns - 0.5 &&
        sourceRow >= -0.5 &&
        sourceRow <= sourceRows - 0.5;
      result.data[row * columns + column] = inside ? sample(sourceRow, sourceColumn) : fill;
    }
  }
  return result;
}

type Sampler = (row: number, column: number) => number;

const clamp = (value: number, highest: number): number => (value < 0 ? 0 : value > highest ? highest : value);

/** Interpolates linearly between pixels; places up to half a pixel outside take the border. */
function bilinearSampler(pixels: Float32Array, rows: number, columns: number): Sampler {
  return (row, column) => {
    const placeRow = clamp(row, rows - 1);
    const placeColumn = clamp(column, columns - 1);
    const top = Math.floor(placeRow);
    const left = Math.floor(placeColumn);
    const below = Math.min(top + 1, rows - 1) * columns;
    const above = top * columns;
    const right = Math.min(left + 1, columns - 1);
    const down = placeRow - top;
    const across = placeColumn - left;
    const upper = (pixels[above + left] as number) * (1 - across) + (pixels[above + right] as number) * across;
    const lower = (pixels[below + left] as number) * (1 - across) + (pixels[below + right] as number) * across;
    return upper * (1 - down) + lower * down;
  };
}

function cubicSampler(pixels: Float32Array, rows: number, columns: number): Sampler {
  const across = new Float64Array(4);
  const down = new Float64Array(4);
  return (row, column) => {
    const top = Math.floor(row);
    const left = Math.floor(column);
    cubicWeights(row - top, down);
    cubicWeights(column - left, across);
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      const start = clamp(top - 1 + i, rows - 1) * columns;
      let line = 0;
      for (let j = 0; j < 4; j++)
        line += (across[j] as number) * (pixels[start + clamp(left - 1 + j, columns - 1)] as number);
      sum += (down[i] as number) * line;
    }
    return sum;
  };
}

function cubicWeights(t: number, weights: Float64Array): void {
  const square = t * t;
  const cube = square * t;
  weights[0] = -0.5 * cube + square - 0.5 * t;
  weights[1] = 1.5 * cube - 2.5 * square + 1;
  weights[2] = -1.5 * cube + 2 * square + 0.5 * t;
  weights[3] = 0.5 * cube - 0.5 * square;
}
