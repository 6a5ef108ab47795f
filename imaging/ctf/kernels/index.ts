import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The part of the WebAssembly interface that is used here; the types of Node do not describe it. */
interface WebAssemblyInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };

/** Functions of the Rust sources, on addresses in their linear memory. `src/` describes each of them. */
interface Functions {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reserve: (bytes: number) => number;
  readonly release: (address: number, bytes: number) => void;
  /** power, modes, waves, radial, squares, bins, sectors, rings, result */
  readonly ring_sums: (...given: number[]) => void;
  /** power, modes, waves, radial, bins, sectors, result */
  readonly smooth_sums: (...given: number[]) => void;
  /** sums, constant, first, weights, phase, shape, information, score */
  readonly assemble: (...addresses: number[]) => void;
  /** excess, modes, given, edges, shape, wave, single, products, information */
  readonly sector_table: (...addresses: number[]) => void;
  /** products, inverse, starts, turns, shape, best, which */
  readonly scan: (...addresses: number[]) => void;
}

/** Uses of working memory; each has its own. */
type RoomName =
  | 'power'
  | 'modes'
  | 'waves'
  | 'radial'
  | 'squares'
  | 'rings'
  | 'sums'
  | 'excess'
  | 'given'
  | 'shape'
  | 'edges'
  | 'wave'
  | 'single'
  | 'products'
  | 'information'
  | 'starts'
  | 'turns'
  | 'best'
  | 'which'
  | 'constant'
  | 'first'
  | 'weights'
  | 'phase'
  | 'score';

type Numbers = Float64Array | Float32Array | Int32Array;
type NumbersType<T extends Numbers> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, offset: number, length: number): T;
};

let loaded: Functions | undefined;
const rooms = new Map<RoomName, { address: number; bytes: number }>();

/** The inner loops of the fit. */
export function kernels(): Functions {
  if (loaded) return loaded;
  const name = 'kernels.wasm';
  const candidates = [
    path.join(__dirname, name),
    path.resolve(__dirname, '..', '..', '..', '..', 'imaging', 'ctf', 'kernels', name),
  ];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined)
    throw new Error(`${name} is missing (looked for ${candidates.join(' and ')}); run "npm run build:ctf".`);
  return (loaded = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(found)), {}).exports as Functions);
}

/**
 * Address of working memory for numbers of 8 bytes, kept for the next use; its contents are those that were left there.
 *
 * @throws RangeError when there is no memory for it
 */
export function room(name: RoomName, length: number): number {
  const bytes = 8 * length + 64;
  const kept = rooms.get(name);
  if (kept && kept.bytes >= bytes) return kept.address;
  const { reserve, release } = kernels();
  if (kept) release(kept.address, kept.bytes);
  const address = reserve(bytes);
  if (address === 0) {
    rooms.delete(name);
    throw new RangeError(`No memory for ${bytes} bytes of ${name} in a fit of Thon rings`);
  }
  rooms.set(name, { address, bytes });
  return address;
}

/** View of working memory. It is only good until the next room is asked for, which may move the memory. */
export function numbersAt<T extends Numbers>(type: NumbersType<T>, address: number, length: number): T {
  return new type(kernels().memory.buffer, address, length);
}

/** Puts numbers into working memory, and returns their address. */
export function stored(name: RoomName, values: Numbers): number {
  const address = room(name, values.length);
  numbersAt(values.constructor as NumbersType<Numbers>, address, values.length).set(values);
  return address;
}
