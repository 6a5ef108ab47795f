import { Registration } from '../../imaging/registration';
import { expose, Random, randomPatternBound, shiftBound, Texture, type TextureOptions } from '../../imaging/synthesis';
import { tellFigures } from '../support/figures';
import { inLongStatistics } from '../support/needs';

/** A series of image pairs with known shifts. */
interface Series {
  readonly rows: number;
  readonly columns: number;
  readonly countsPerPixel: number;
  readonly contrast: number;
  /** Random shifts along each axis up to this share of the side, or in random directions of exactly this share when `exact`. */
  readonly shiftShare: number;
  readonly exact?: boolean;
  /** The engine gets an expected shift, wrong by up to this many pixels along each axis; default: it gets none. */
  readonly expectedWithin?: number;
  readonly shifts: number;
  /** Pairs with new noise at each shift. */
  readonly repeats: number;
  readonly texture?: Omit<TextureOptions, 'seed'>;
}

const base: Series = {
  rows: 512,
  columns: 512,
  countsPerPixel: 200,
  contrast: 0.15,
  shiftShare: 0.1,
  shifts: 20,
  repeats: 2,
};

/** Results of a series; lengths in pixels of the images. */
interface Outcome {
  /** Root mean square error along one axis, over the pairs found within 2 pixels. */
  readonly error: number;
  /** Root mean square of the standard errors that the engine stated. */
  readonly stated: number;
  /** Cramer-Rao bounds: for a fixed pattern and for a random one. */
  readonly bound: number;
  readonly randomBound: number;
  /** Pairs whose shift was missed by more than 2 pixels, or that were refused. */
  readonly lost: number;
  readonly overlap: number;
}

const rootMean = (squares: number, count: number): number => Math.sqrt(squares / count);

/** Measures a series. The truth comes from the analytic texture alone, so the engine cannot share an error with it. */
function measure(series: Series, seed: number): Outcome {
  const { rows, columns, countsPerPixel, contrast, shiftShare, exact, expectedWithin, shifts, repeats } = series;
  const registration = new Registration();
  const random = new Random(seed);
  const texture = new Texture({ seed, waveCount: 120, ...series.texture });
  const bound = shiftBound({ texture, rows, columns, countsPerPixel, contrast });
  const randomBound = randomPatternBound({ texture, rows, columns, countsPerPixel, contrast });
  const still = texture.render(rows, columns);
  const sums = { error: 0, stated: 0, bound: 0, randomBound: 0, overlap: 0, found: 0 };
  for (let index = 0; index < shifts; index++) {
    const direction = 2 * Math.PI * random.uniform();
    const shift = exact
      ? { x: shiftShare * columns * Math.cos(direction), y: shiftShare * rows * Math.sin(direction) }
      : { x: shiftShare * columns * (2 * random.uniform() - 1), y: shiftShare * rows * (2 * random.uniform() - 1) };
    const moved = texture.render(rows, columns, { shift });
    const [limit, randomLimit] = [bound(shift), randomBound(shift)];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const reference = expose(still, { countsPerPixel, contrast, random });
      const later = expose(moved, { countsPerPixel, contrast, random });
      const off = (): number => (expectedWithin ?? 0) * (2 * random.uniform() - 1);
      const expected = expectedWithin === undefined ? undefined : { x: shift.x + off(), y: shift.y + off() };
      const found = registration.measure(later, reference, expected);
      const [x, y] = [found.x - shift.x, found.y - shift.y];
      if (Math.hypot(x, y) > 2) continue;
      const { x: statedX = 0, y: statedY = 0 } = found.standardError ?? {};
      sums.found++;
      sums.error += (x * x + y * y) / 2;
      sums.stated += (statedX ** 2 + statedY ** 2) / 2;
      sums.bound += (limit.x ** 2 + limit.y ** 2) / 2;
      sums.randomBound += (randomLimit.x ** 2 + randomLimit.y ** 2) / 2;
      sums.overlap += found.overlap;
    }
  }
  const { found } = sums;
  return {
    error: rootMean(sums.error, found),
    stated: rootMean(sums.stated, found),
    bound: rootMean(sums.bound, found),
    randomBound: rootMean(sums.randomBound, found),
    lost: shifts * repeats - found,
    overlap: sums.overlap / found,
  };
}

describe('registration of noisy images', () => {
  it('is within 0.03 px, within 1.5 times the Cramer-Rao bound, and states its error (512 square, 200 counts, contrast 15 %)', () => {
    const outcome = measure({ ...base, shiftShare: 0.25, shifts: 16 }, 1);
    expect(outcome.lost).toBe(0);
    expect(outcome.error).toBeLessThanOrEqual(0.03);
    expect(outcome.error / outcome.bound).toBeLessThanOrEqual(1.5);
    // No unbiased estimate beats the bound: a ratio well below 1 would mean that the truth or the bound is wrong.
    expect(outcome.error / outcome.bound).toBeGreaterThan(0.8);
    expect(outcome.stated / outcome.error).toBeGreaterThan(0.65);
    expect(outcome.stated / outcome.error).toBeLessThan(1.5);
  });

  it('finds shifts of 60 % of the field', () => {
    const outcome = measure({ ...base, shiftShare: 0.6, exact: true, shifts: 8, repeats: 1 }, 2);
    expect(outcome.lost).toBe(0);
    expect(outcome.error).toBeLessThanOrEqual(0.03);
  });

  it('finds shifts of 75 % of the field with a rough expected shift', () => {
    const outcome = measure({ ...base, shiftShare: 0.75, exact: true, expectedWithin: 15, shifts: 8, repeats: 1 }, 4);
    expect(outcome.lost).toBe(0);
    expect(outcome.error).toBeLessThanOrEqual(0.03);
  });

  it('works with 2 counts a pixel', () => {
    const outcome = measure({ ...base, countsPerPixel: 2, shifts: 8, repeats: 1 }, 3);
    expect(outcome.lost).toBe(0);
    expect(outcome.error).toBeLessThanOrEqual(0.1);
  });
});

interface Row {
  readonly name: string;
  readonly series: Series;
}

/** Largest accepted ratio of the error to the bound for a random pattern. */
const largestRatio = 1.5;

const rows: readonly Row[] = [
  ...[2, 10, 50, 200, 1000].map((countsPerPixel) => ({
    name: `${countsPerPixel} counts a pixel`,
    series: { ...base, countsPerPixel },
  })),
  ...[0.02, 0.05, 0.1, 0.15, 0.3].map((contrast) => ({
    name: `contrast ${100 * contrast} %`,
    series: { ...base, contrast },
  })),
  ...[0, 0.05, 0.2, 0.4, 0.6].map((shiftShare) => ({
    name: `shift ${100 * shiftShare} % of the field`,
    series: { ...base, shiftShare, exact: true },
  })),
  { name: 'shift 75 %, expected to 15 px', series: { ...base, shiftShare: 0.75, exact: true, expectedWithin: 15 } },
  ...[1, 2, 3, 4].map((binning) => ({
    name: `binned by ${binning} on the way`,
    // The band stays inside the frequencies of the binned images.
    series: {
      ...base,
      rows: 512 * binning,
      columns: 512 * binning,
      shifts: 8,
      texture: { lowestFrequency: 0.02 / binning, highestFrequency: 0.2 / binning },
    },
  })),
  {
    name: '1000 x 1000',
    series: {
      ...base,
      rows: 1000,
      columns: 1000,
      shifts: 8,
      texture: { lowestFrequency: 0.01, highestFrequency: 0.1 },
    },
  },
  {
    name: 'many scales (amplitude 1 / f)',
    series: { ...base, texture: { falloff: 1, lowestFrequency: 0.005, highestFrequency: 0.4 } },
  },
];

inLongStatistics(() =>
  describe('accuracy table', () => {
    const lines: string[] = [];
    const outcomes: Outcome[] = [];
    const format = (name: string, { error, stated, bound, randomBound, overlap, lost }: Outcome): string =>
      [
        name.padEnd(32),
        error.toFixed(5).padStart(9),
        stated.toFixed(5).padStart(9),
        bound.toFixed(5).padStart(9),
        (error / bound).toFixed(2).padStart(6),
        (error / randomBound).toFixed(2).padStart(6),
        overlap.toFixed(2).padStart(8),
        String(lost).padStart(5),
      ].join(' ');

    afterAll(() => {
      const head =
        'RMS error in pixels along one axis; bound: Cramer-Rao; /b: error / bound, /r: error / bound for a random pattern';
      const names = [
        '512 square, 200 counts, 15 %'.padEnd(32),
        'error'.padStart(9),
        'stated'.padStart(9),
        'bound'.padStart(9),
        '/b'.padStart(6),
        '/r'.padStart(6),
        'overlap'.padStart(8),
        'lost'.padStart(5),
      ].join(' ');
      process.stdout.write(`\n${head}\n${names}\n${lines.join('\n')}\n`);
      tellFigures(
        `error at most ${Math.max(...outcomes.map(({ error, randomBound }) => error / randomBound)).toFixed(2)} times the Cramer-Rao bound over ${outcomes.length} kinds of pairs`,
      );
    });

    it.each(rows)(
      '$name',
      ({ name, series }) => {
        const outcome = measure(series, 7);
        lines.push(format(name, outcome));
        outcomes.push(outcome);
        expect(outcome.lost).toBe(0);
        expect(outcome.error / outcome.randomBound).toBeLessThanOrEqual(largestRatio);
        expect(outcome.stated / outcome.error).toBeGreaterThan(0.6);
        expect(outcome.stated / outcome.error).toBeLessThan(1.6);
      },
      600_000,
    );

    it('1000 random shifts are within 0.03 px and 1.5 times the bound', () => {
      const outcome = measure({ ...base, shiftShare: 0.25, shifts: 1000, repeats: 1 }, 8);
      lines.push(format('1000 shifts up to 25 %', outcome));
      tellFigures(
        `1000 shifts of up to 25 % of the field: rms error ${outcome.error.toFixed(4)} px, ${(outcome.error / outcome.bound).toFixed(2)} times the bound`,
      );
      expect(outcome.lost).toBe(0);
      expect(outcome.error).toBeLessThanOrEqual(0.03);
      expect(outcome.error / outcome.bound).toBeLessThanOrEqual(1.5);
    }, 1_200_000);
  }),
);
