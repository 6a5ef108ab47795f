import { columnMeans, gratingOf, lineShifts, scanBench } from './scan-bench';

/** Straight line through points, which count by their weights. */
function lineThrough(
  points: readonly (readonly [x: number, y: number])[],
  weightOf: (y: number) => number = () => 1,
): { slope: number; intercept: number } {
  const total = points.reduce((sum, [, y]) => sum + weightOf(y), 0);
  const mean = (of: (x: number, y: number) => number): number =>
    points.reduce((sum, [x, y]) => sum + weightOf(y) * of(x, y), 0) / total;
  const [mx, my] = [mean((x) => x), mean((_, y) => y)];
  const slope = mean((x, y) => (x - mx) * (y - my)) / mean((x) => (x - mx) ** 2);
  return { slope, intercept: my - slope * mx };
}

/** Amplitude and frequency in hertz of the strongest sine in values that are `step` seconds apart, between two frequencies. */
function strongestSine(
  values: readonly number[],
  step: number,
  from: number,
  to: number,
): { frequency: number; amplitude: number } {
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  const best = { frequency: 0, amplitude: 0 };
  for (let frequency = from; frequency <= to; frequency += 0.05) {
    let real = 0;
    let imaginary = 0;
    values.forEach((value, k) => {
      const window = 1 - Math.cos((2 * Math.PI * (k + 0.5)) / values.length);
      real += (value - mean) * window * Math.cos(2 * Math.PI * frequency * k * step);
      imaginary += (value - mean) * window * Math.sin(2 * Math.PI * frequency * k * step);
    });
    const amplitude = (2 * Math.hypot(real, imaginary)) / values.length;
    if (amplitude > best.amplitude) Object.assign(best, { frequency, amplitude });
  }
  return best;
}

/** Middles of the dark lines of a profile, between the edges where it falls and where it rises. */
function darkLines(profile: Float64Array): number[] {
  const falling = risingEdges(profile.map((value) => -value));
  return risingEdges(profile).flatMap((right) => {
    const left = falling.findLast((each) => each < right);
    return left === undefined ? [] : [(left + right) / 2];
  });
}

/** Places where a profile rises through half of its height. */
function risingEdges(profile: Float64Array): number[] {
  const [low, high] = [Math.min(...profile), Math.max(...profile)];
  const level = (low + high) / 2;
  const edges: number[] = [];
  for (let k = 1; k < profile.length; k++) {
    const [before, here] = [profile[k - 1]!, profile[k]!];
    if (before < level && here >= level) edges.push(k - 0.5 + (level - before) / (here - before));
  }
  return edges;
}

describe('lag after the flyback', () => {
  test.each([
    [25, 0.05],
    [40, 0.02],
    [50, -0.02],
  ])('falls with %p us, as the edges of a grating in a fast scan tell against a slow one', (time, share) => {
    const flyback = 50;
    const bench = scanBench({
      ...gratingOf(12),
      scanLagMicroseconds: time,
      scanLagFieldShare: share,
      flybackMicroseconds: flyback,
    });
    // A probe a little out of focus blurs the edges, so that their places do not depend on the pixels.
    bench.microscope.setDefocus(0.4);
    const homes = darkLines(columnMeans(bench.scan(100)));
    const points = darkLines(columnMeans(bench.scan(1))).flatMap((seen): (readonly [number, number])[] => {
      const home = homes.reduce((near, each) => (Math.abs(each - seen) < Math.abs(near - seen) ? each : near));
      const behind = (seen - home) * Math.sign(share);
      return behind > 0.05 ? [[flyback + seen, Math.log(behind)]] : [];
    });
    expect(points.length).toBeGreaterThan(4);
    const { slope, intercept } = lineThrough(points, (logarithm) => Math.exp(2 * logarithm));
    expect(Math.abs(-1 / slope / time - 1)).toBeLessThan(0.05);
    // At the start of the flyback the probe is behind by this share of the field.
    expect(Math.abs(Math.exp(intercept) / 512 / Math.abs(share) - 1)).toBeLessThan(0.15);
  });

  test('a probe that is behind by a time moves the image by its speed', () => {
    const bench = scanBench({ ...gratingOf(16), scanDelayMicroseconds: 20 });
    const [slow] = lineShifts(bench.scan(100), 16);
    const [fast] = lineShifts(bench.scan(5), 16);
    // The phase tells the shift but for whole periods.
    expect((fast! - slow! + 16) % 16).toBeCloseTo(20 / 5 - 20 / 100, 1);
  });
});

describe('hum of the mains', () => {
  // 4.33 ms a line, so that 50 Hz is well below half of the rate of the lines.
  const dwell = 8;
  const options = { ...gratingOf(16), scanHumNm: [3, 0], flybackMicroseconds: 234 };
  const lineTime = 512 * dwell * 1e-6 + 234e-6;

  test.each([50, 60])('is found at %p Hz with its amplitude', (mains) => {
    const shifts = lineShifts(scanBench({ ...options, mainsHertz: mains }).scan(dwell), 16);
    const { frequency, amplitude } = strongestSine(shifts, lineTime, 20, 110);
    expect(frequency).toBeCloseTo(mains, 0);
    // The phase of a line is a mean over it, with the window of the measurement.
    const active = 512 * dwell * 1e-6;
    let weight = 0;
    let through = 0;
    for (let k = 0; k < 1000; k++) {
      const window = 1 - Math.cos((2 * Math.PI * (k + 0.5)) / 1000);
      weight += window;
      through += window * Math.cos(2 * Math.PI * mains * active * ((k + 0.5) / 1000 - 0.5));
    }
    expect(amplitude / ((3 / 2) * (through / weight))).toBeCloseTo(1, 1);
  });

  test('is gone from line to line when lines wait for the mains', () => {
    const bench = scanBench(options);
    const free = strongestSine(lineShifts(bench.scan(dwell), 16), lineTime, 20, 110);
    const synchronous = strongestSine(lineShifts(bench.scan(dwell, { lineSync: true }), 16), 0.02, 1, 24);
    expect(synchronous.amplitude).toBeLessThan(free.amplitude / 50);
  });

  test('lines that wait last whole periods of it', () => {
    const { record } = scanBench(options).scan(dwell, { lineSync: true });
    const { lines, duration } = record.scan!;
    expect(lines[1]).toBeCloseTo(0.02, 9);
    expect(lines[511]).toBeCloseTo(511 * 0.02, 6);
    expect(duration).toBeGreaterThan(511 * 0.02);
  });
});

describe('scan noise', () => {
  test('has its rms displacement and falls with the root of the frequency', () => {
    let square = 0;
    let count = 0;
    const low: number[] = [];
    const high: number[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const bench = scanBench({ ...gratingOf(16), scanNoiseNm: 1.5, scanNoiseHertz: 100 }, seed);
      // 0.56 ms a line: the mean over a line takes hardly anything away.
      const shifts = lineShifts(bench.scan(1), 16);
      const home = shifts.reduce((s, v) => s + v, 0) / shifts.length;
      for (const shift of shifts) square += (shift - home) ** 2;
      count += shifts.length;
      const step = 512e-6 + 50e-6;
      low.push(powerBetween(shifts, step, 8, 30));
      high.push(powerBetween(shifts, step, 60, 95));
    }
    // A scan of 0.29 s holds the waves of more than some hertz alone.
    expect(Math.sqrt(square / count) * 2).toBeGreaterThan(1.1);
    expect(Math.sqrt(square / count) * 2).toBeLessThan(1.7);
    const ratio = low.reduce((s, v) => s + v, 0) / high.reduce((s, v) => s + v, 0);
    // The powers go as 1/f: 77.5 Hz against 19 Hz.
    expect(ratio).toBeGreaterThan(2);
    expect(ratio).toBeLessThan(9);
  });
});

/** Mean power of values between two frequencies. */
function powerBetween(values: readonly number[], step: number, from: number, to: number): number {
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  let sum = 0;
  let count = 0;
  for (let frequency = from; frequency <= to; frequency += 1) {
    let real = 0;
    let imaginary = 0;
    values.forEach((value, k) => {
      const window = 1 - Math.cos((2 * Math.PI * (k + 0.5)) / values.length);
      real += (value - mean) * window * Math.cos(2 * Math.PI * frequency * k * step);
      imaginary += (value - mean) * window * Math.sin(2 * Math.PI * frequency * k * step);
    });
    sum += real * real + imaginary * imaginary;
    count++;
  }
  return sum / count;
}

describe('drift during a scan', () => {
  test('shears the lines by the way that the specimen goes in the time of each', () => {
    const bench = scanBench({ ...gratingOf(16), driftNmPerSecond: [4, 0] });
    const image = bench.scan(5);
    const shifts = lineShifts(image, 16);
    const { slope } = lineThrough(shifts.map((shift, row) => [row, shift]));
    const lineTime = 512 * 5e-6 + 50e-6;
    // The displacement of the specimen moves the image the other way, as on every camera.
    expect((slope * 2) / lineTime).toBeCloseTo(-4, 1);
  });

  test('along the slow axis makes the image longer or shorter', () => {
    const still = risingEdges(rowMeans(scanBench(gratingOf(16)).scan(5)));
    const moving = risingEdges(rowMeans(scanBench({ ...gratingOf(16), driftNmPerSecond: [0, 20] }).scan(5)));
    const pitch = (edges: readonly number[]): number => (edges.at(-1)! - edges[0]!) / (edges.length - 1);
    // Lines go down by a pixel of 2 nm in their time, in which the image of the specimen goes down by this much.
    const speed = (20 * (512 * 5e-6 + 50e-6)) / 2;
    expect(pitch(moving) / pitch(still)).toBeCloseTo(1 / (1 - speed), 3);
  });
});

/** The means of the rows of an image. */
function rowMeans({ data, width, height }: Parameters<typeof columnMeans>[0]): Float64Array {
  const means = new Float64Array(height);
  data.forEach((value, at) => (means[Math.floor(at / width)]! += value / width));
  return means;
}
