import { badSize, shapeMismatch } from '../errors';
import { newInstance, type Wasm } from './wasm';

/** A planned two-dimensional Fourier transform of real numbers. */
export interface RealTransform2 {
  readonly rows: number;
  readonly columns: number;
  /**
   * The transform `X(u, v) = sum x(row, column) exp(-2 pi i (u row / rows + v column / columns))`.
   *
   * @param input rows x columns real numbers in C order
   * @param output where the result goes; a new array when left out
   * @returns rows x (columns / 2 + 1) complex numbers, interleaved real and imaginary; v runs from 0 to Nyquist
   * @throws ImagingError 'imaging/shape-mismatch' when an array has another length
   */
  forward(input: Float32Array, output?: Float32Array): Float32Array;
  /**
   * Undoes `forward`, with the division by the number of pixels, so that the two together change nothing.
   *
   * @param input rows x (columns / 2 + 1) complex numbers, interleaved
   * @param output where the result goes; a new array when left out
   * @returns rows x columns real numbers in C order
   * @throws ImagingError 'imaging/shape-mismatch' when an array has another length
   */
  inverse(input: Float32Array, output?: Float32Array): Float32Array;
}

/** The largest side of a transform in pixels. */
const largestSide = 8192;
/** Each plan lives in an instance of its own, whose memory goes with the plan. */
const plansKept = 8;

const plans = new Map<string, Plan>();

/**
 * Plans a real transform of rows x columns; plans are cached, and the memory of the least used is given back.
 *
 * @param rows 1 to 8192; sizes whose prime factors are 2, 3, 5 and 7 are fastest
 * @param columns an even number from 2 to 8192
 * @throws ImagingError 'imaging/bad-size' for any other size
 */
export function realTransform2(rows: number, columns: number): RealTransform2 {
  const usable = (size: number) => Number.isInteger(size) && size >= 1 && size <= largestSide;
  if (!usable(rows) || !usable(columns) || columns % 2 !== 0) {
    throw badSize('realTransform2', `a transform of ${rows} x ${columns} pixels`, `Use whole numbers up to ${largestSide} and an even number of columns.`);
  }
  const key = `${rows}x${columns}`;
  const plan = plans.get(key) ?? new Plan(rows, columns);
  plans.delete(key);
  plans.set(key, plan);
  for (const oldest of plans.keys()) {
    if (plans.size <= plansKept) break;
    plans.delete(oldest);
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

class Plan implements RealTransform2 {
  private readonly wasm: Wasm = newInstance();
  private readonly width: number;
  private readonly plane: number;
  private readonly work: number;
  private readonly realAddress: number;
  private readonly complexAddress: number;

  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    this.width = columns / 2 + 1;
    this.plane = this.wasm.plane_new(rows, columns);
    this.work = this.wasm.work_new(this.plane);
    this.realAddress = this.wasm.reserve(4 * rows * columns);
    this.complexAddress = this.wasm.reserve(8 * rows * this.width);
    if (this.realAddress === 0 || this.complexAddress === 0) {
      throw badSize('realTransform2', `no memory for ${rows} x ${columns} pixels`, 'Bin the image or transform a part of it.');
    }
  }

  forward(input: Float32Array, output?: Float32Array): Float32Array {
    const real = this.real();
    const complex = this.complex();
    const result = this.target(output, complex.length);
    if (input.length !== real.length) throw shapeMismatch('realTransform2.forward', [input.length], [real.length]);
    real.set(input);
    this.wasm.forward_rows(this.plane, this.work, this.realAddress, this.complexAddress, 0, this.rows);
    this.wasm.forward_columns(this.plane, this.work, this.complexAddress, 0, this.width);
    result.set(complex);
    return result;
  }

  inverse(input: Float32Array, output?: Float32Array): Float32Array {
    const real = this.real();
    const complex = this.complex();
    const result = this.target(output, real.length);
    if (input.length !== complex.length) throw shapeMismatch('realTransform2.inverse', [input.length], [complex.length]);
    complex.set(input);
    this.wasm.inverse_columns(this.plane, this.work, this.complexAddress, 0, this.width);
    this.wasm.inverse_rows(this.plane, this.work, this.complexAddress, this.realAddress, 0, this.rows);
    result.set(real);
    return result;
  }

  private target(output: Float32Array | undefined, length: number): Float32Array {
    if (output !== undefined && output.length !== length) throw shapeMismatch('realTransform2', [output.length], [length]);
    return output ?? new Float32Array(length);
  }

  private real(): Float32Array {
    return new Float32Array(this.wasm.memory.buffer, this.realAddress, this.rows * this.columns);
  }

  private complex(): Float32Array {
    return new Float32Array(this.wasm.memory.buffer, this.complexAddress, 2 * this.rows * this.width);
  }
}
