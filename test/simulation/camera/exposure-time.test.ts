import { bench, moments, type Bench } from '../bench';

/** A camera without noise of its own, so that the mean of its counts is the light that came in. */
const bright = { readNoiseCounts: 0, gainVariation: 0, specimen: 'empty', electronsPerFieldPixelPerSecond: 20_000 };
const exposed = (options: object = {}, seed = 1): Bench => {
  const given = bench({ ...bright, ...options }, seed);
  given.microscope.setMagnification(17);
  return given;
};
type Act = readonly [seconds: number, act: (microscope: Bench['microscope']) => void];

/** Takes an image as a camera does: the clock runs through the exposure, things happen meanwhile, and the counts are there at its end. */
function take({ microscope, clock }: Bench, exposure: number, acts: readonly Act[] = [], camera = 0) {
  const began = clock.seconds;
  for (const [seconds, act] of acts) {
    clock.seconds = began + seconds;
    act(microscope);
  }
  clock.seconds = began + exposure;
  return microscope.expose({ camera, binning: 1, exposure, atTime: began });
}
const meanOf = ({ data }: { readonly data: Uint16Array }): number => moments(data).mean;
const blank: Act[1] = (microscope) => microscope.setBlanked(true);
const unblank: Act[1] = (microscope) => microscope.setBlanked(false);

/** The straight line through points by least squares. */
function line(points: readonly (readonly [number, number])[]): { slope: number; intercept: number } {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((total, point) => total + of(point), 0) / points.length;
  const [x, y] = [mean(([each]) => each), mean(([, each]) => each)];
  const slope = mean(([a, b]) => (a - x) * (b - y)) / mean(([a]) => (a - x) ** 2);
  return { slope, intercept: y - slope * x };
}

describe('an image holds the light of the time in which nothing was in the way', () => {
  const whole = meanOf(take(exposed(), 0.5));

  test.each<[string, readonly Act[], number]>([
    [
      'a beam that comes late',
      [
        [0, blank],
        [0.2, unblank],
      ],
      0.6,
    ],
    ['a beam that goes early', [[0.1, blank]], 0.2],
    [
      'several gaps',
      [
        [0.05, blank],
        [0.15, unblank],
        [0.3, blank],
        [0.4, unblank],
      ],
      0.6,
    ],
    [
      'a screen that goes up within a time without beam',
      [
        [0, (microscope) => microscope.setScreen(true)],
        [0.1, blank],
        [0.2, (microscope) => microscope.setScreen(false)],
        [0.3, unblank],
      ],
      0.4,
    ],
    ['no beam at all', [[0, blank]], 0],
  ])('with %s', (_, acts, share) => {
    const image = take(exposed(), 0.5, acts);
    expect(meanOf(image) / whole).toBeCloseTo(share, 2);
    expect(image.record.lit).toBeCloseTo(0.5 * share, 9);
    expect(image.record.dose / take(exposed(), 0.5).record.dose).toBeCloseTo(share, 9);
  });

  test('and later than the command where the blanker and the screen are slow', () => {
    const slow = { blankingLatencySeconds: 0.01, unblankingLatencySeconds: 0.03, screenRiseSeconds: 0.15 };
    const gap = take(exposed(slow), 0.5, [
      [0.1, blank],
      [0.2, unblank],
    ]);
    expect(meanOf(gap) / whole).toBeCloseTo(1 - (0.1 - 0.01 + 0.03) / 0.5, 2);
    const screen = take(exposed(slow), 0.5, [
      [0, (microscope) => microscope.setScreen(true)],
      [0.1, (microscope) => microscope.setScreen(false)],
    ]);
    expect(meanOf(screen) / whole).toBeCloseTo(0.5, 2);
  });

  test('of a specimen where it was while it was lit', () => {
    const drifting = { specimen: 'film', driftNmPerSecond: [200, 0] };
    const { drift } = take(exposed(drifting), 1, [
      [0, blank],
      [0.6, unblank],
    ]).record;
    // The middle of the light is at 0.8 s.
    expect(drift.x).toBeCloseTo(0.16, 6);
  });
});

describe('the time before an exposure', () => {
  /** Start-up delays that a camera shows, by the share of the light that is cut off when the beam comes on at a known time after the request. */
  function measured(options: object, { exposure = 0.4, unblankAt = 0.8, shots = 200 } = {}): readonly number[] {
    const given = exposed(options);
    const { microscope, clock } = given;
    const full = meanOf(take(given, exposure));
    return Array.from({ length: shots }, () => {
      const requested = (clock.seconds += 1);
      microscope.setBlanked(true);
      const began = requested + microscope.requestExposure(0, { startup: 0.5, builtIn: 0.1 });
      clock.seconds = requested + unblankAt;
      microscope.setBlanked(false);
      clock.seconds = began + exposure;
      const share = meanOf(microscope.expose({ camera: 0, binning: 1, exposure, atTime: began })) / full;
      return unblankAt - (1 - share) * exposure;
    });
  }
  const range = (delays: readonly number[]): [number, number] => [Math.min(...delays), Math.max(...delays)];

  test('is that of the properties by default', () => {
    const [least, most] = range(measured({}, { unblankAt: 0.7, shots: 5 }));
    expect(least).toBeCloseTo(0.6, 2);
    expect(most).toBeCloseTo(0.6, 2);
  });

  test('scatters evenly about its mean', () => {
    const delays = measured({
      startupDelaySeconds: 0.5,
      builtInSettlingErrorSeconds: 0.02,
      startupSpreadSeconds: 0.03,
    });
    const [least, most] = range(delays);
    expect(least).toBeCloseTo(0.591, 2);
    expect(most).toBeCloseTo(0.649, 2);
    const { mean, variance } = moments(delays);
    expect(Math.abs(mean - 0.62)).toBeLessThan(0.004);
    // An even spread of half-width 0.03 has a standard deviation of 0.03 / sqrt(3).
    expect(Math.sqrt(variance) / (0.03 / Math.sqrt(3))).toBeCloseTo(1, 1);
  });

  test('is later by an error, and by the blanker that opens late', () => {
    const [late] = measured({ startupErrorSeconds: 0.05 }, { shots: 1 });
    expect(late).toBeCloseTo(0.65, 2);
    const [early] = measured({ unblankingLatencySeconds: 0.04 }, { shots: 1 });
    // A later beam looks like an earlier exposure.
    expect(early).toBeCloseTo(0.56, 2);
  });
});

describe('the time of an exposure', () => {
  test('is without the dead time: a line through exposure against counts crosses zero there', () => {
    const given = exposed({ cameraDeadSeconds: 0.012 });
    const points = [0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1].map(
      (exposure) => [meanOf(take(given, exposure)), exposure] as const,
    );
    expect(line(points).intercept).toBeCloseTo(0.012, 4);
  });

  test('is a whole number of the read-outs of a sensor that runs freely, and begins with one', () => {
    const given = exposed({ readoutIntervalSeconds: 0.025 });
    const perReadout = meanOf(take(given, 0.025));
    for (const [asked, readouts] of [
      [0.04, 2],
      [0.06, 2],
      [0.3, 12],
      [0.001, 1],
    ] as const)
      expect(meanOf(take(given, asked)) / perReadout).toBeCloseTo(readouts, 1);
    // The request comes 10 ms after a read-out, so the beam that goes off 40 ms later is there for 25 ms of two read-outs.
    given.clock.seconds = 40.01;
    expect(meanOf(take(given, 0.05, [[0.04, blank]])) / perReadout).toBeCloseTo(1, 1);
  });

  test('comes to the rows of a rolling sensor one after the other', () => {
    const given = exposed({ rollingReadoutSeconds: 0.2 });
    const { data, width, height } = take(given, 0.5, [[0.4, blank]]);
    const means = Array.from(
      { length: height },
      (_, row) => moments(data.subarray(row * width, (row + 1) * width)).mean,
    );
    const full = meanOf(take(exposed(), 0.5));
    means.forEach((mean, row) => {
      expect(mean / full).toBeCloseTo((0.4 - (0.2 * (row + 0.5)) / height) / 0.5, 1);
    });
    const { slope } = line(means.map((mean, row) => [(row + 0.5) / height, mean / full]));
    expect(slope).toBeCloseTo(-0.4, 2);
  });

  test('of a scan comes to one row after the other: a beam that comes late leaves dark lines at the top', () => {
    const given = bench({ ...bright }, 1, (truth) => ({
      ...truth,
      cameras: truth.cameras.map((camera) => ({ ...camera, stem: true })),
    }));
    given.microscope.setMagnification(17);
    const { data, width, height } = take(given, 2, [
      [0, blank],
      [0.75, unblank],
    ]);
    const row = (at: number): number => moments(data.subarray(at * width, (at + 1) * width)).mean;
    const dark = Math.round(0.375 * height);
    expect([row(0), row(dark - 1)]).toEqual([0, 0]);
    expect(row(dark) / row(height - 1)).toBeCloseTo(1, 1);
  });

  test('adds up read-outs each of which saturates by itself', () => {
    const options = { saturationCountsPerReadout: 400, readoutIntervalSeconds: 0.1 };
    const given = exposed({ ...options, electronsPerFieldPixelPerSecond: 40_000 });
    expect(meanOf(take(given, 0.1))).toBe(400);
    expect(meanOf(take(given, 0.5))).toBe(2000);
    // Below that nothing is cut.
    const dim = exposed({ ...options, electronsPerFieldPixelPerSecond: 3000 });
    expect(meanOf(take(dim, 0.5)) / meanOf(take(dim, 0.1))).toBeCloseTo(5, 1);
  });
});
