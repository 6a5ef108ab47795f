import type { Frame } from '../../simulation/base/frame';
import { paintSpecimen } from '../../simulation/specimen/paint';
import { bench, moments } from './bench';

const film = { ...bench().truth.specimen, kind: 'film' as const, contrast: 0.15 };
const key = 77;

/** A square frame turned by 20 degrees, seen with a blur of 1.5 pixels unless told. */
function frame(size: number, pixelSize: number, column = 0, row = 0, more: Partial<Frame> = {}): Frame {
  const cosine = Math.cos(0.35) / pixelSize;
  const sine = Math.sin(0.35) / pixelSize;
  return {
    columns: size,
    rows: size,
    originColumn: size / 2 + column,
    originRow: size / 2 + row,
    columnX: cosine,
    columnY: -sine,
    rowX: -sine,
    rowY: -cosine,
    centreColumn: size / 2,
    centreRow: size / 2,
    cubic: 0,
    quadratic: 0,
    pixelSize,
    blurVariance: 2.25,
    ...more,
  };
}

function paint(at: Frame, field = 512 * at.pixelSize, textureKey = key): Float32Array {
  const canvas = new Float32Array(at.columns * at.rows);
  paintSpecimen(canvas, at, film, textureKey, field);
  return canvas;
}

/** Value between the samples of a band-limited image, by a Lanczos window 16 samples wide on either side. */
function between(image: Float32Array, size: number, column: number, row: number): number {
  const reach = 16;
  const kernel = (x: number): number =>
    x === 0 ? 1 : (reach * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / reach)) / (Math.PI * x) ** 2;
  let sum = 0;
  let weights = 0;
  for (let y = Math.floor(row) - reach + 1; y <= Math.floor(row) + reach; y++) {
    const down = kernel(row - y);
    for (let x = Math.floor(column) - reach + 1; x <= Math.floor(column) + reach; x++) {
      const weight = down * kernel(column - x);
      sum += image[y * size + x]! * weight;
      weights += weight;
    }
  }
  return sum / weights;
}

/** Distance by which the second of two nearly equal images lies to the right of and below the first, by least squares on the slopes. */
function offset(
  first: Float32Array,
  second: Float32Array,
  size: number,
): { along: number; down: number; correlation: number } {
  let [xx, xy, yy, xd, yd, product] = [0, 0, 0, 0, 0, 0];
  const a = moments(first);
  const b = moments(second);
  for (let row = 1; row < size - 1; row++) {
    for (let k = row * size + 1; k < row * size + size - 1; k++) {
      const x = (first[k + 1]! - first[k - 1]!) / 2;
      const y = (first[k + size]! - first[k - size]!) / 2;
      const difference = first[k]! - second[k]!;
      xx += x * x;
      xy += x * y;
      yy += y * y;
      xd += x * difference;
      yd += y * difference;
      product += (first[k]! - a.mean) * (second[k]! - b.mean);
    }
  }
  const determinant = xx * yy - xy * xy;
  return {
    along: (yy * xd - xy * yd) / determinant,
    down: (xx * yd - xy * xd) / determinant,
    correlation: product / (size - 2) ** 2 / Math.sqrt(a.variance * b.variance),
  };
}

/** Mean power of a square image at a spatial frequency along rows and columns, by plain sums over Hann-windowed lines. */
function powerAt(image: Float32Array, size: number, frequency: number): number {
  let power = 0;
  for (let line = 0; line < size; line += 4) {
    for (const [along, across] of [
      [1, size],
      [size, 1],
    ] as const) {
      let real = 0;
      let imaginary = 0;
      for (let k = 0; k < size; k++) {
        const value = (image[line * across + k * along]! - 1) * (1 - Math.cos((2 * Math.PI * (k + 0.5)) / size));
        real += value * Math.cos(2 * Math.PI * frequency * k);
        imaginary += value * Math.sin(2 * Math.PI * frequency * k);
      }
      power += (real * real + imaginary * imaginary) / size;
    }
  }
  return power / (size / 2);
}

describe('the film', () => {
  test.each([0.37, 0.5, 2.81])('moved by %p pixels is the same film read between the pixels', (shift) => {
    const size = 160;
    const at = paint(frame(size, 0.01));
    const moved = paint(frame(size, 0.01, shift, -0.6 * shift));
    const { variance } = moments(at);
    let square = 0;
    let count = 0;
    for (let row = 40; row < 120; row += 5) {
      for (let column = 40; column < 120; column += 5) {
        square += (moved[row * size + column]! - between(at, size, column - shift, row + 0.6 * shift)) ** 2;
        count++;
      }
    }
    expect(Math.sqrt(square / count / variance)).toBeLessThan(0.003);
  });

  test('moved by whole pixels is the same but for rounding', () => {
    const size = 100;
    const at = paint(frame(size, 0.01, 0, 0, { blurVariance: 0.1 }));
    const moved = paint(frame(size, 0.01, 7, -3, { blurVariance: 0.1 }));
    let worst = 0;
    for (let row = 10; row < 90; row++) {
      for (let column = 10; column < 90; column++)
        worst = Math.max(worst, Math.abs(moved[(row - 3) * size + column + 7]! - at[row * size + column]!));
    }
    expect(worst).toBeLessThan(1.5e-3);
  });

  test('binned by 2 is the mean of its pixels, in place', () => {
    const size = 128;
    const fine = paint(frame(2 * size, 0.01, 0, 0, { blurVariance: 16 }), 5.12);
    const coarse = paint(frame(size, 0.02, 0, 0, { blurVariance: 4 }), 5.12);
    const mean = coarse.map((_, k) => {
      const a = 4 * Math.floor(k / size) * size + 2 * (k % size);
      return (fine[a]! + fine[a + 1]! + fine[a + 2 * size]! + fine[a + 2 * size + 1]!) / 4;
    });
    const { along, down, correlation } = offset(mean, coarse, size);
    expect(correlation).toBeGreaterThan(0.95);
    expect(Math.hypot(along, down)).toBeLessThan(0.02);
  });

  test.each([2.5, 0.04, 0.001, 0.00005])(
    'has contrast from 0.03 to 0.25 cycles a pixel with pixels of %p um',
    (pixelSize) => {
      const size = 256;
      const image = paint(frame(size, pixelSize, 0, 0, { blurVariance: 0.25 }));
      const { mean, variance } = moments(image);
      expect(mean).toBeGreaterThan(0.9);
      expect(mean).toBeLessThan(1.1);
      expect(Math.sqrt(variance)).toBeGreaterThan(0.1);
      expect(Math.sqrt(variance)).toBeLessThan(0.22);
      // Shot noise of 200 counts has a power of 1/200 at every frequency in the same measure, times the mean square of the window.
      const noise = 1.5 / 200;
      for (const frequency of [0.03, 0.06, 0.12]) expect(powerAt(image, size, frequency)).toBeGreaterThan(2 * noise);
      for (const frequency of [0.18, 0.25]) expect(powerAt(image, size, frequency)).toBeGreaterThan(0.2 * noise);
    },
  );

  test.each([
    { pixelSize: 2, reach: 500 },
    { pixelSize: 0.04, reach: 70 },
    { pixelSize: 0.001, reach: 1000 },
  ])('goes on without repeating itself out to $reach um', ({ pixelSize, reach }) => {
    const size = 96;
    const places = [0, reach / 3, -reach / 2, reach].map((away) =>
      paint(frame(size, pixelSize, away / pixelSize, (-0.7 * away) / pixelSize)),
    );
    places.forEach((a, k) =>
      places.slice(k + 1).forEach((b) => {
        const ma = moments(a);
        const mb = moments(b);
        const product = a.reduce((sum, value, i) => sum + (value - ma.mean) * (b[i]! - mb.mean), 0) / a.length;
        expect(mb.variance).toBeGreaterThan(0.003);
        expect(Math.abs(product / Math.sqrt(ma.variance * mb.variance))).toBeLessThan(0.4);
      }),
    );
  });

  test('is another one with another key, and the same with the same', () => {
    const at = frame(64, 0.01);
    expect(paint(at)).toEqual(paint(at));
    expect(paint(at)).not.toEqual(paint(at, undefined, key + 1));
  });
});

describe('distortion', () => {
  test('puts what belongs at p where p*(1 + cubic*(p/R)^2 + quadratic*p.x/R) is', () => {
    const size = 240;
    const cubic = 0.06;
    const quadratic = 0.05;
    const radius = size / 2;
    const plain = paint(frame(size, 0.01));
    const bent = paint(frame(size, 0.01, 0, 0, { cubic: cubic / radius ** 2, quadratic: quadratic / radius }));
    // About a point far off the axis the picture is that of the plain film, moved and slightly enlarged.
    let square = 0;
    let unbent = 0;
    let count = 0;
    for (let row = 30; row < 210; row += 7) {
      for (let column = 30; column < 210; column += 7) {
        const x = column + 0.5 - radius;
        const y = row + 0.5 - radius;
        const push = 1 + (cubic * (x * x + y * y)) / radius ** 2 + (quadratic * x) / radius;
        const to = { column: radius + x * push - 0.5, row: radius + y * push - 0.5 };
        if (Math.max(to.column, to.row) > size - 18 || Math.min(to.column, to.row) < 18) continue;
        const value = plain[row * size + column]!;
        square += (between(bent, size, to.column, to.row) - value) ** 2;
        unbent += (bent[row * size + column]! - value) ** 2;
        count++;
      }
    }
    const { variance } = moments(plain);
    expect(count).toBeGreaterThan(500);
    expect(Math.sqrt(square / count / variance)).toBeLessThan(0.15);
    expect(Math.sqrt(unbent / count / variance)).toBeGreaterThan(0.5);
  });
});
