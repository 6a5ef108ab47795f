import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { hash, highNormal, lowNormal } from '../../simulation/base/random';
import { Detector, type CameraTruth } from '../../simulation/camera/detector';
import { poisson } from '../../simulation/camera/poisson';

const folder = path.resolve(__dirname, '..', '..', 'simulation', 'kernels');

const camera: CameraTruth = {
  index: 0,
  name: 'camera',
  width: 64,
  height: 64,
  gain: 1.7,
  readNoise: 1.5,
  darkLevel: 40,
  fixedPatternDark: 0,
  gainVariation: 0,
  fixedPatternGain: 0,
  saturation: 65535,
  mtfAtNyquist: 0.3,
  counting: [],
  chargeVariance: 0,
  pixelsPerPhysical: 1,
  superResolutionFactor: 1,
  saturationPerReadout: 65535,
  deadTime: 0,
  startup: { delay: 0, error: 0, spread: 0, builtInError: 0 },
  readoutInterval: 0,
  rolling: 0,
  stem: false,
  behindFilter: false,
};

/** The counts of rows of pixels with given mean electrons. */
function read(means: Float32Array, columns: number, readMode: 'counting' | 'linear', noise: number): Uint16Array {
  const rows = means.length / columns;
  const data = new Uint16Array(means.length);
  const area = { left: 0, top: 0, width: columns, height: rows };
  const exposure = { area, pixelsPerPixel: 1, columns, rows, readMode, processing: 'unprocessed', noise } as const;
  new Detector(camera, 3).read(means, exposure, data);
  return data;
}

describe('the kernels of the virtual microscope', () => {
  test('are made of the Rust sources beside them (run "npm run build:kernels" after changing them)', () => {
    const sources = readdirSync(path.join(folder, 'src')).sort();
    const made = createHash('sha256');
    for (const name of sources) made.update(readFileSync(path.join(folder, 'src', name)));
    expect(made.digest('hex')).toBe(readFileSync(path.join(folder, 'sources.txt'), 'utf8').trim());
  });

  // A width that four does not divide, and means on both sides of the one from which the normal distribution is used.
  test('count few electrons as the distribution of Poisson gives them, whatever their neighbours are', () => {
    const means = Float32Array.from({ length: 37 * 29 }, (_, k) => (k % 5 === 0 ? 80 : (k * 0.37) % 50));
    const counts = read(means, 37, 'counting', 12345);
    means.forEach((mean, k) => {
      if (mean < 50) expect(counts[k]).toBe(poisson(mean, hash(k, 12345)));
    });
  });

  test('add up charge as the formula in double precision does, but for the last digit', () => {
    const means = Float32Array.from({ length: 41 * 23 }, (_, k) => 60 + 7 * k);
    const counts = read(means, 41, 'linear', 99);
    let other = 0;
    means.forEach((mean, k) => {
      const random = hash(k, 99);
      const caught = Math.floor(mean + Math.sqrt(mean) * highNormal(random) + 0.5);
      const value = Math.floor(caught * camera.gain + camera.darkLevel + camera.readNoise * lowNormal(random) + 0.5);
      expect(Math.abs(counts[k]! - value)).toBeLessThanOrEqual(2);
      if (counts[k] !== value) other++;
    });
    expect(other).toBeLessThan(10);
  });
});
