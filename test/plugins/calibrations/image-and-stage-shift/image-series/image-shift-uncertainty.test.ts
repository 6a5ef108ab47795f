import { type Matrix, type Vector, apply, scale, subtract } from '../../../../../core/base';
import {
  type PatternName,
  patterns,
  plannedPlaces,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-analysis';
import {
  type WeighedPair,
  weighImageShift,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-uncertainty';
import { normalNumbers, randomNumbers } from '../../../../../statistics/support/random-numbers';
import { verifying } from '../../../../../testing/verifying';

const truth: Matrix = { xpx: -93.496, xpy: -506.492, ypx: 480.997, ypy: -93.358 };
const steps = { x: 2.0898, y: 1.98826 };
const binning = 4;
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** Movements of the image that the setting does not cause. */
interface Disturbance {
  /** Standard error of a correlation in binned pixels. */
  readonly noise: number;
  /** Share of a step that has not arrived. */
  readonly lag: number;
  /** Share that is missing at the first image, which waits longer. */
  readonly lagOfFirst?: number;
  /** Part of it that is still missing one image later, as a share. */
  readonly memory?: number;
  /** Binned pixels a second at the start, and the seconds in which that dies away. */
  readonly decaying: Vector;
  readonly timeConstant: number;
}

/** The pairs of a series as the camera would see them, made without any of the program's fitting. */
function series(
  pattern: PatternName,
  { noise, lag, lagOfFirst = 1, memory = 0, decaying, timeConstant }: Disturbance,
  next: () => number,
) {
  const normal = normalNumbers(next);
  const times = patterns[pattern].map((_, index) => 100 + index * (2 + 0.2 * next()));
  let before: Vector = { x: 0, y: 0 };
  let older: Vector = { x: 0, y: 0 };
  const seen = patterns[pattern].map(([x, y], index) => {
    const set = { x: x * steps.x, y: y * steps.y };
    const missing = scale(subtract(set, before), index === 0 ? lag * lagOfFirst : lag);
    const reached = subtract(subtract(set, missing), older);
    before = set;
    older = scale(missing, memory);
    const onCamera = scale(apply(truth, reached), 1 / binning);
    const elapsed = times[index]! - times[0]!;
    const course = 0.05 * elapsed;
    const died = timeConstant * -Math.expm1(-elapsed / timeConstant);
    return { x: onCamera.x + course + decaying.x * died, y: onCamera.y - course + decaying.y * died };
  });
  const pairs = patterns[pattern]
    .slice(1)
    .flatMap((_, index): [number, number][] => (pattern === 'six' && index === 2 ? [[1, 4]] : [[index, index + 1]]));
  const measured = pairs.map(([earlier, later]): WeighedPair => {
    const { x, y } = subtract(seen[later]!, seen[earlier]!);
    // The correlation of 0 says that no noise is common to two pairs.
    return {
      earlier,
      later,
      shift: { x: x + noise * normal(), y: y + noise * normal() },
      correlation: 0,
      standardError: { x: noise, y: noise },
    };
  });
  return { measured, times };
}

const kinds: Readonly<Record<string, (between: (low: number, high: number) => number) => Disturbance>> = {
  'little light': (between) => ({ noise: between(0.05, 0.3), lag: 0, decaying: { x: 0, y: 0 }, timeConstant: 1 }),
  'a drift that dies away': (between) => ({
    noise: 0.02,
    lag: 0,
    decaying: { x: between(-2, 2), y: between(-2, 2) },
    timeConstant: between(4, 20),
  }),
  'steps that have not arrived': (between) => ({
    noise: 0.02,
    lag: between(0, 0.012),
    lagOfFirst: between(0.1, 1),
    memory: between(0.02, 0.1),
    decaying: { x: 0, y: 0 },
    timeConstant: 1,
  }),
};

/** A field whose distortion was measured, and is none. */
const flat = {
  radial: 0,
  spiral: 0,
  standardErrors: { radial: 0, spiral: 0 },
  misfit: { chiSquare: 0, degreesOfFreedom: 0 },
  spread: 0,
  centres: [],
};

/** The long statistics draw twice this number, and from six points too. */
const runs = verifying ? 24 : 12;
const drawnPatterns: readonly PatternName[] = verifying ? ['nine', 'six'] : ['nine'];
const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe.each(drawnPatterns)('%s points', (pattern) => {
  test.each(Object.keys(kinds))('state errors that hold with %s', (kind) => {
    const next = randomNumbers(kind.length + pattern.length);
    const between = (low: number, high: number): number => low + (high - low) * next();
    const z: number[] = [];
    let plain = 0;
    let weighed = 0;
    for (let run = 0; run < runs; run++) {
      const { measured, times } = series(pattern, kinds[kind]!(between), next);
      const rough = { ...truth, xpx: truth.xpx * 1.01, ypx: truth.ypx * 1.01 };
      const fit = weighImageShift(pattern, measured, plannedPlaces(pattern, steps), binning, rough, {
        times,
        size: { x: 512, y: 512 },
        distortion: flat,
      });
      for (const element of elements) z.push((fit.matrix[element] - truth[element]) / fit.standardErrors[element]);
      weighed += (fit.matrix.xpy - truth.xpy) ** 2;
      plain += 506.492 ** 2;
    }
    expect(Math.sqrt(weighed / plain)).toBeLessThan(0.001);
    // Of 96 components, some of them wrong together, fewer than 86 within two errors happen once in some thousand times.
    expect(z.filter((each) => Math.abs(each) <= 2).length / z.length).toBeGreaterThanOrEqual(86 / 96);
    expect(rms(z)).toBeGreaterThan(0.5);
    expect(rms(z)).toBeLessThan(1.35);
  });
});

test('without a pair that shows the drift the errors say that it may be anything', () => {
  const { measured, times } = series(
    'six',
    { noise: 0.02, lag: 0, decaying: { x: 0, y: 0 }, timeConstant: 1 },
    randomNumbers(5),
  );
  const fit = (pairs: readonly WeighedPair[]) =>
    weighImageShift('six', pairs, plannedPlaces('six', steps), binning, truth, {
      times,
      size: { x: 512, y: 512 },
      distortion: flat,
    });
  const blind = fit(measured.filter(({ earlier, later }) => later - earlier === 1));
  expect(blind.standardErrors.xpx).toBeGreaterThan(3 * fit(measured).standardErrors.xpx);
  expect(Math.abs(blind.matrix.xpx - truth.xpx)).toBeLessThan(3 * blind.standardErrors.xpx);
});

test('a distortion that was not measured is part of the errors', () => {
  const next = randomNumbers(11);
  const { measured, times } = series('six', { noise: 0.02, lag: 0, decaying: { x: 0, y: 0 }, timeConstant: 1 }, next);
  const errorWith = (distortion: typeof flat | undefined): number =>
    weighImageShift('six', measured, plannedPlaces('six', steps), binning, truth, {
      times,
      size: { x: 512, y: 512 },
      ...(distortion && { distortion }),
    }).standardErrors.xpx;
  expect(errorWith(undefined)).toBeGreaterThan(2 * errorWith(flat));
});
