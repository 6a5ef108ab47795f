import { type Vector, apply, scale, subtract } from '../../../../../core/base';
import {
  type PatternName,
  fitImageShift,
  patterns,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-analysis';
import { weighImageShift } from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-uncertainty';
import {
  checkFresh,
  unexplainedRange,
  withFreshErrors,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-shift/fresh-check';
import { normalNumbers, randomNumbers } from '../../../../../statistics/support/random-numbers';
import { binning, elements, measuredPairs, steps, straight, truth } from './made-shifts';

/** Seconds from a step to its image, and from there to the next step. */
const [before, after] = [2.25, 0.55];

/** Steps of which a share is missing at first and comes in by `exp(-(t/T)^b)`: with a `b` below 1 the end is slow. */
interface Late {
  readonly share: number;
  readonly seconds: number;
  readonly stretch: number;
}

/** Errors of a calibration in its stated ones, and in percent of the largest element, where the steps arrive late. */
function calibrate(pattern: PatternName, { share, seconds, stretch }: Late, seed: number) {
  const next = randomNumbers(seed);
  const normal = normalNumbers(next);
  const drift = { x: 0.2 * next() - 0.1, y: 0.2 * next() - 0.1 };
  const asked: { readonly place: Vector; readonly time: number }[] = [{ place: { x: 0, y: 0 }, time: -1e6 }];
  let time = 0;
  const take = (name: PatternName, wait: number) =>
    patterns[name].map(([right, up]) => {
      const place = { x: right * steps.x, y: up * steps.y };
      asked.push({ place, time });
      time += wait;
      let missing: Vector = { x: 0, y: 0 };
      for (const [index, each] of asked.entries()) {
        const step = subtract(each.place, asked[Math.max(0, index - 1)]!.place);
        const left = share * Math.exp(-(((time - each.time) / seconds) ** stretch));
        missing = { x: missing.x + left * step.x, y: missing.y + left * step.y };
      }
      const seen = scale(apply(truth, subtract(place, missing)), 1 / binning);
      const taken = { place, time, seen: { x: seen.x + drift.x * time, y: seen.y + drift.y * time } };
      time += after;
      return taken;
    });
  const pairsOf = (name: PatternName, taken: ReturnType<typeof take>) =>
    measuredPairs(
      name,
      taken.map(({ seen }) => seen),
      normal,
      0.6,
    );
  const series = take(pattern, before);
  const pairs = pairsOf(pattern, series);
  const [places, times] = [series.map(({ place }) => place), series.map((each) => each.time)];
  const rough = fitImageShift(pattern, pairs, places, binning);
  const weighed = weighImageShift(pattern, pairs, places, binning, rough.matrix, {
    times,
    size: { x: 512, y: 512 },
    distortion: straight,
  });
  const patience = Math.min(60, Math.max(5, 5 * (weighed.slowSeconds ?? 0)));
  time += patience;
  const again = take('check', patience);
  const check = {
    pairs: pairsOf('check', again),
    places: again.map(({ place }) => place),
    times: again.map((each) => each.time),
  };
  const fresh = checkFresh(weighed, check, binning, (times.at(-1)! - times[0]!) / (times.length - 1));
  const { matrix, standardErrors } = withFreshErrors(
    weighed,
    fresh,
    unexplainedRange(rough.range, pairs, steps, binning),
  );
  const off = elements.map((element) => Math.abs(matrix[element] - truth[element]));
  return {
    percent: (100 * Math.max(...off)) / 506.5,
    normalized: Math.max(...elements.map((element, index) => off[index]! / standardErrors[element])),
    statedPercent: (100 * Math.max(...elements.map((element) => standardErrors[element]))) / 506.5,
  };
}

const arrivals: readonly Late[] = [
  { share: 0.13, seconds: 1.2, stretch: 0.44 },
  { share: 0.09, seconds: 1.5, stretch: 0.46 },
  { share: 0.17, seconds: 2.8, stretch: 0.52 },
];

describe.each(['six', 'nine'] as const)('after %s images', (pattern) => {
  test('the errors hold the slow end of steps that arrive late', () => {
    for (const [index, each] of arrivals.entries())
      expect(calibrate(pattern, each, index + 1).normalized).toBeLessThan(pattern === 'nine' ? 2 : 2.5);
  });
});

test('steps that have arrived leave errors as small as before', () => {
  const { percent, statedPercent } = calibrate('nine', { share: 0.02, seconds: 0.3, stretch: 1 }, 4);
  expect(percent).toBeLessThan(0.03);
  expect(statedPercent).toBeLessThan(0.05);
});
