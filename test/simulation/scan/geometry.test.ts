import { gratingOf, scanBench, spreadOf } from './scan-bench';
import type { Exposure } from '../../../simulation';

/** Power of an image at a spatial frequency of a length in cycles per pixel and a direction in degrees counter-clockwise, rows going down. */
function powerAt({ data, width, height }: Exposure, length: number, degrees: number): number {
  const { mean } = spreadOf(data);
  const kx = 2 * Math.PI * length * Math.cos((degrees * Math.PI) / 180);
  const ky = -2 * Math.PI * length * Math.sin((degrees * Math.PI) / 180);
  let real = 0;
  let imaginary = 0;
  for (let row = 0; row < height; row++) {
    const across = 1 - Math.cos((2 * Math.PI * (row + 0.5)) / height);
    for (let column = 0; column < width; column++) {
      const window = across * (1 - Math.cos((2 * Math.PI * (column + 0.5)) / width));
      const value = (data[row * width + column]! - mean) * window;
      const angle = kx * column + ky * row;
      real += value * Math.cos(angle);
      imaginary -= value * Math.sin(angle);
    }
  }
  return real * real + imaginary * imaginary;
}

/** Direction in degrees of a grating of a pitch near a direction: the maximum of its power, by a parabola through the best of some. */
function directionNear(image: Exposure, pitch: number, near: number): number {
  const step = 0.2;
  const angles = Array.from({ length: 9 }, (_, k) => near + (k - 4) * step);
  const powers = angles.map((angle) => powerAt(image, 1 / pitch, angle));
  const best = powers.indexOf(Math.max(...powers));
  expect(best).toBeGreaterThan(0);
  expect(best).toBeLessThan(8);
  const [low, middle, high] = [powers[best - 1]!, powers[best]!, powers[best + 1]!];
  return angles[best]! + (step * (low - high)) / (2 * (low + high - 2 * middle));
}

/** The part of a camera of 512 pixels about its middle. */
const quarter = { left: 128, top: 128, width: 256, height: 256 };

describe('scan rotation', () => {
  test.each([0, 7.3, 25, -18.5, 42, 118])('turns the image by %p degrees counter-clockwise', (sent) => {
    const bench = scanBench(gratingOf(16, 12));
    bench.microscope.setScanRotation(sent);
    const image = bench.scan(10, {}, { area: quarter });
    // The crossed lines of the grating are the same every 90 degrees.
    expect(Math.abs(directionNear(image, 16, 12 + sent + 0.3) - 12 - sent)).toBeLessThan(0.2);
  });

  test('goes in steps where the generator has them', () => {
    const bench = scanBench({ ...gratingOf(16, 12), scanRotationStepDegrees: 2.5 });
    bench.microscope.setScanRotation(8.4);
    expect(Math.abs(directionNear(bench.scan(10, {}, { area: quarter }), 16, 19.8) - 12 - 7.5)).toBeLessThan(0.2);
  });

  test('can be that of one scan alone', () => {
    const bench = scanBench(gratingOf(16, 12));
    const image = bench.scan(10, { rotationDegrees: 20 }, { area: quarter });
    expect(Math.abs(directionNear(image, 16, 32.2) - 32)).toBeLessThan(0.2);
    expect(bench.microscope.state.scanRotation).toBe(0);
  });
});

describe('parts of the field', () => {
  const film = { contrast: 0.15, probeCurrentPicoamperes: 5000, stemReadNoiseCounts: 0 };

  test('show what the whole field shows there', () => {
    const bench = scanBench(film);
    const whole = bench.scan(4);
    const part = bench.scan(4, {}, { area: { left: 100, top: 40, width: 200, height: 160 } });
    expect([part.width, part.height]).toEqual([200, 160]);
    const differences = Array.from(part.data, (value, at) => {
      const row = Math.floor(at / 200);
      return value - whole.data[(row + 40) * 512 + (at % 200) + 100]!;
    });
    const { deviation } = spreadOf(part.data);
    expect(spreadOf(differences).deviation).toBeLessThan(deviation / 4);
    expect(Math.abs(spreadOf(differences).mean)).toBeLessThan(deviation / 50);
  });

  test('binning skips pixels and smooths nothing', () => {
    const bench = scanBench(film);
    const whole = bench.scan(4);
    const coarse = bench.scan(4, {}, { binning: 3, area: { left: 0, top: 0, width: 510, height: 510 } });
    expect(coarse.width).toBe(170);
    const same = Array.from(coarse.data, (_, at) => {
      const row = Math.floor(at / 170);
      return whole.data[(3 * row + 1) * 512 + 3 * (at % 170) + 1]!;
    });
    const differences = Array.from(coarse.data, (value, at) => value - same[at]!);
    expect(spreadOf(differences).deviation).toBeLessThan(spreadOf(same).deviation / 4);
    expect(spreadOf(coarse.data).deviation / spreadOf(same).deviation).toBeCloseTo(1, 1);
    // The mean of nine pixels, as a camera makes it, would be smoother.
    const means = same.map((_, at) => {
      const row = Math.floor(at / 170);
      let sum = 0;
      for (let k = 0; k < 9; k++) sum += whole.data[(3 * row + Math.floor(k / 3)) * 512 + 3 * (at % 170) + (k % 3)]!;
      return sum / 9;
    });
    expect(spreadOf(means).deviation / spreadOf(same).deviation).toBeLessThan(0.93);
  });

  test('the specimen is where the stage is at the time of each line', () => {
    const bench = scanBench({ ...gratingOf(16), stageMicrometresPerSecond: 1 });
    // A move along X of 4 um takes 4 s; a scan of 512 lines of 5.17 ms is over before it ends.
    bench.microscope.moveStage({ x: 0.05 });
    const moving = bench.scan(10);
    bench.clock.seconds += 100;
    const still = bench.scan(10);
    // After 50 ms, or ten lines, it is at rest: the top is blurred into slanted lines, the rest the same.
    const differ = (from: number, to: number): number => {
      const rows = (image: Exposure): Uint16Array => image.data.subarray(from * 512, to * 512);
      return spreadOf(Array.from(rows(moving), (value, at) => value - rows(still)[at]!)).deviation;
    };
    expect(differ(0, 8)).toBeGreaterThan(3 * differ(30, 500));
  });
});

describe('magnifications of a scan', () => {
  test('are counted by themselves, and each mode keeps its own', () => {
    const { microscope } = scanBench();
    expect(microscope.state.magnification).toBe(20000);
    microscope.setMagnification(25);
    expect(microscope.state.magnification).toBe(200000);
    microscope.setScanning(false);
    expect(microscope.state.magnification).toBe(2500);
    expect(() => microscope.setMagnification(25)).toThrow(/no magnification of mag index 25/);
    microscope.setScanning(true);
    expect(microscope.state.magIndex).toBe(25);
  });

  test('the same seed gives the same bytes', () => {
    const options = { imperfections: 'drawn', scanHumNm: [2, 1], scanNoiseNm: 0.5, scanLagFieldShare: 0.01 };
    const [one, other] = [scanBench(options), scanBench(options)].map((bench) => bench.scan(2).data);
    expect(one).toEqual(other);
    expect(scanBench(options, 2).scan(2).data).not.toEqual(one);
  });
});
