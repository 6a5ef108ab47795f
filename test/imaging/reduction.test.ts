import { fc } from '../support/properties';
import ndarray from 'ndarray';
import { ImagingError } from '../../imaging/errors';
import { image, type Image, type PixelArray } from '../../imaging/image';
import { reduce } from '../../imaging/reduction';
import { Random } from '../../imaging/synthesis';

const kinds = {
  uint8: (random: Random, length: number) => Uint8Array.from({ length }, () => Math.floor(random.uniform() * 256)),
  uint16: (random: Random, length: number) => Uint16Array.from({ length }, () => Math.floor(random.uniform() * 65536)),
  int16: (random: Random, length: number) =>
    Int16Array.from({ length }, () => Math.floor(random.uniform() * 65536) - 32768),
  float32: (random: Random, length: number) => Float32Array.from({ length }, () => 1000 * (random.uniform() - 0.3)),
  float64: (random: Random, length: number) => Float64Array.from({ length }, () => 1000 * (random.uniform() - 0.3)),
};

/** Blocks summed one by one in double precision. */
function blockSums(source: Image, x: number, y: number): number[] {
  const [rows = 0, columns = 0] = source.shape;
  const sums: number[] = [];
  for (let row = 0; row + y <= rows; row += y) {
    for (let column = 0; column + x <= columns; column += x) {
      let sum = 0;
      for (let down = 0; down < y; down++)
        for (let across = 0; across < x; across++) sum += source.get(row + down, column + across);
      sums.push(sum);
    }
  }
  return sums;
}

const close = (found: ArrayLike<number>, expected: readonly number[], scale: number) => {
  expect(found.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    expect(Math.abs((found[index] as number) - (expected[index] as number))).toBeLessThan(4e-6 * scale);
  }
};

describe('reduce', () => {
  it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    'sums and averages whole blocks of %s pixels of any size and strides',
    (kind) => {
      const random = new Random(8);
      const size = fc.integer({ min: 1, max: 70 });
      fc.assert(
        fc.property(
          size,
          size,
          fc.integer({ min: 1, max: 17 }),
          fc.integer({ min: 1, max: 17 }),
          fc.boolean(),
          (height, width, x, y, inside) => {
            const [rows, columns] = [Math.max(height, y), Math.max(width, x)];
            const whole: Image<PixelArray> = image<PixelArray>(
              kinds[kind](random, (rows + 2) * (columns + 3)),
              rows + 2,
              columns + 3,
            );
            const source = inside ? whole.lo(1, 2).hi(rows, columns) : whole.hi(rows, columns).step(1, -1);
            const sums = blockSums(source, x, y);
            const largest = x * y * (kind === 'uint8' ? 255 : 65536);
            close(reduce(source, { x, y }, { mean: false }).data, sums, largest);
            close(
              reduce(source, { x, y }).data,
              sums.map((sum) => sum / (x * y)),
              largest / (x * y),
            );
            expect(reduce(source, { x, y }).shape).toEqual([Math.floor(rows / y), Math.floor(columns / x)]);
          },
        ),
        { numRuns: 30 },
      );
    },
  );

  it('is exact for integers as long as single precision holds the sum, also where the columns overflow 16 bits', () => {
    const source = image(new Uint8Array(300 * 32).fill(255), 300, 32);
    expect(Array.from(reduce(source, { x: 32, y: 300 }, { mean: false }).data)).toEqual([300 * 32 * 255]);
    const words = image(new Uint16Array(64 * 64).fill(65535), 64, 64);
    expect(Array.from(reduce(words, 32).data)).toEqual([65535, 65535, 65535, 65535]);
  });

  it('leaves out what does not fill a block, and keeps every pixel of a frame longer than one strip', () => {
    const [rows, columns] = [1023, 1443];
    const source = image(
      new Uint16Array(rows * columns).map((_, index) => index % 4099),
      rows,
      columns,
    );
    const reduced = reduce(source, 4);
    expect(reduced.shape).toEqual([255, 360]);
    close(
      reduced.data,
      blockSums(source, 4, 4).map((sum) => sum / 16),
      4099,
    );
  });

  it('refuses blocks that are not whole numbers or larger than the image, and images without pixels', () => {
    const source = image(new Uint8Array(12), 3, 4);
    const code = (act: () => unknown): unknown => {
      try {
        return act();
      } catch (error) {
        return error instanceof ImagingError ? error.code : error;
      }
    };
    for (const factor of [0, -1, 1.5, NaN, Infinity, 4, { x: 5, y: 1 }, { x: 1, y: 4 }]) {
      expect(code(() => reduce(source, factor))).toBe('imaging/bad-argument');
    }
    expect(code(() => reduce(ndarray(new Uint8Array(0), [0, 4]), 1))).toBe('imaging/empty-image');
    expect(code(() => reduce(ndarray(new Uint8Array(8), [2, 2, 2]) as Image, 1))).toBe('imaging/bad-size');
  });

  it('shows NaN and infinite pixels in their block and nowhere else', () => {
    const source = image(new Float32Array(64).fill(1), 8, 8);
    source.set(1, 1, NaN);
    source.set(6, 6, Infinity);
    expect(Array.from(reduce(source, 4).data)).toEqual([NaN, 1, 1, Infinity]);
  });
});
