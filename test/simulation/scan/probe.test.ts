import type { Exposure } from '../../../simulation';
import { coreOf } from '../../../simulation/scan/probe';
import { gratingOf, scanBench, spreadOf } from './scan-bench';

const film = {
  contrast: 0.15,
  probeCurrentPicoamperes: 5000,
  stemReadNoiseCounts: 0,
  sphericalAberrationMillimetres: 0,
};

/** Bessel function of the first kind and order by its series; good up to 12. */
function besselJ1(x: number): number {
  let term = x / 2;
  let sum = term;
  for (let k = 1; k < 40; k++) {
    term *= (-x * x) / 4 / k / (k + 1);
    sum += term;
  }
  return sum;
}

/** Spectrum along the lines of the mean of all of them, windowed: the slice through the spectrum of the image where nothing changes down it. */
function slice({ data, width, height }: Exposure): (frequency: number) => { real: number; imaginary: number } {
  const line = new Float64Array(width);
  data.forEach((value, at) => {
    const window = 1 - Math.cos((2 * Math.PI * (Math.floor(at / width) + 0.5)) / height);
    line[at % width]! += (value * window) / height;
  });
  const { mean } = spreadOf(line);
  return (frequency) => {
    let real = 0;
    let imaginary = 0;
    line.forEach((value, k) => {
      const windowed = (value - mean) * (1 - Math.cos((2 * Math.PI * (k + 0.5)) / width));
      real += windowed * Math.cos(2 * Math.PI * frequency * k);
      imaginary -= windowed * Math.sin(2 * Math.PI * frequency * k);
    });
    return { real, imaginary };
  };
}

/**
 * Radius in pixels of the disc that makes one image of the other: the one whose spectrum is nearest to their ratio. Both images are of the same
 * specimen, so that its own spectrum falls out.
 */
function discRadius(sharp: Exposure, blurred: Exposure): number {
  const [before, after] = [slice(sharp), slice(blurred)];
  const spectra = Array.from({ length: 100 }, (_, k) => {
    const frequency = 0.01 + 0.0015 * k;
    return { frequency, before: before(frequency), after: after(frequency) };
  });
  const misfit = (radius: number): number =>
    spectra.reduce((sum, { frequency, before: b, after: a }) => {
      const q = 2 * Math.PI * frequency * radius;
      const disc = q < 12 ? (2 * besselJ1(q)) / q : 0;
      return sum + (a.real - disc * b.real) ** 2 + (a.imaginary - disc * b.imaginary) ** 2;
    }, 0);
  let best = 0.5;
  for (let radius = 0.5; radius < 14; radius += 0.02) if (misfit(radius) < misfit(best)) best = radius;
  return best;
}

describe('blur of a probe out of focus', () => {
  test.each([
    ['nano', 10, 0.8],
    ['nano', 10, -0.8],
    ['nano', 4, 1.6],
    ['micro', 1, -8],
  ] as const)('in %sprobe of %p mrad at %p um is a disc of this angle', (mode, angle, defocus) => {
    const bench = scanBench({ ...film, probeHalfAnglesMilliradians: mode === 'nano' ? [angle, 2] : [10, angle] });
    bench.microscope.setProbeMode(mode);
    const sharp = bench.scan(4);
    bench.microscope.setDefocus(defocus);
    const radius = discRadius(sharp, bench.scan(4));
    expect(Math.abs((radius * 2e-3) / (angle * 1e-3 * Math.abs(defocus)) - 1)).toBeLessThan(0.03);
  });

  test('grows with the distance from focus alike on both sides', () => {
    const bench = scanBench(film);
    const sharp = bench.scan(4);
    const radii = [-1.6, -0.8, 0.8, 1.6].map((defocus) => {
      bench.microscope.setDefocus(defocus);
      return discRadius(sharp, bench.scan(4));
    });
    expect(Math.abs(radii[0]! / radii[3]! - 1)).toBeLessThan(0.02);
    expect(Math.abs(radii[1]! / radii[2]! - 1)).toBeLessThan(0.02);
    expect(radii[3]! / radii[2]!).toBeCloseTo(2, 1);
  });

  test('astigmatism draws it out along one direction, and across it on the other side of focus', () => {
    const sharpness = (defocus: number): { along: number; across: number } => {
      const bench = scanBench({ ...gratingOf(8), sphericalAberrationMillimetres: 0, astigmatismNm: [400, 0] });
      bench.microscope.setDefocus(defocus);
      const { data, width, height } = bench.scan(10);
      const columns = new Float64Array(width);
      const rows = new Float64Array(height);
      data.forEach((value, at) => {
        columns[at % width]! += value / height;
        rows[Math.floor(at / width)]! += value / width;
      });
      return { along: spreadOf(columns).deviation, across: spreadOf(rows).deviation };
    };
    const [over, under] = [sharpness(0.4), sharpness(-0.4)];
    expect(over.across / over.along).toBeGreaterThan(2);
    expect(under.along / under.across).toBeGreaterThan(2);
  });

  test('the probe in focus has the width that source, diffraction and aberration give', () => {
    // Nanometres at 200 kV and 1.2 mm, for 1, 4 and 10 mrad, of published sums of the three.
    const widths = [1, 4, 10].map((angle) => coreOf(0, angle / 1000, 2.508e-6, 1200) * 1000);
    expect(widths[0]).toBeCloseTo(1.53, 2);
    expect(widths[1]).toBeCloseTo(0.384, 2);
    expect(widths[2]).toBeCloseTo(0.62, 2);
  });
});

describe('focus against height', () => {
  /** Defocus in micrometres at which the texture of an image is strongest, by a parabola through the logarithms. */
  function bestFocus(bench: ReturnType<typeof scanBench>, around: number, step: number): number {
    const at = Array.from({ length: 9 }, (_, k) => around + (k - 4) * step);
    const sizes = at.map((defocus) => {
      bench.microscope.setDefocus(defocus);
      return Math.log(
        spreadOf(bench.scan(4, {}, { area: { left: 128, top: 128, width: 256, height: 256 } }).data).deviation,
      );
    });
    const best = sizes.indexOf(Math.max(...sizes));
    expect(best).toBeGreaterThan(1);
    expect(best).toBeLessThan(7);
    // Both flanks are alike: the parabola goes through the points two beside the best one.
    const [low, middle, high] = [sizes[best - 2]!, sizes[best]!, sizes[best + 2]!];
    return at[best]! + (2 * step * (low - high)) / (2 * (low + high - 2 * middle));
  }

  test.each([
    ['nano', 1.1, 0.05],
    ['micro', 30, 0.01],
    ['nano', -1, 0.05],
  ] as const)('in %sprobe follows %p um for one of defocus', (mode, factor, step) => {
    const heights = [-4, 0, 5];
    const found = heights.map((z) => {
      const bench = scanBench({
        ...film,
        stemFocusToHeight: mode === 'nano' ? [factor, 1] : [1, factor],
        probeHalfAnglesMilliradians: [10, 2],
      });
      bench.microscope.setProbeMode(mode);
      bench.clock.seconds += bench.microscope.moveStage({ z }) + 1;
      return bestFocus(bench, -z / factor + step / 3, step);
    });
    const slope = (found[2]! - found[0]!) / 9;
    expect(Math.abs(-1 / slope / factor - 1)).toBeLessThan(0.02);
    expect(Math.abs(found[1]! * factor)).toBeLessThan(0.1);
  });

  test('can be curved, and depends on the spot', () => {
    const options = {
      ...film,
      stemFocusToHeight: [1, 1],
      stemFocusToHeightCurvature: [0.01, 0],
      stemFocusPerSpotMicrometres: 0.2,
    };
    const bench = scanBench(options);
    bench.clock.seconds += bench.microscope.moveStage({ z: -5 }) + 1;
    // 5 = f + 0.01 f^2.
    const exact = (-1 + Math.sqrt(1 + 4 * 0.01 * 5)) / 0.02;
    const found = bestFocus(bench, exact + 0.02, 0.05);
    expect(Math.abs(found - exact)).toBeLessThan(0.05);
    bench.microscope.setSpotSize(7);
    const other = (-1 + Math.sqrt(1 + 4 * 0.01 * 5.4)) / 0.02;
    expect(Math.abs(bestFocus(bench, other + 0.02, 0.05) - other)).toBeLessThan(0.05);
  });
});

describe('a tilted specimen', () => {
  const dwell = 4;
  const options = { ...film, scanStartupSeconds: 0.1 };
  const lineTime = 512 * dwell * 1e-6 + 50e-6;
  const rows = [0, 128, 256, 384, 512];
  /** Strength of the texture in four parts of the image from the top. */
  const parts = ({ data }: Exposure): number[] =>
    rows.slice(1).map((to, k) => spreadOf(data.subarray(rows[k]! * 512, to * 512)).deviation);
  const tilted = (): ReturnType<typeof scanBench> => {
    const bench = scanBench(options);
    bench.clock.seconds += bench.microscope.moveStage({ tilt: 60 }) + 5;
    return bench;
  };
  /** A ramp that follows the tilt, times a factor, late by some seconds: rows go down, where the specimen at a positive tilt is higher. */
  const ramp = (factor: number, late = 0): { focusRamp: object } => {
    const perSecond = (-factor * Math.tan(Math.PI / 3) * 0.002) / lineTime;
    const seconds = 512 * lineTime;
    return {
      focusRamp: {
        startSeconds: 0.1 + late,
        seconds,
        from: (-perSecond * seconds) / 2,
        micrometresPerSecond: perSecond,
      },
    };
  };
  const scanWith = (scan: object): number[] => parts(tilted().scan(dwell, scan));

  test('is sharp in the middle alone, and everywhere where the focus follows the lines', () => {
    const [flat] = [parts(scanBench(options).scan(dwell))];
    const plain = scanWith({});
    const followed = scanWith(ramp(1));
    const away = scanWith(ramp(-1));
    for (const k of [0, 3]) {
      expect(followed[k]! / flat[k]!).toBeGreaterThan(0.85);
      expect(plain[k]!).toBeLessThan(0.8 * followed[k]!);
      expect(away[k]!).toBeLessThan(plain[k]!);
    }
    expect(plain[1]! / plain[0]!).toBeGreaterThan(1.1);
  });

  test('a ramp that starts 100 ms late is found by its blur', () => {
    const [onTime, late] = [scanWith(ramp(1)), scanWith(ramp(1, 0.1))];
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    expect(sum(late)).toBeLessThan(0.97 * sum(onTime));
  });
});
