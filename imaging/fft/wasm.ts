import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { withSharedMemory } from './binary';
import { Helper, type Job } from './helper';

/** The part of the WebAssembly interface that is used here; the types of Node do not describe it. */
interface WebAssemblyModule {
  readonly exports?: never;
}

interface Memory {
  readonly buffer: SharedArrayBuffer;
}

interface WebAssemblyInterface {
  Module: {
    new (bytes: Uint8Array): WebAssemblyModule;
    imports(module: WebAssemblyModule): { module: string; name: string; kind: string }[];
  };
  Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => Memory;
  Instance: new (
    module: WebAssemblyModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };

type SharedJob = (...given: number[]) => void;

/** Functions of the Rust crate, on addresses in its linear memory. `src/` describes each of them. */
interface Functions {
  reserve(bytes: number): number;
  release(address: number, bytes: number): void;
  plane_new(rows: number, columns: number): number;
  plane_free(plane: number): void;
  work_new(plane: number): number;
  work_free(work: number): void;
  /** plane, work, input, output, from, to */
  readonly forward_rows: SharedJob;
  /** plane, work, data, from, to */
  readonly forward_columns: SharedJob;
  /** plane, work, data, from, to */
  readonly inverse_columns: SharedJob;
  /** plane, work, input, output, from, to */
  readonly inverse_rows: SharedJob;
  reduce(
    kind: number,
    source: number,
    stride: number,
    across: number,
    down: number,
    rows: number,
    columns: number,
    scale: number,
    target: number,
  ): void;
  frame_new(rows: number, columns: number): number;
  frame_free(frame: number): void;
  frame_pixels(frame: number): number;
  frame_check(frame: number): number;
  register(later: number, reference: number, options: number, result: number): number;
  task_new(later: number, reference: number, options: number): number;
  /** task, thread, from, to; the same for the next three */
  readonly task_prepare: SharedJob;
  readonly task_columns: SharedJob;
  readonly task_rows: SharedJob;
  readonly task_overlap: SharedJob;
  task_width(task: number): number;
  task_height(task: number): number;
  task_choose(task: number): number;
  task_end(task: number, result: number): void;
  forget(): void;
}

/** One instance of the crate with its own memory, which is freed with the instance. */
export interface Wasm extends Functions {
  /** The present memory. When it grows, a larger one replaces it, while older views stay valid. */
  readonly buffer: SharedArrayBuffer;
  /**
   * Does a job in shares on two threads, starting the second one on first use.
   *
   * @param ours the leading arguments of the job on this thread
   * @param theirs the leading arguments of the job on the second thread
   */
  share(job: Job, ours: readonly number[], theirs: readonly number[], total: number, share: number): void;
  /** True when the second thread has started and takes part. */
  readonly helped: boolean;
  /** Ends the second thread; another `share` starts a new one. */
  retire(): void;
}

const binaryName = path.join('pkg', 'eucentric_fft_bg.wasm');
const stackBytes = 1 << 18;
/** In pages of 64 KiB. The address space is reserved in one piece, and not every machine gives 4 GiB of it. */
const pageLimits = [65536, 16384, 4096];

/** Finds a file beside the source, both from the source and from the compiled tree. */
function fileBeside(name: string): string {
  const candidates = [path.join(__dirname, name), path.resolve(__dirname, '..', '..', '..', 'imaging', 'fft', name)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined)
    throw new Error(`${name} is missing (looked for ${candidates.join(' and ')}); run "npm run build:fft".`);
  return found;
}

interface Compiled {
  readonly first: WebAssemblyModule;
  readonly further: WebAssemblyModule;
  readonly initialPages: number;
  readonly maximumPages: number;
}

let compiled: Compiled | undefined;

function compile(): Compiled {
  if (compiled !== undefined) return compiled;
  const binary = withSharedMemory(readFileSync(fileBeside(binaryName)));
  compiled = {
    ...binary,
    first: new WebAssembly.Module(binary.first),
    further: new WebAssembly.Module(binary.further),
  };
  return compiled;
}

function newMemory({ initialPages, maximumPages }: Compiled): Memory {
  let refusal: unknown;
  for (const limit of pageLimits) {
    try {
      return new WebAssembly.Memory({ initial: initialPages, maximum: Math.min(limit, maximumPages), shared: true });
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

/** Makes an instance of the crate with a memory of its own. */
export function newInstance(): Wasm {
  const modules = compile();
  const memory = newMemory(modules);
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module, name, kind } of WebAssembly.Module.imports(modules.first)) {
    // The one imported function sets up a table for JavaScript objects, and none of these cross this boundary.
    (imports[module] ??= {})[name] = kind === 'memory' ? memory : () => undefined;
  }
  const functions = new WebAssembly.Instance(modules.first, imports).exports as Functions;
  let helper: Helper | undefined;
  let stack: number | undefined;
  return {
    ...functions,
    get buffer() {
      return memory.buffer;
    },
    share(job, ours, theirs, total, share) {
      stack ??= functions.reserve(stackBytes);
      helper ??= new Helper(fileBeside('second-thread.cjs'), modules.further, memory, stack + stackBytes);
      const run = functions[job];
      helper.share(job, (from, to) => run(...ours, from, to), theirs, total, share);
    },
    get helped() {
      return helper?.ready ?? false;
    },
    retire() {
      helper?.dispose();
      helper = undefined;
    },
  };
}

let common: Wasm | undefined;

/** The instance for registration, reduction and small transforms. */
export function wasm(): Wasm {
  return (common ??= newInstance());
}
