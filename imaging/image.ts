import ndarray, { type NdArray } from 'ndarray';
import { badSize, emptyImage, notFinite, shapeMismatch } from './errors';

/** Number formats of cameras and of the numerics. */
export type PixelArray = Uint8Array | Uint16Array | Int16Array | Float32Array | Float64Array;

/** A grey image: shape [rows, columns], row 0 at the top (raster sense, Y down), pixel values in counts. */
export type Image<A extends PixelArray = PixelArray> = NdArray<A>;

/** The size of an image and its strides, for loops over typed arrays. */
export interface ImageLayout {
  readonly data: PixelArray;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly offset: number;
}

/**
 * Wraps pixel data, in C order and without a copy, as an image of the given size.
 *
 * @throws ImagingError 'imaging/bad-size' when a size is not a whole number from 0 up, or `data` is not rows x columns long.
 */
export function image<A extends PixelArray>(data: A, rows: number, columns: number): Image<A> {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 0 || columns < 0) {
    throw badSize('image', `the size ${rows} x ${columns} is not made of whole numbers`);
  }
  if (data.length !== rows * columns) {
    throw badSize(
      'image',
      `${data.length} pixels do not make ${rows} rows of ${columns} columns`,
      'Hand in exactly rows x columns pixels.',
    );
  }
  return ndarray(data, [rows, columns]);
}

/**
 * Checks that an image has two dimensions and at least one pixel, and gives its layout for typed-array loops.
 *
 * @param where name of the calling function, for the message
 * @throws ImagingError 'imaging/bad-size' unless two-dimensional, 'imaging/empty-image' when it has no pixels
 */
export function layoutOf(source: Image, where: string): ImageLayout {
  if (source.shape.length !== 2)
    throw badSize(
      where,
      `an image has two dimensions, this has ${source.shape.length}`,
      'Hand in an array of shape [rows, columns].',
    );
  const [rows = 0, columns = 0] = source.shape;
  if (rows === 0 || columns === 0) throw emptyImage(where);
  const [rowStride = columns, columnStride = 1] = source.stride;
  return { data: source.data, rows, columns, rowStride, columnStride, offset: source.offset };
}

/**
 * Checks that two images have the same rows and columns.
 *
 * @throws ImagingError 'imaging/shape-mismatch' otherwise
 */
export function requireSameShape(one: Image, other: Image, where: string): void {
  if (one.shape.length !== other.shape.length || one.shape.some((size, axis) => size !== other.shape[axis])) {
    throw shapeMismatch(where, one.shape, other.shape);
  }
}

/**
 * Copies the pixels of an image (of any strides) into a new C-order array.
 *
 * @returns rows x columns numbers, row by row from the top
 */
export function toFloat64(source: Image, where = 'toFloat64'): Float64Array {
  return copyInto(layoutOf(source, where), (length) => new Float64Array(length));
}

/**
 * Copies the pixels of an image (of any strides) into a new C-order array of single precision.
 *
 * @returns rows x columns numbers, row by row from the top
 */
export function toFloat32(source: Image, where = 'toFloat32'): Float32Array {
  return copyInto(layoutOf(source, where), (length) => new Float32Array(length));
}

/**
 * Checks that all numbers are finite.
 *
 * @throws ImagingError 'imaging/not-finite' otherwise
 */
export function requireFinite(values: ArrayLike<number>, where: string, what?: string): void {
  // A sum of x * 0 is NaN exactly when one of the numbers is NaN or infinite; it costs one pass without branches.
  let check = 0;
  for (let index = 0; index < values.length; index++) check += (values[index] as number) * 0;
  if (Number.isNaN(check)) throw notFinite(where, what);
}

function copyInto<T extends Float32Array | Float64Array>(layout: ImageLayout, create: (length: number) => T): T {
  const { data, rows, columns, rowStride, columnStride, offset } = layout;
  const result = create(rows * columns);
  if (columnStride === 1 && rowStride === columns) {
    result.set(data.subarray(offset, offset + rows * columns));
    return result;
  }
  let target = 0;
  for (let row = 0; row < rows; row++) {
    let source = offset + row * rowStride;
    for (let column = 0; column < columns; column++, source += columnStride) result[target++] = data[source] as number;
  }
  return result;
}
