import { badSize, shapeMismatch } from '../errors';
import type { Job } from './helper';
import { newInstance, wasm as commonInstance, type Wasm } from './wasm';

/** A planned two-dimensional Fourier transform of real numbers. */
export interface RealTransform2 {
  readonly rows: number;
  readonly columns: number;
  /** Memory of the transform for rows x columns real numbers; `forward` and `inverse` use it without a copy. */
  readonly real: Float32Array;
  /** Memory of the transform for rows x (columns / 2 + 1) interleaved complex numbers; also used without a copy. */
  readonly complex: Float32Array;
  /**
   * The transform `X(u, v) = sum x(row, column) exp(-2 pi i (u row / rows + v column / columns))`.
   *
   * @param input rows x columns real numbers in C order; not changed
   * @param output where the result goes; a new array when left out
   * @returns rows x (columns / 2 + 1) complex numbers, interleaved real and imaginary; v runs from 0 to Nyquist
   * @throws ImagingError 'imaging/shape-mismatch' when an array has another length
   */
  forward(input: Float32Array, output?: Float32Array): Float32Array;
  /**
   * Undoes `forward`, with the division by the number of pixels, so that the two together change nothing.
   *
   * @param input rows x (columns / 2 + 1) complex numbers, interleaved; overwritten only when it is `complex` itself
   * @param output where the result goes; a new array when left out
   * @returns rows x columns real numbers in C order
   * @throws ImagingError 'imaging/shape-mismatch' when an array has another length
   */
  inverse(input: Float32Array, output?: Float32Array): Float32Array;
}

/** Options of a transform. */
export interface TransformOptions {
  /**
   * Two threads give the same numbers sooner. The second thread starts with the first transform and takes part once it
   * runs.
   */
  readonly threads?: 1 | 2;
}

const largestSide = 8192;
const plansKept = 8;
/** Plans above this size have an instance of their own, because the memory of an instance only grows. */
const largePlanBytes = 1 << 25;
/** Memory that all cached plans may hold together; the latest plan is always kept. */
const bytesKept = 1 << 28;
/** Lines per share of a thread. */
const linesPerShare = 32;

const plans = new Map<string, Plan>();
const lost = new FinalizationRegistry<Holding>((holding) => holding.giveBack());

/**
 * Plans a real transform of rows x columns; plans are cached, and the memory of those that nobody holds any more is given back.
 *
 * @param rows 1 to 8192; sizes whose prime factors are 2, 3, 5 and 7 are fastest
 * @param columns an even number from 2 to 8192
 * @throws ImagingError 'imaging/bad-size' for any other size, or when there is no memory for it
 */
export function realTransform2(rows: number, columns: number, options: TransformOptions = {}): RealTransform2 {
  const usable = (size: number) => Number.isInteger(size) && size >= 1 && size <= largestSide;
  if (!usable(rows) || !usable(columns) || columns % 2 !== 0) {
    throw badSize(
      'realTransform2',
      `a transform of ${rows} x ${columns} pixels`,
      `Use whole numbers up to ${largestSide} and an even number of columns.`,
    );
  }
  const threads = options.threads ?? 1;
  const key = `${rows} ${columns} ${threads}`;
  const plan = plans.get(key) ?? new Plan(rows, columns, threads);
  plans.delete(key);
  plans.set(key, plan);
  let bytes = 0;
  for (const kept of plans.values()) bytes += kept.bytes;
  for (const [oldest, { bytes: freed }] of plans) {
    if ((plans.size <= plansKept && bytes <= bytesKept) || plans.size === 1) break;
    plans.get(oldest)?.retire();
    plans.delete(oldest);
    bytes -= freed;
  }
  return plan;
}

/**
 * The next even number that has no prime factor above 7, the sizes that are transformed fastest.
 *
 * @param minimum where to start; the result is never below 2
 */
export function goodSize(minimum: number): number {
  let size = Math.max(2, 2 * Math.ceil(minimum / 2));
  for (; ; size += 2) {
    let rest = size;
    for (const factor of [2, 3, 5, 7]) while (rest % factor === 0) rest /= factor;
    if (rest === 1) return size;
  }
}

/** Linear memory of a plan. */
interface Holding {
  readonly wasm: Wasm;
  readonly plane: number;
  /** Working memory of each thread. */
  readonly work: readonly [number, number];
  readonly real: Float32Array;
  readonly complex: Float32Array;
  giveBack(): void;
}

function hold(rows: number, columns: number): Holding {
  const [realBytes, complexBytes] = [4 * rows * columns, 4 * rows * (columns + 2)];
  const own = realBytes + complexBytes > largePlanBytes;
  const wasm = own ? newInstance() : commonInstance();
  const plane = wasm.plane_new(rows, columns);
  const work = [wasm.work_new(plane), wasm.work_new(plane)] as const;
  const real = wasm.reserve(realBytes);
  const complex = wasm.reserve(complexBytes);
  const giveBack = () => {
    if (own) {
      wasm.retire();
      return;
    }
    if (complex !== 0) wasm.release(complex, complexBytes);
    if (real !== 0) wasm.release(real, realBytes);
    for (const address of work) wasm.work_free(address);
    wasm.plane_free(plane);
  };
  if (real === 0 || complex === 0) {
    giveBack();
    throw badSize(
      'realTransform2',
      `no memory for ${rows} x ${columns} pixels`,
      'Bin the image or transform a part of it.',
    );
  }
  return {
    wasm,
    plane,
    work,
    real: new Float32Array(wasm.buffer, real, realBytes / 4),
    complex: new Float32Array(wasm.buffer, complex, complexBytes / 4),
    giveBack,
  };
}

class Plan implements RealTransform2 {
  readonly bytes: number;
  private readonly width: number;
  private holding: Holding | undefined;
  /** True once a caller has the memory: then it must stay while the plan is in use. */
  private lent = false;

  constructor(
    readonly rows: number,
    readonly columns: number,
    private readonly threads: 1 | 2,
  ) {
    this.width = columns / 2 + 1;
    this.bytes = 4 * rows * (2 * columns + 2);
    this.held();
  }

  get real(): Float32Array {
    this.lent = true;
    return this.held().real;
  }

  get complex(): Float32Array {
    this.lent = true;
    return this.held().complex;
  }

  /** Frees the memory when no caller holds it. The plan stays usable and allocates memory again then. */
  retire(): void {
    if (this.lent || this.holding === undefined) return;
    lost.unregister(this);
    this.holding.giveBack();
    this.holding = undefined;
  }

  forward(input: Float32Array, output?: Float32Array): Float32Array {
    const holding = this.held();
    const { real, complex, plane } = holding;
    const result = resultArray(output, complex.length);
    take(input, real, 'realTransform2.forward');
    this.run(holding, 'forward_rows', (work) => [plane, work, real.byteOffset, complex.byteOffset], this.rows);
    this.run(holding, 'forward_columns', (work) => [plane, work, complex.byteOffset], this.width);
    if (result !== complex) result.set(complex);
    return result;
  }

  inverse(input: Float32Array, output?: Float32Array): Float32Array {
    const holding = this.held();
    const { real, complex, plane } = holding;
    const result = resultArray(output, real.length);
    take(input, complex, 'realTransform2.inverse');
    this.run(holding, 'inverse_columns', (work) => [plane, work, complex.byteOffset], this.width);
    this.run(holding, 'inverse_rows', (work) => [plane, work, complex.byteOffset, real.byteOffset], this.rows);
    if (result !== real) result.set(real);
    return result;
  }

  private held(): Holding {
    if (this.holding === undefined) {
      this.holding = hold(this.rows, this.columns);
      lost.register(this, this.holding, this);
    }
    return this.holding;
  }

  private run({ wasm, work }: Holding, job: Job, given: (work: number) => number[], total: number): void {
    if (this.threads === 2) wasm.share(job, given(work[0]), given(work[1]), total, linesPerShare);
    else wasm[job](...given(work[0]), 0, total);
  }
}

function take(input: Float32Array, own: Float32Array, where: string): void {
  if (input === own) return;
  if (input.length !== own.length) throw shapeMismatch(where, [input.length], [own.length]);
  own.set(input);
}

function resultArray(output: Float32Array | undefined, length: number): Float32Array {
  if (output !== undefined && output.length !== length)
    throw shapeMismatch('realTransform2', [output.length], [length]);
  return output ?? new Float32Array(length);
}
