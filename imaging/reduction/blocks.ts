import type { Wasm } from '../fft/wasm';
import type { ImageLayout, PixelArray } from '../image';

/** The pixels of a strip are copied and reduced while they are still in the cache of the processor. */
const stripBytes = 1 << 18;

let stage: { wasm: Wasm; address: number; bytes: number } | undefined;

function stageOf(wasm: Wasm, bytes: number): number {
  if (stage !== undefined && stage.wasm === wasm && stage.bytes >= bytes) return stage.address;
  if (stage !== undefined) stage.wasm.release(stage.address, stage.bytes);
  stage = { wasm, address: wasm.reserve(bytes), bytes };
  return stage.address;
}

function kindOf(data: PixelArray): number {
  if (data instanceof Uint8Array) return 0;
  if (data instanceof Uint16Array) return 1;
  if (data instanceof Int16Array) return 2;
  return data instanceof Float32Array ? 3 : 4;
}

/** A view of the same type on other memory. */
function viewLike(data: PixelArray, buffer: ArrayBufferLike, address: number, length: number): PixelArray {
  const View = data.constructor as new (buffer: ArrayBufferLike, address: number, length: number) => PixelArray;
  return new View(buffer, address, length);
}

/**
 * Reduces the whole blocks of an image into linear memory; ignores the rest at the right and at the bottom.
 *
 * @param across columns of a block
 * @param down rows of a block
 * @param scale factor on the sum of a block
 * @param target address of floor(rows / down) x floor(columns / across) floats
 */
export function reduceInto(
  wasm: Wasm,
  source: ImageLayout,
  across: number,
  down: number,
  scale: number,
  target: number,
): void {
  const { data, rowStride, columnStride, offset } = source;
  const rows = Math.floor(source.rows / down);
  const columns = Math.floor(source.columns / across);
  const kind = kindOf(data);
  const width = columns * across;
  const rowBytes = width * data.BYTES_PER_ELEMENT;
  const stripRows = Math.max(1, Math.min(rows, Math.floor(stripBytes / (rowBytes * down))));
  const address = stageOf(wasm, stripRows * down * rowBytes);
  const whole = columnStride === 1 && rowStride === width;
  for (let row = 0; row < rows; row += stripRows) {
    const count = Math.min(stripRows, rows - row);
    const strip = viewLike(data, wasm.buffer, address, count * down * width);
    const first = offset + row * down * rowStride;
    if (whole) {
      strip.set(data.subarray(first, first + count * down * width));
    } else {
      for (let y = 0; y < count * down; y++) {
        const start = first + y * rowStride;
        if (columnStride === 1) strip.set(data.subarray(start, start + width), y * width);
        else for (let x = 0; x < width; x++) strip[y * width + x] = data[start + x * columnStride] as number;
      }
    }
    wasm.reduce(kind, address, width, across, down, count, columns, scale, target + 4 * row * columns);
  }
}
