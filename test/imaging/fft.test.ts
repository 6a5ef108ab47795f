import { fc } from '../support/properties';
import { ImagingError } from '../../imaging/errors';
import { goodSize, realTransform2 } from '../../imaging/fft';
import { wasm } from '../../imaging/fft/wasm';
import { Random } from '../../imaging/synthesis';
import { until } from '../support/until';

const thorough = process.env['EUCENTRIC_VERIFY'] !== undefined;

const noise = (rows: number, columns: number, seed: number): Float32Array => {
  const random = new Random(seed);
  return Float32Array.from({ length: rows * columns }, () => random.uniform() - 0.5);
};

/** The transform in double precision by the definition, one axis after the other. */
function reference(input: Float32Array, rows: number, columns: number): Float64Array {
  const width = columns / 2 + 1;
  const half = new Float64Array(2 * rows * width);
  const angles = (length: number) => Float64Array.from({ length }, (_, index) => (-2 * Math.PI * index) / length);
  const [cosX, sinX] = [angles(columns).map(Math.cos), angles(columns).map(Math.sin)];
  const [cosY, sinY] = [angles(rows).map(Math.cos), angles(rows).map(Math.sin)];
  for (let row = 0; row < rows; row++) {
    for (let v = 0; v < width; v++) {
      let re = 0;
      let im = 0;
      for (let column = 0, turn = 0; column < columns; column++, turn = (turn + v) % columns) {
        const value = input[row * columns + column] as number;
        re += value * (cosX[turn] as number);
        im += value * (sinX[turn] as number);
      }
      half[2 * (row * width + v)] = re;
      half[2 * (row * width + v) + 1] = im;
    }
  }
  const result = new Float64Array(2 * rows * width);
  for (let u = 0; u < rows; u++) {
    for (let v = 0; v < width; v++) {
      let re = 0;
      let im = 0;
      for (let row = 0, turn = 0; row < rows; row++, turn = (turn + u) % rows) {
        const at = 2 * (row * width + v);
        const [a, b] = [half[at] as number, half[at + 1] as number];
        const [c, s] = [cosY[turn] as number, sinY[turn] as number];
        re += a * c - b * s;
        im += a * s + b * c;
      }
      result[2 * (u * width + v)] = re;
      result[2 * (u * width + v) + 1] = im;
    }
  }
  return result;
}

function relativeRms(values: ArrayLike<number>, truth: ArrayLike<number>): number {
  let errors = 0;
  let power = 0;
  for (let index = 0; index < truth.length; index++) {
    errors += ((values[index] as number) - (truth[index] as number)) ** 2;
    power += (truth[index] as number) ** 2;
  }
  return Math.sqrt(errors / power);
}

const isSmooth = (size: number) => goodSize(size) === size;
const smooth = Array.from({ length: 497 }, (_, index) => index + 16).filter((size) => size % 2 === 0 && isSmooth(size));

describe('the two-dimensional real transform', () => {
  // prettier-ignore
  const sizes = [
    [1, 2], [2, 2], [3, 8], [7, 6], [16, 16], [30, 42],
    [64, 50], [49, 98], [100, 144], [13, 22], [33, 62], [128, 96],
  ] as const;

  it.each(sizes)('equals the definition in double precision to 3e-7: %i x %i', (rows, columns) => {
    const input = noise(rows, columns, rows * 1000 + columns);
    expect(relativeRms(realTransform2(rows, columns).forward(input), reference(input, rows, columns))).toBeLessThan(
      3e-7,
    );
  });

  it('equals the definition along each axis, and comes back, for every even size from 16 to 512 with factors 2, 3, 5, 7', () => {
    const sizes = thorough ? smooth : smooth.filter((_, index) => index % 5 === 0);
    for (const size of sizes) {
      for (const [rows, columns] of [
        [size, 4],
        [3, size],
      ] as const) {
        const input = noise(rows, columns, size);
        const output = realTransform2(rows, columns).forward(input);
        expect(relativeRms(output, reference(input, rows, columns))).toBeLessThan(3e-7);
        expect(relativeRms(realTransform2(rows, columns).inverse(output), input)).toBeLessThan(4.3e-7);
      }
    }
  });

  // Two transforms of 3e-7 each; lengths with large prime factors (958 = 2 x 479, 926 = 2 x 463) use the slow
  // algorithm.
  it.each([
    [1023, 1440, 4.3e-7],
    [1023, 1440 / 4, 4.3e-7],
    [1000, 1000, 4.3e-7],
    [512, 512, 4.3e-7],
    [958, 926, 6e-7],
  ])('comes back, and keeps the power (Parseval): %i x %i', (rows, columns, limit) => {
    const input = noise(rows, columns, 3);
    const transform = realTransform2(rows, columns);
    const output = transform.forward(input);
    expect(relativeRms(transform.inverse(output), input)).toBeLessThan(limit);
    const width = columns / 2 + 1;
    let power = 0;
    for (let index = 0; index < output.length; index += 2) {
      const column = (index / 2) % width;
      const times = column === 0 || column === width - 1 ? 1 : 2;
      power += times * ((output[index] as number) ** 2 + (output[index + 1] as number) ** 2);
    }
    const expected = input.reduce((sum, value) => sum + value * value, 0) * rows * columns;
    expect(Math.abs(power / expected - 1)).toBeLessThan(1e-6);
  });

  it('turns a cyclic shift into phases (shift theorem) and is linear', () => {
    const size = fc.constantFrom(...smooth.filter((value) => value <= 64));
    fc.assert(
      fc.property(
        size,
        size,
        fc.nat(63),
        fc.nat(63),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (rows, columns, down, across, factor) => {
          const transform = realTransform2(rows, columns);
          const [one, other] = [noise(rows, columns, 1), noise(rows, columns, 2)];
          const moved = one.map((_, index) => {
            const [row, column] = [Math.floor(index / columns), index % columns];
            return one[((row + down) % rows) * columns + ((column + across) % columns)] as number;
          });
          const width = columns / 2 + 1;
          const spectrum = transform.forward(one);
          const turned = spectrum.map((_, index) => {
            const [u, v] = [Math.floor(index / 2 / width), (index >> 1) % width];
            const angle = 2 * Math.PI * ((u * down) / rows + (v * across) / columns);
            const at = index - (index % 2);
            const [re, im] = [spectrum[at] as number, spectrum[at + 1] as number];
            return index % 2 === 0
              ? re * Math.cos(angle) - im * Math.sin(angle)
              : re * Math.sin(angle) + im * Math.cos(angle);
          });
          expect(relativeRms(transform.forward(moved), turned)).toBeLessThan(6e-7);
          const mixture = one.map((value, index) => value + factor * (other[index] as number));
          const second = transform.forward(other);
          const expected = spectrum.map((value, index) => value + factor * (second[index] as number));
          expect(relativeRms(transform.forward(mixture), expected)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: thorough ? 300 : 25 },
    );
  });

  it('works in its own memory without copies, and leaves foreign input as it was', () => {
    const transform = realTransform2(48, 40);
    const input = noise(48, 40, 9);
    const before = input.slice();
    const expected = transform.forward(input);
    expect(input).toEqual(before);
    const spectrum = expected.slice();
    transform.inverse(spectrum);
    expect(spectrum).toEqual(expected);
    transform.real.set(input);
    expect(transform.forward(transform.real, transform.complex)).toBe(transform.complex);
    expect(Array.from(transform.complex)).toEqual(Array.from(expected));
    expect(realTransform2(48, 40)).toBe(transform);
  });

  it('gives the same numbers on two threads', async () => {
    const input = noise(280, 250, 4);
    const expected = realTransform2(280, 250).forward(input);
    const shared = realTransform2(280, 250, { threads: 2 });
    shared.forward(input);
    await until('the second thread took part', () => wasm().helped);
    expect(shared.forward(input)).toEqual(expected);
    expect(shared.inverse(expected)).toEqual(realTransform2(280, 250).inverse(expected));
  });

  it('refuses sizes it is not made for and arrays of another length', () => {
    const code = (act: () => unknown): unknown => {
      try {
        return act();
      } catch (error) {
        return error instanceof ImagingError ? error.code : error;
      }
    };
    for (const [rows, columns] of [
      [0, 8],
      [8, 0],
      [8, 7],
      [8, 8194],
      [NaN, 8],
      [2.5, 8],
      [-4, 8],
    ] as const) {
      expect(code(() => realTransform2(rows, columns))).toBe('imaging/bad-size');
    }
    const transform = realTransform2(8, 8);
    expect(code(() => transform.forward(new Float32Array(63)))).toBe('imaging/shape-mismatch');
    expect(code(() => transform.forward(new Float32Array(64), new Float32Array(79)))).toBe('imaging/shape-mismatch');
    expect(code(() => transform.inverse(new Float32Array(64)))).toBe('imaging/shape-mismatch');
  });

  it('hands NaN and infinity through to every frequency instead of hiding them', () => {
    for (const value of [NaN, Infinity]) {
      const input = noise(16, 16, 1);
      input[37] = value;
      const output = realTransform2(16, 16).forward(input);
      for (let index = 0; index < output.length; index += 2) {
        expect(Number.isFinite((output[index] as number) + (output[index + 1] as number))).toBe(false);
      }
    }
  });
});

it('good sizes are even, have no factor above 7, and are the next ones', () => {
  expect([0, 1, 2, 3, 11, 13, 893, 1023, 4097].map(goodSize)).toEqual([2, 2, 2, 4, 12, 14, 896, 1024, 4116]);
});
