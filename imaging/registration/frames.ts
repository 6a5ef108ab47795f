import { constantImage, notFinite } from '../errors';
import type { Wasm } from '../fft/wasm';
import type { ImageLayout, PixelArray } from '../image';
import { reduceInto } from '../reduction/blocks';

/** A binned image in linear memory. */
export interface Frame {
  readonly address: number;
  readonly factor: number;
  readonly rows: number;
  readonly columns: number;
}

interface Entry extends Frame {
  readonly key: string;
  readonly fingerprint: number;
  /** Removed from the cache; a later cleanup must not free it again. */
  gone: boolean;
}

const sampleCount = 2048;

/** A number that changes when a camera writes the next frame into the same memory. */
function fingerprintOf(layout: ImageLayout): number {
  const { data, rows, columns, rowStride, columnStride, offset } = layout;
  const step = Math.max(1, Math.floor((rows * columns) / sampleCount));
  let value = 0;
  for (let pixel = 0; pixel < rows * columns; pixel += step) {
    const row = Math.floor(pixel / columns);
    const sample = data[offset + row * rowStride + (pixel - row * columns) * columnStride] as number;
    value = (Math.imul(value, 31) + Math.round(sample * 16)) | 0;
  }
  return value;
}

/** The frames of the last images, so that an image is prepared once for several comparisons. */
export class Frames {
  private readonly byData = new WeakMap<PixelArray, Entry[]>();
  /** Least recently used first; holds the entries, not the pixel arrays. */
  private readonly order = new Set<Entry>();
  private readonly registry = new FinalizationRegistry<Entry[]>((entries) => {
    for (const entry of entries) this.drop(entry);
  });

  constructor(
    private readonly wasm: Wasm,
    private readonly kept: number,
  ) {}

  /** The frame of an image, binned by `factor`. */
  frame(layout: ImageLayout, factor: number, where: string): Frame {
    const { data, rows, columns, rowStride, columnStride, offset } = layout;
    const key = [rows, columns, rowStride, columnStride, offset, factor].join();
    const fingerprint = fingerprintOf(layout);
    let entries = this.byData.get(data);
    const known = entries?.find((entry) => !entry.gone && entry.key === key);
    if (known !== undefined) {
      if (known.fingerprint === fingerprint) {
        this.order.delete(known);
        this.order.add(known);
        return known;
      }
      this.drop(known);
    }
    const entry = this.make(layout, factor, where, key, fingerprint);
    if (entries === undefined) {
      entries = [];
      this.byData.set(data, entries);
      this.registry.register(data, entries);
    }
    for (let index = entries.length - 1; index >= 0; index--)
      if (entries[index]?.gone === true) entries.splice(index, 1);
    entries.push(entry);
    this.order.add(entry);
    for (const oldest of this.order) {
      if (this.order.size <= this.kept) break;
      this.drop(oldest);
    }
    return entry;
  }

  /** Pixels of a frame in C order, in the memory of the frame. */
  pixels({ address, rows, columns }: Frame): Float32Array {
    return new Float32Array(this.wasm.buffer, this.wasm.frame_pixels(address), rows * columns);
  }

  private make(layout: ImageLayout, factor: number, where: string, key: string, fingerprint: number): Entry {
    const [rows, columns] = [Math.floor(layout.rows / factor), Math.floor(layout.columns / factor)];
    const address = this.wasm.frame_new(rows, columns);
    reduceInto(this.wasm, layout, factor, factor, 1 / (factor * factor), this.wasm.frame_pixels(address));
    const failure = this.wasm.frame_check(address);
    if (failure !== 0) {
      this.wasm.frame_free(address);
      throw failure === 3 ? notFinite(where) : constantImage(where);
    }
    return { address, factor, rows, columns, key, fingerprint, gone: false };
  }

  private drop(entry: Entry): void {
    if (entry.gone) return;
    entry.gone = true;
    this.order.delete(entry);
    this.wasm.frame_free(entry.address);
  }
}
