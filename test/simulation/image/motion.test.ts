import { realTransform2 } from '../../../imaging';
import { RasterMotion, motionOf, rasterMotion } from '../../../simulation/image/motion';
import { bench } from '../bench';

const size = 32;

/** An image of random numbers without the frequencies at the limit of an axis, which a shift by a part of a pixel cannot keep. */
function noise(): Float32Array {
  let state = 12345;
  const plan = realTransform2(size, size);
  for (let k = 0; k < size * size; k++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    plan.real[k] = state / 0x7fffffff - 0.5;
  }
  const spectrum = plan.forward(plan.real, plan.complex);
  const half = size / 2 + 1;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < half; column++)
      if (row === size / 2 || column === size / 2)
        spectrum.fill(0, 2 * (row * half + column), 2 * (row * half + column) + 2);
  return Float32Array.from(plan.inverse(spectrum, plan.real).subarray(0, size * size));
}

describe('motion during an exposure', () => {
  test('gives the mean of the images at all places', () => {
    const still = noise();
    const path = [0, 1, 2, 3, 4, 5].map((k) => ({ column: k - 2.5, row: 2 * k - 5 }));
    const whole = path.map(({ column, row }) => ({ column: column + 2.5, row: row + 5 }));
    const plan = realTransform2(size, size);
    plan.real.set(still);
    const spectrum = plan.forward(plan.real, plan.complex);
    new RasterMotion(whole).smear(spectrum, size, size);
    const moved = Float32Array.from(plan.inverse(spectrum, plan.real).subarray(0, size * size));
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        const mean =
          whole.reduce((total, each) => {
            const fromRow = (row - each.row + 2 * size) % size;
            const fromColumn = (column - each.column + 2 * size) % size;
            return total + still[fromRow * size + fromColumn]!;
          }, 0) / whole.length;
        expect(Math.abs(moved[row * size + column]! - mean)).toBeLessThan(1e-5);
      }
  });

  test('is within 0.1 % of the mean phase between the nodes at which it is worked out', () => {
    const [rows, columns] = [192, 320];
    const half = columns / 2 + 1;
    // A curved path that goes 9 pixels from its middle.
    const path = Array.from({ length: 40 }, (_, k) => ({
      column: 9 * Math.cos(k / 9),
      row: 7 * Math.sin(k / 7) - 0.004 * k * k,
    }));
    const spectrum = new Float32Array(2 * rows * half);
    for (let k = 0; k < spectrum.length; k += 2) spectrum[k] = 1;
    new RasterMotion(path).smear(spectrum, rows, columns);
    let worst = 0;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < half; column++) {
        const y = (row <= rows / 2 ? row : row - rows) / rows;
        let real = 0;
        let imaginary = 0;
        for (const each of path) {
          const angle = -2 * Math.PI * ((column / columns) * each.column + y * each.row);
          real += Math.cos(angle) / path.length;
          imaginary += 2 * row === rows || column === half - 1 ? 0 : Math.sin(angle) / path.length;
        }
        const at = 2 * (row * half + column);
        worst = Math.max(worst, Math.hypot(spectrum[at]! - real, spectrum[at + 1]! - imaginary));
      }
    expect(worst).toBeLessThan(1e-3);
  });

  test('loses contrast along the motion as a sinc, and none across it', () => {
    const length = 8;
    const { mean, positions } = motionOf((time) => ({ x: length * time, y: 0 }), 0, 1, 1);
    expect(mean.x).toBeCloseTo(length / 2, 6);
    const motion = rasterMotion({ mean, positions, smear: 0 }, 1)!;
    for (const frequency of [0.02, 0.05, 0.1]) {
      const { real, imaginary } = motion.at(frequency, 0);
      const argument = Math.PI * frequency * length;
      expect(real).toBeCloseTo(Math.sin(argument) / argument, 2);
      expect(imaginary).toBeCloseTo(0, 6);
      expect(motion.at(0, frequency)).toEqual({ real: 1, imaginary: 0 });
    }
  });

  test('is none where the specimen stands still', () => {
    expect(
      rasterMotion(
        motionOf(() => ({ x: 3, y: 4 }), 0, 1, 1),
        1,
      ),
    ).toBeUndefined();
  });
});

test('an image wider than the longest transform is made of tiles without a seam', () => {
  const width = 7000;
  const { microscope } = bench({ contrast: 0.3 }, 1, (truth) => ({
    ...truth,
    cameras: truth.cameras.map((camera) => ({ ...camera, width })),
  }));
  const area = { left: 0, top: 100, width, height: 48 };
  const image = microscope.expose({ camera: 0, binning: 1, area, exposure: 1 });
  expect(image.width).toBe(width);
  // Columns beside the seam differ from their neighbours no more than others do.
  const difference = (column: number): number => {
    let total = 0;
    for (let row = 0; row < image.height; row++)
      total += (image.data[row * width + column]! - image.data[row * width + column - 1]!) ** 2;
    return total;
  };
  const usual = Array.from({ length: 200 }, (_, k) => difference(100 + 17 * k)).sort((a, b) => a - b);
  expect(difference(Math.ceil(width / 2))).toBeLessThan(usual[199]!);
});
