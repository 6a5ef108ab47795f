import type { Exposure } from '../../../simulation';
import { scanBench, spreadOf } from './scan-bench';

const empty = { specimen: 'empty', stemReadNoiseCounts: 0 };

describe('counts of a scan', () => {
  /** Counts without any beam: the brightness at a half. */
  const blank = 2000;

  test('grow with the time on each pixel, and their noise with its root', () => {
    const bench = scanBench(empty);
    const [short, long] = [2, 8].map((dwell) => spreadOf(bench.scan(dwell).data));
    expect((long!.mean - blank) / (short!.mean - blank)).toBeCloseTo(4, 2);
    expect(long!.deviation / short!.deviation).toBeCloseTo(2, 1);
  });

  test('are those of the current: 100 pA bring 6240 electrons in 10 us', () => {
    const { mean, deviation } = spreadOf(scanBench({ ...empty, stemScatteredShare: 0 }).scan(10).data);
    // Of a Poisson process of n electrons with a gain g, the mean is g n and the deviation g times the root of n.
    expect(((mean - blank) / deviation) ** 2).toBeGreaterThan(6000);
    expect(((mean - blank) / deviation) ** 2).toBeLessThan(6480);
  });

  test('spot sizes halve the current', () => {
    const bench = scanBench(empty);
    bench.microscope.setSpotSize(5);
    const { mean } = spreadOf(bench.scan(4).data);
    bench.microscope.setSpotSize(7);
    expect((mean - blank) / (spreadOf(bench.scan(4).data).mean - blank)).toBeCloseTo(4, 1);
  });

  test('brightness moves the level without beam, contrast the gain', () => {
    const bench = scanBench(empty);
    const level = (values: { brightness?: number; contrast?: number }, blanked = false): number => {
      bench.microscope.setStemDetector('BF', { brightness: 0.5, contrast: 0.5, ...values });
      bench.microscope.setBlanked(blanked);
      bench.clock.seconds += 1;
      return spreadOf(bench.scan(2).data).mean;
    };
    expect(level({ brightness: 0.6 }, true) - level({}, true)).toBeCloseTo(4000, -1);
    expect(level({}, true)).toBeCloseTo(blank, -1);
    expect((level({ contrast: 0.6 }) - blank) / (level({}) - blank)).toBeCloseTo(100 ** 0.1, 2);
    expect(() => bench.microscope.setStemDetector('BF', { contrast: 1.2 })).toThrow(/contrast of the detector BF/);
  });

  test('bright and dark fields see what the other does not', () => {
    const { detectors } = scanBench({ specimen: 'film', contrast: 0.15 }).scan(20, {
      detectors: ['BF', 'ADF', 'HAADF'],
    });
    const [bright, dark, high] = ['BF', 'ADF', 'HAADF'].map((name) => detectors![name]!);
    const correlation = (a: Uint16Array, b: Uint16Array): number => {
      const [first, second] = [spreadOf(a), spreadOf(b)];
      let sum = 0;
      a.forEach((value, at) => (sum += (value - first.mean) * (b[at]! - second.mean)));
      return sum / a.length / first.deviation / second.deviation;
    };
    expect(correlation(bright!, dark!)).toBeLessThan(-0.8);
    expect(correlation(dark!, high!)).toBeGreaterThan(0.6);
  });

  test('a detector that is out sees nothing, and for some seconds after it was inserted', () => {
    const bench = scanBench({ ...empty, stemInsertionSeconds: 3 });
    const lit = (): boolean => spreadOf(bench.scan(2).data).mean > blank + 100;
    expect(lit()).toBe(true);
    bench.microscope.setStemDetectorInserted('BF', false);
    expect(lit()).toBe(false);
    bench.microscope.setStemDetectorInserted('BF', true);
    bench.clock.seconds += 2.9;
    expect(lit()).toBe(false);
    bench.clock.seconds += 0.2;
    expect(lit()).toBe(true);
  });
});

/** Share of the lines of an image, from the first one that is bright; the first pixels of a line count as parts of it. */
function brightShare({ data, width, height }: Exposure, dark: number, bright: number): number {
  const first = data.findIndex((value) => value > (dark + bright) / 2);
  return first < 0 ? 0 : 1 - first / (width * height);
}

describe('the times of a scan', () => {
  const [flyback, startup] = [180, 0.12];
  const options = { ...empty, flybackMicroseconds: flyback, scanStartupSeconds: startup };

  /** An image of 1.2 s with the beam off until `after` seconds from its request. */
  function blankedUntil(bench: ReturnType<typeof scanBench>, after: number, exposure = 1.2): Exposure {
    const start = bench.clock.seconds;
    bench.microscope.setBlanked(true);
    bench.clock.seconds = start + after;
    bench.microscope.setBlanked(false);
    bench.clock.seconds = start + 100;
    return bench.microscope.expose({ camera: 0, binning: 1, exposure, scan: {}, atTime: start });
  }

  /** Straight line of the bright share over the time at which the beam came on: its slope is minus one over the time of all lines. */
  function measured(bench: ReturnType<typeof scanBench>, exposure = 1.2): { flyback: number; startup: number } {
    const points = [0.3, 0.5, 0.7, 0.9].map((after): [number, number] => {
      const time = after * exposure;
      return [time, brightShare(blankedUntil(bench, time, exposure), 2000, 9000)];
    });
    const mean = (of: (point: [number, number]) => number): number =>
      points.reduce((s, p) => s + of(p) / points.length, 0);
    const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
    const slope = mean(([x, y]) => (x - mx) * (y - my)) / mean(([x]) => (x - mx) ** 2);
    return {
      flyback: (1e6 * (-1 / slope - exposure)) / 512,
      startup: mx + (1 - my) / slope,
    };
  }

  test('flyback and start-up follow from the lines that are dark because the beam came late', () => {
    const found = measured(scanBench(options));
    expect(Math.abs(found.flyback / flyback - 1)).toBeLessThan(0.02);
    expect(Math.abs(found.startup - startup)).toBeLessThan(0.01);
  });

  test('the blanker takes its time', () => {
    const found = measured(scanBench({ ...options, unblankingLatencySeconds: 0.03 }));
    expect(Math.abs(found.startup - startup + 0.03)).toBeLessThan(0.01);
    expect(Math.abs(found.flyback / flyback - 1)).toBeLessThan(0.02);
  });

  test('the flyback grows with the time on the pixels, less beyond a knee, and is another one about some times', () => {
    const bench = scanBench({
      ...options,
      flybackMicrosecondsPerSecond: 100,
      flybackKneeSeconds: 2,
      flybackMicrosecondsPerSecondBeyond: 20,
      flybackSpecialExposures: [[3, 1.3]],
    });
    const times: readonly (readonly [number, number])[] = [
      [1.2, flyback + 120],
      [2, flyback + 200],
      [3, (flyback + 220) * 1.3],
      [5, flyback + 260],
    ];
    for (const [exposure, expected] of times)
      expect(Math.abs(measured(bench, exposure).flyback / expected - 1)).toBeLessThan(0.03);
  });

  test('the start spreads evenly between its limits', () => {
    const bench = scanBench({ ...options, scanStartupSpreadSeconds: 0.02 });
    const starts = Array.from({ length: 200 }, () => {
      const plan = bench.microscope.planScan({ columns: 512, rows: 512, exposure: 1, binning: 1 });
      return plan.startup;
    });
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(0.1);
    expect(Math.max(...starts)).toBeLessThanOrEqual(0.14);
    expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(0.038);
    const { mean } = spreadOf(starts);
    expect(Math.abs(mean - startup)).toBeLessThan(0.004);
  });

  test('binning and mag index change the flyback where they are said to', () => {
    const bench = scanBench({ ...options, flybackGrowthPerBinning: 0.1, flybackGrowthPerMagIndex: -0.002 });
    const flybackAt = (binning: number): number =>
      bench.microscope.planScan({ columns: 128, rows: 128, exposure: 1, binning }).flyback * 1e6;
    expect(flybackAt(1)).toBeCloseTo(flyback * (1 - 0.002 * 17), 6);
    expect(flybackAt(4)).toBeCloseTo(flyback * 1.2 * (1 - 0.002 * 17), 6);
    bench.microscope.setMagnification(25);
    expect(flybackAt(1)).toBeCloseTo(flyback * (1 - 0.002 * 25), 6);
  });
});
