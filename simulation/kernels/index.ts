import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The part of the WebAssembly interface that is used here; the types of Node do not describe it. */
interface WebAssemblyInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };

/** Functions of the Rust crate, on addresses in its linear memory. `src/` describes each of them. */
interface Functions {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reserve: (bytes: number) => number;
  readonly release: (address: number, bytes: number) => void;
  readonly grains_bytes: (lines: number) => number;
  /** raster, geometry, octave, from, to, profile, work */
  readonly splat: (...addresses: number[]) => void;
  /** coarse, its shape, fine, its shape, reach, weights, column */
  readonly refine: (...given: number[]) => void;
  readonly finish: (canvas: number, raster: number, shape: number, mean: number, least: number) => void;
  /** electrons, counts, readout, place, normal, cumulative, starts */
  readonly read_out: (...addresses: number[]) => void;
  readonly wave_row: (transfer: number, count: number, line: number, tables: number, kind: number) => void;
  readonly multiply_row: (spectrum: number, transfer: number, count: number) => void;
}

type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array;

/** Bytes that may be read or written after the last number, because the kernels take several at once. */
const spareBytes = 64;

let loaded: Functions | undefined;
const rooms = new Map<string, { address: number; bytes: number }>();

/** The inner loops of images and detectors. They give the same bytes on every machine, and the same as the formulas that their sources name. */
export function kernels(): Functions {
  if (loaded) return loaded;
  const module = new WebAssembly.Module(readFileSync(path.join(__dirname, 'kernels.wasm')));
  return (loaded = new WebAssembly.Instance(module, {}).exports as Functions);
}

/**
 * Address of a buffer in the memory of the kernels, for use within one rendering, and kept for the next one; its contents are those that were left there.
 * A view of the memory is only good until the next buffer is asked for.
 */
export function room(name: string, bytes: number): number {
  const kept = rooms.get(name);
  if (kept && kept.bytes >= bytes) return kept.address;
  const { reserve, release } = kernels();
  if (kept) release(kept.address, kept.bytes + spareBytes);
  const address = reserve(bytes + spareBytes);
  if (address === 0) {
    rooms.delete(name);
    throw new RangeError(`No memory for ${bytes} bytes of ${name} in an image of the virtual microscope`);
  }
  rooms.set(name, { address, bytes });
  return address;
}

/** Address of a copy of numbers in a buffer of a name. */
export function copied(name: string, values: Numbers): number {
  const address = room(name, values.byteLength);
  const Kind = values.constructor as new (buffer: ArrayBuffer, address: number, length: number) => Numbers;
  new Kind(kernels().memory.buffer, address, values.length).set(values);
  return address;
}

/** Address of a table, which is copied when it is first asked for. */
export const table = (name: string, values: Numbers): number => rooms.get(name)?.address ?? copied(name, values);

/** A view of single-precision numbers in the memory of the kernels. */
export const floats = (address: number, length: number): Float32Array =>
  new Float32Array(kernels().memory.buffer, address, length);

/** A view of double-precision numbers there. */
export const doubles = (address: number, length: number): Float64Array =>
  new Float64Array(kernels().memory.buffer, address, length);

/** A view of counts there. */
export const counts = (address: number, length: number): Uint16Array =>
  new Uint16Array(kernels().memory.buffer, address, length);
