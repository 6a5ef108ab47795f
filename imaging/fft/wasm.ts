import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The part of the WebAssembly interface that is used here; the types of Node do not describe it. */
interface WebAssemblyModule {
  readonly exports?: never;
}

interface WebAssemblyInterface {
  Module: {
    new (bytes: Uint8Array): WebAssemblyModule;
    imports(module: WebAssemblyModule): { module: string; name: string }[];
  };
  Instance: new (module: WebAssemblyModule, imports: Record<string, Record<string, unknown>>) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };

/** What the Rust crate offers: functions on addresses in its linear memory. Each is described in `src/`. */
export interface Wasm {
  readonly memory: { readonly buffer: ArrayBuffer };
  reserve(bytes: number): number;
  release(address: number, bytes: number): void;
  plane_new(rows: number, columns: number): number;
  plane_free(plane: number): void;
  work_new(plane: number): number;
  work_free(work: number): void;
  forward_rows(plane: number, work: number, input: number, output: number, from: number, to: number): void;
  forward_columns(plane: number, work: number, data: number, from: number, to: number): void;
  inverse_columns(plane: number, work: number, data: number, from: number, to: number): void;
  inverse_rows(plane: number, work: number, input: number, output: number, from: number, to: number): void;
  reduce(kind: number, source: number, stride: number, across: number, down: number, rows: number, columns: number, scale: number, target: number): void;
  frame_new(rows: number, columns: number): number;
  frame_free(frame: number): void;
  frame_pixels(frame: number): number;
  frame_check(frame: number): number;
  register(later: number, reference: number, options: number, result: number): number;
  forget(): void;
}

const binary = 'eucentric_fft_bg.wasm';

/** Finds the generated package beside the source, from the source and from the compiled tree alike. */
function packageFile(): string {
  const candidates = [path.join(__dirname, 'pkg', binary), path.resolve(__dirname, '..', '..', '..', 'imaging', 'fft', 'pkg', binary)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`${binary} is missing (looked for ${candidates.join(' and ')}); run "npm run build:fft".`);
  return found;
}

let compiled: WebAssemblyModule | undefined;

/** A new instance of the crate with a memory of its own; the memory goes when the instance is let go. */
export function newInstance(): Wasm {
  compiled ??= new WebAssembly.Module(readFileSync(packageFile()));
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    // the only import sets up a table for JavaScript objects, and none cross this boundary
    (imports[module] ??= {})[name] = () => undefined;
  }
  return new WebAssembly.Instance(compiled, imports).exports as Wasm;
}

let shared: Wasm | undefined;

/** The instance that registration and reduction work in. */
export function wasm(): Wasm {
  return (shared ??= newInstance());
}
