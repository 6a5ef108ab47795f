import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The part of the WebAssembly interface that is used here; the types of Node do not describe it. */
interface WebAssemblyInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };

/** Functions that every compiled kernel has: its linear memory, and the two that take a part of it and give it back. */
export interface KernelFunctions {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reserve: (bytes: number) => number;
  readonly release: (address: number, bytes: number) => void;
}

/** An array over a part of the memory of a kernel. */
export interface MemoryView<T extends ArrayBufferView> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, offset: number, length: number): T;
}

/** Numbers that can be copied into the memory of a kernel. */
export type KernelNumbers = Float64Array | Float32Array | Int32Array | Uint8Array;

/** Bytes that may be read or written after the last number, because kernels take several at once. */
const spareBytes = 64;

/** A kernel without imports, loaded at its first use from the file `kernels.wasm` of a folder, with its working memory. */
export class KernelMemory<Functions extends KernelFunctions> {
  private loaded: Functions | undefined;
  private readonly rooms = new Map<string, { readonly address: number; readonly bytes: number }>();

  /** @param purpose the work that ends where there is no memory for it, such as `an image` */
  constructor(
    private readonly folder: string,
    private readonly purpose: string,
  ) {}

  get functions(): Functions {
    if (this.loaded) return this.loaded;
    const module = new WebAssembly.Module(readFileSync(path.join(this.folder, 'kernels.wasm')));
    return (this.loaded = new WebAssembly.Instance(module, {}).exports as Functions);
  }

  /**
   * Address of working memory for one use, kept for the next time; its contents are those that were left there.
   *
   * @throws RangeError when there is no memory for it
   */
  room(name: string, bytes: number): number {
    const kept = this.rooms.get(name);
    if (kept && kept.bytes >= bytes) return kept.address;
    const { reserve, release } = this.functions;
    if (kept) release(kept.address, kept.bytes + spareBytes);
    const address = reserve(bytes + spareBytes);
    if (address === 0) {
      this.rooms.delete(name);
      throw new RangeError(`No memory for ${bytes} bytes of ${name} in ${this.purpose}`);
    }
    this.rooms.set(name, { address, bytes });
    return address;
  }

  /** The address of a use that has its memory already. */
  addressOf(name: string): number | undefined {
    return this.rooms.get(name)?.address;
  }

  /** A view of working memory. It is only good until the next room is asked for, which may move the memory. */
  view<T extends ArrayBufferView>(type: MemoryView<T>, address: number, length: number): T {
    return new type(this.functions.memory.buffer, address, length);
  }

  /** Address of a copy of numbers in the working memory of a use. */
  copied(name: string, values: KernelNumbers): number {
    const address = this.room(name, values.byteLength);
    this.view(values.constructor as MemoryView<KernelNumbers>, address, values.length).set(values);
    return address;
  }
}
