import { timed, type Contender } from '../contest';

/** One-dimensional transforms of the lines of a plane, `batch` lines at a time. */
interface Lines {
  /** Takes `length` real numbers to `length / 2 + 1` interleaved complex ones. */
  real(input: Float32Array, output: Float32Array): void;
  /** Transforms `length` interleaved complex numbers. */
  complex(input: Float32Array, output: Float32Array): void;
}

/** Number of columns gathered at a time, as many as share a line of the cache. */
const batch = 8;

/** A two-dimensional transform made of one-dimensional ones: rows, then columns in small batches. */
function plane(name: string, size: number, lines: Lines): Contender {
  const width = size / 2 + 1;
  const input = Float32Array.from({ length: size * size }, () => Math.random() - 0.5);
  const output = new Float32Array(2 * size * width);
  const gathered = Array.from({ length: batch }, () => new Float32Array(2 * size));
  const line = new Float32Array(2 * size);
  const transform = () => {
    for (let row = 0; row < size; row++)
      lines.real(input.subarray(row * size, (row + 1) * size), output.subarray(2 * row * width, 2 * (row + 1) * width));
    for (let first = 0; first < width; first += batch) {
      const count = Math.min(batch, width - first);
      for (let row = 0, at = 2 * first; row < size; row++, at += 2 * width) {
        for (let lane = 0; lane < count; lane++) {
          const column = gathered[lane] as Float32Array;
          column[2 * row] = output[at + 2 * lane] as number;
          column[2 * row + 1] = output[at + 2 * lane + 1] as number;
        }
      }
      for (let lane = 0; lane < count; lane++) {
        const column = gathered[lane] as Float32Array;
        lines.complex(column, line);
        column.set(line);
      }
      for (let row = 0, at = 2 * first; row < size; row++, at += 2 * width) {
        for (let lane = 0; lane < count; lane++) {
          const column = gathered[lane] as Float32Array;
          output[at + 2 * lane] = column[2 * row] as number;
          output[at + 2 * lane + 1] = column[2 * row + 1] as number;
        }
      }
    }
  };
  return { name, run: () => timed(transform) };
}

/** The part of fft.js that is used here. */
interface FftJs {
  createComplexArray(): number[];
  realTransform(output: number[], input: ArrayLike<number>): void;
  transform(output: ArrayLike<number>, input: ArrayLike<number>): void;
}

async function fftJs(size: number): Promise<Contender> {
  const name = 'fft.js';
  const { default: FFT } = (await import(name)) as { default: new (size: number) => FftJs };
  const transform = new FFT(size);
  const half = transform.createComplexArray();
  return plane('fft.js', size, {
    real(input, output) {
      transform.realTransform(half, input);
      for (let index = 0; index < output.length; index++) output[index] = half[index] as number;
    },
    complex: (input, output) => transform.transform(output, input),
  });
}

/** The functions of an Emscripten module, on addresses, and its heap. */
type Emscripten = Record<string, (...given: number[]) => number> & { readonly HEAPF32: Float32Array };

async function emscripten(name: string): Promise<Emscripten> {
  const { default: start } = (await import(name)) as { default: () => Promise<unknown> };
  return (await start()) as Emscripten;
}

function call(module: Emscripten, name: string, ...given: number[]): number {
  const callee = module[name];
  if (callee === undefined) throw new Error(`${name} is missing`);
  return callee(...given);
}

async function pffft(size: number): Promise<Contender> {
  const module = await emscripten('@echogarden/pffft-wasm/simd');
  const [real, complex] = [call(module, '_pffft_new_setup', size, 0), call(module, '_pffft_new_setup', size, 1)];
  const [from, to, work] = [0, 1, 2].map(() => call(module, '_pffft_aligned_malloc', 8 * size + 64)) as [
    number,
    number,
    number,
  ];
  const result = () => module.HEAPF32.subarray(to / 4, to / 4 + 2 * size);
  return plane('pffft-wasm (SIMD)', size, {
    real(input, output) {
      module.HEAPF32.set(input, from / 4);
      call(module, '_pffft_transform_ordered', real, from, to, work, 0);
      const ordered = result();
      output.set(ordered.subarray(0, size));
      // the second number is the real part at Nyquist
      output[size] = ordered[1] as number;
      output[1] = 0;
      output[size + 1] = 0;
    },
    complex(input, output) {
      module.HEAPF32.set(input, from / 4);
      call(module, '_pffft_transform_ordered', complex, from, to, work, 0);
      output.set(result());
    },
  });
}

async function kissfft(size: number): Promise<Contender> {
  const module = await emscripten('@echogarden/kissfft-wasm');
  const [real, complex] = [
    call(module, '_kiss_fftr_alloc', size, 0, 0, 0),
    call(module, '_kiss_fft_alloc', size, 0, 0, 0),
  ];
  const [from, to] = [0, 1].map(() => call(module, '_malloc', 8 * size + 64)) as [number, number];
  return plane('kissfft-wasm', size, {
    real(input, output) {
      module.HEAPF32.set(input, from / 4);
      call(module, '_kiss_fftr', real, from, to);
      output.set(module.HEAPF32.subarray(to / 4, to / 4 + size + 2));
    },
    complex(input, output) {
      module.HEAPF32.set(input, from / 4);
      call(module, '_kiss_fft', complex, from, to);
      output.set(module.HEAPF32.subarray(to / 4, to / 4 + 2 * size));
    },
  });
}

/**
 * The JavaScript and WebAssembly libraries that transform size x size real numbers; libraries that are not installed
 * are left out.
 */
export async function javascriptPeers(size: number): Promise<Contender[]> {
  const started = await Promise.all(
    [pffft(size), kissfft(size), fftJs(size)].map((peer) => peer.catch(() => undefined)),
  );
  return started.filter((peer) => peer !== undefined);
}
