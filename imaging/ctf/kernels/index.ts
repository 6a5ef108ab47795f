import { KernelMemory, type KernelFunctions, type KernelNumbers, type MemoryView } from '../../kernel-memory';

/** Functions of the Rust sources, on addresses in their linear memory. `src/` describes each of them. */
interface Functions extends KernelFunctions {
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

const memory = new KernelMemory<Functions>(__dirname, 'a fit of Thon rings');

/** The inner loops of the fit. */
export const kernels = (): Functions => memory.functions;

/** Address of working memory for numbers of 8 bytes. */
export const room = (name: RoomName, length: number): number => memory.room(name, 8 * length);

/** View of working memory. It is only good until the next room is asked for, which may move the memory. */
export const numbersAt = <T extends KernelNumbers>(type: MemoryView<T>, address: number, length: number): T =>
  memory.view(type, address, length);

/** Puts numbers into working memory, and returns their address. */
export const stored = (name: RoomName, values: KernelNumbers): number => memory.copied(name, values);
