import { Detector, type DetectorExposure } from '../../../simulation/camera/detector';
import { poisson } from '../../../simulation/camera/poisson';
import { hash, normalQuantiles } from '../../../simulation/base/random';
import type { CameraTruth } from '../../../simulation';
import { bench, moments } from '../bench';

const camera: CameraTruth = {
  ...bench().truth.cameras[0]!,
  width: 256,
  height: 256,
  readNoise: 0,
  gainVariation: 0,
  darkLevel: 0,
};
const request: DetectorExposure = {
  area: { left: 0, top: 0, width: 256, height: 256 },
  pixelsPerPixel: 1,
  columns: 256,
  rows: 256,
  readMode: 'linear',
  processing: 'gain normalized',
  noise: 5,
};
function readBy(detector: Detector, mean: number, exposure: DetectorExposure): Uint16Array {
  const data = new Uint16Array(exposure.columns * exposure.rows);
  detector.read(new Float32Array(data.length).fill(mean), exposure, data);
  return data;
}
const read = (mean: number, change: Partial<CameraTruth> = {}, more: Partial<DetectorExposure> = {}): Uint16Array =>
  readBy(new Detector({ ...camera, ...change }, 9), mean, { ...request, ...more });

const correlation = (a: Uint16Array, b: Uint16Array): number => {
  const ma = moments(a);
  const mb = moments(b);
  let product = 0;
  for (let k = 0; k < a.length; k++) product += (a[k]! - ma.mean) * (b[k]! - mb.mean);
  return product / a.length / Math.sqrt(ma.variance * mb.variance);
};

describe('shot noise', () => {
  test.each([0.05, 0.7, 3.3, 12.06, 49.9, 50.1, 200, 5000])(
    'of %p electrons has the mean and the variance of a Poisson distribution',
    (mean) => {
      const { mean: measured, variance } = moments(read(mean));
      const error = Math.sqrt(mean / 65536);
      expect(Math.abs(measured - mean)).toBeLessThan(4 * error);
      // The variance of a variance of Poisson counts is (2 + 1/mean) mean^2 / n; rounding normal numbers to counts adds a twelfth.
      const spread = mean * Math.sqrt((2 + 1 / mean) / 65536);
      expect(Math.abs(variance - mean - (mean > 50 ? 1 / 12 : 0))).toBeLessThan(4 * spread);
    },
  );

  test('of few electrons follows the distribution count by count', () => {
    const mean = 2.3;
    const draws = 200000;
    const seen = new Array<number>(12).fill(0);
    for (let k = 0; k < draws; k++) {
      const count = poisson(mean, hash(k, 1234));
      if (count < seen.length) seen[count]!++;
    }
    let expected = draws * Math.exp(-mean);
    let chiSquare = 0;
    seen.forEach((count, k) => {
      chiSquare += (count - expected) ** 2 / expected;
      expected *= mean / (k + 1);
    });
    // 99.99 % point of chi square with 12 degrees of freedom.
    expect(chiSquare).toBeLessThan(39.1);
  });

  test('is new in each exposure and does not follow its neighbour', () => {
    const first = read(100);
    expect(Math.abs(correlation(first, read(100, {}, { noise: 6 })))).toBeLessThan(0.02);
    expect(Math.abs(correlation(first.subarray(1), first.subarray(0, -1)))).toBeLessThan(0.02);
    expect(Math.abs(correlation(first.subarray(256), first.subarray(0, -256)))).toBeLessThan(0.02);
    expect(read(100)).toEqual(first);
  });

  test('the table of normal numbers has no mean and a variance of 1', () => {
    const { mean, variance } = moments(normalQuantiles);
    expect(mean).toBeCloseTo(0, 9);
    expect(variance).toBeCloseTo(1, 6);
    expect(normalQuantiles[Math.round(0.975 * normalQuantiles.length)]).toBeCloseTo(1.96, 3);
  });
});

describe('the detector', () => {
  test('multiplies electrons by its gain in linear readout and counts them otherwise', () => {
    const linear = moments(read(100, { gain: 30 }));
    expect(linear.mean / 30).toBeCloseTo(100, 0);
    expect(linear.variance / 900 / 100).toBeCloseTo(1, 1);
    expect(moments(read(100, { gain: 30 }, { readMode: 'counting' })).mean).toBeCloseTo(100, 0);
  });

  test('saturates', () => {
    const values = read(1000, { saturation: 1010 });
    expect(Math.max(...values)).toBe(1010);
    expect(moments(read(90000)).mean).toBe(65535);
  });

  test('adds dark level and read noise', () => {
    const dark = moments(read(0, { darkLevel: 40, readNoise: 2 }, { processing: 'unprocessed' }));
    expect(dark.mean).toBeCloseTo(40, 1);
    expect(dark.variance).toBeCloseTo(4 + 1 / 12, 0);
    expect(moments(read(0, { darkLevel: 40 }, { processing: 'dark subtracted' })).mean).toBe(0);
    expect(
      moments(read(0, { darkLevel: 40, readNoise: 2 }, { processing: 'unprocessed', readMode: 'counting' })).mean,
    ).toBe(0);
  });

  test('shows its pixel gains until they are normalized, and a stale reference leaves a pattern', () => {
    const spread = (change: Partial<CameraTruth>, more: Partial<DetectorExposure>): number =>
      Math.sqrt(moments(read(60000, change, more)).variance) / 60000;
    expect(spread({ gainVariation: 0.05 }, { processing: 'unprocessed' })).toBeCloseTo(0.05, 2);
    expect(spread({ gainVariation: 0.05 }, {})).toBeLessThan(0.006);
    const stale = { fixedPatternGain: 0.1 };
    expect(correlation(read(1000, stale), read(1000, stale, { noise: 7 }))).toBeGreaterThan(0.85);
  });

  test('reads in bands what it reads at once', () => {
    const detector = new Detector({ ...camera, fixedPatternGain: 0.2, fixedPatternDark: 3 }, 9);
    const data = new Uint16Array(65536);
    for (const from of [0, 100, 200]) {
      const rows = Math.min(100, 256 - from);
      detector.read(new Float32Array(256 * rows).fill(300), { ...request, rows }, data, from);
    }
    expect(data).toEqual(readBy(detector, 300, request));
  });

  test('keeps its pattern with the pixels of the sensor when a part is read', () => {
    const detector = new Detector({ ...camera, fixedPatternGain: 0.2 }, 9);
    const whole = read(2000, { fixedPatternGain: 0.2 });
    const part = readBy(detector, 2000, {
      ...request,
      area: { left: 100, top: 50, width: 64, height: 64 },
      columns: 64,
      rows: 64,
      noise: 8,
    });
    const same = Uint16Array.from({ length: 64 * 64 }, (_, k) => whole[(50 + (k >> 6)) * 256 + 100 + (k & 63)]!);
    expect(correlation(part, same)).toBeGreaterThan(0.9);
  });
});
