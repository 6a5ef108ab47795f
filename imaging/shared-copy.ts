import type { Image } from './image';

/** Bytes that are copied before the program looks at anything else, about 4 milliseconds. */
const sliceBytes = 4 * 1024 * 1024;

/** Copies the pixels of an image row by row into memory that threads can share, and lets the program do something else in between. */
export async function sharedCopy({ data, shape, stride, offset }: Image): Promise<Image['data']> {
  const [rows = 0, columns = 0] = shape;
  const [rowStride = columns, columnStride = 1] = stride;
  const bytes = data.BYTES_PER_ELEMENT;
  const Pixels = data.constructor as new (buffer: SharedArrayBuffer) => Image['data'];
  const copy = new Pixels(new SharedArrayBuffer(rows * columns * bytes));
  const rowsAtOnce = Math.max(1, Math.floor(sliceBytes / Math.max(1, columns * bytes)));
  for (let row = 0; row < rows; row++) {
    if (row > 0 && row % rowsAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    const from = offset + row * rowStride;
    if (columnStride === 1) copy.set(data.subarray(from, from + columns), row * columns);
    else
      for (let column = 0; column < columns; column++)
        copy[row * columns + column] = data[from + column * columnStride]!;
  }
  return copy;
}
