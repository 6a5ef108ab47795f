import { KernelMemory, type KernelFunctions, type KernelNumbers } from '../../imaging';

/** Functions of the Rust crate, on addresses in its linear memory. `src/` describes each of them. */
interface Functions extends KernelFunctions {
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

const memory = new KernelMemory<Functions>(__dirname, 'an image of the virtual microscope');

/** The inner loops of images and detectors. They give the same bytes on every machine, and the same as the formulas that their sources name. */
export const kernels = (): Functions => memory.functions;

/** Address of a buffer in the memory of the kernels, for use within one rendering, and kept for the next one. */
export const room = (name: string, bytes: number): number => memory.room(name, bytes);

/** Address of a copy of numbers in a buffer of a name. */
export const copied = (name: string, values: KernelNumbers): number => memory.copied(name, values);

/** Address of a table, which is copied when it is first asked for. */
export const table = (name: string, values: KernelNumbers): number => memory.addressOf(name) ?? copied(name, values);

/** A view of single-precision numbers in the memory of the kernels. A view is only good until the next buffer is asked for. */
export const floats = (address: number, length: number): Float32Array => memory.view(Float32Array, address, length);

/** A view of double-precision numbers there. */
export const doubles = (address: number, length: number): Float64Array => memory.view(Float64Array, address, length);

/** A view of counts there. */
export const counts = (address: number, length: number): Uint16Array => memory.view(Uint16Array, address, length);
