import { type Vector, apply, length, firstColumn, scale } from '../../../../../core/base';
import {
  type PatternName,
  fitImageShift,
  patterns,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-analysis';
import {
  type WeighedFit,
  weighImageShift,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-uncertainty';
import {
  checkFresh,
  freshEvidence,
  unexplainedRange,
  withFreshErrors,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-shift/fresh-check';
import { normalNumbers, randomNumbers } from '../../../../../statistics/support/random-numbers';
import { binning, elements, measuredPairs, steps, straight, truth } from './made-shifts';

/** Coils that stand elsewhere than asked: the places where they stand for those that were asked one after the other. */
type Coils = (asked: readonly Vector[]) => readonly Vector[];

const obedient: Coils = (asked) => asked;
const bent =
  (share: number): Coils =>
  (asked) =>
    asked.map(({ x, y }) => ({ x: x * (1 + share * (x / steps.x) ** 2), y: y * (1 + share * (y / steps.y) ** 2) }));
const stepped =
  (step: number): Coils =>
  (asked) =>
    asked.map(({ x, y }) => ({ x: Math.round(x / step) * step, y: Math.round(y / step) * step }));
function sticking(play: number): Coils {
  return (asked) => {
    let [left, up] = [0, 0];
    return asked.map(({ x, y }) => {
      left = Math.min(x + play / 2, Math.max(x - play / 2, left));
      up = Math.min(y + play / 2, Math.max(y - play / 2, up));
      return { x: left, y: up };
    });
  };
}

/** Measures with a pattern and then with the check, as the camera would see it. */
function measure(pattern: PatternName, coils: Coils, { seed = 1, drift = 0.1, drifting = 0.1 } = {}) {
  const next = randomNumbers(seed);
  const normal = normalNumbers(next);
  const names = [pattern, 'check'] as const;
  const asked = names.map((name) => patterns[name].map(([x, y]) => ({ x: x * steps.x, y: y * steps.y })));
  const stands = coils(asked.flat());
  const series = names.map((name, which) => {
    const interval = which === 0 ? 4 : 6;
    const rate = which === 0 ? drift : drifting;
    const times = patterns[name].map((_, index) => index * interval);
    const seen = times.map((time, index) => {
      const { x, y } = scale(apply(truth, stands[which * asked[0]!.length + index]!), 1 / binning);
      return { x: x + (rate * time) / 4, y: y - (rate * time) / 4 };
    });
    const pairs = measuredPairs(name, seen, normal, 0);
    return { pairs, times, places: asked[which]! };
  });
  const [first, check] = series as [(typeof series)[0], (typeof series)[0]];
  const rough = fitImageShift(pattern, first.pairs, first.places, binning).matrix;
  const fit = weighImageShift(pattern, first.pairs, first.places, binning, rough, {
    times: first.times,
    size: { x: 512, y: 512 },
    distortion: straight,
  });
  const fresh = checkFresh(fit, check, binning, 4);
  return { fit, fresh, grown: withFreshErrors(fit, fresh) };
}

/** The largest error over the stated one, and the largest stated one in percent. */
const farthest = ({ matrix, standardErrors }: Pick<WeighedFit, 'matrix' | 'standardErrors'>): number =>
  Math.max(...elements.map((element) => Math.abs(matrix[element] - truth[element]) / standardErrors[element]));
const statedPercent = ({ standardErrors }: Pick<WeighedFit, 'standardErrors'>): number =>
  (100 * Math.max(...elements.map((element) => standardErrors[element]))) / length(firstColumn(truth));

const seeds = [1, 2];

describe.each(['six', 'nine'] as const)('after %s images', (pattern) => {
  test('coils that go where they are sent are confirmed, and the errors stay small', () => {
    const all = seeds.map((seed) => measure(pattern, obedient, { seed }));
    for (const { fresh, grown } of all) {
      expect(freshEvidence(fresh)).toBeUndefined();
      expect(fresh.percent).toBeLessThan(0.2);
      expect(statedPercent(grown)).toBeLessThan(0.2);
    }
    expect(all.filter(({ fresh }) => fresh.unexplained === 0).length).toBeGreaterThan(1);
  });

  test.each([
    ['act by 1 % less the farther they go', bent(-0.01)],
    ['go in steps that they do not report', stepped(0.13)],
    ['stay back after a turn by 0.5 % of a step', sticking(0.01)],
    ['stay back after a turn by 4 % of a step', sticking(0.08)],
  ])('the errors hold where coils %s', (_, coils) => {
    for (const seed of seeds) expect(farthest(measure(pattern, coils, { seed }).grown)).toBeLessThan(3);
  });

  test('a drift that has changed is not taken for a fault of the coils', () => {
    for (const seed of seeds) {
      const { fresh } = measure(pattern, obedient, { seed, drift: 2, drifting: 0.2 });
      expect(freshEvidence(fresh)).toBeUndefined();
    }
  });
});

test('only the fresh places show a response that is bent or goes in steps alike on both sides', () => {
  for (const coils of [bent(-0.01), stepped(0.13)]) {
    const { fit, grown } = measure('nine', coils);
    expect(farthest(fit)).toBeGreaterThan(8);
    expect(farthest(grown)).toBeLessThan(3);
  }
});

test('a large difference is doubtful, a very large one refused, and one within the errors neither', () => {
  const of = (percent: number, significance: number) =>
    freshEvidence({ percent, significance, unexplained: 0 })?.verdict;
  expect([of(0.9, 9), of(1.1, 9), of(11, 9), of(11, 1.5)]).toEqual([undefined, 'doubtful', 'refused', undefined]);
});

test('equal steps that differ by more than the noise of the pairs leave half of that in doubt', () => {
  const pairs = [{ standardError: { x: 0.03, y: 0.02 } }, { standardError: { x: 0.02, y: 0.05 } }];
  // Three times 0.05 binned pixels of 4 over a step of 2 units are 0.3 pixels for one unit.
  expect(unexplainedRange(0.3, pairs, steps, binning)).toBe(0);
  expect(unexplainedRange(10, pairs, steps, binning)).toBeCloseTo(5, 1);
  const { fit, fresh } = measure('nine', obedient);
  const grown = withFreshErrors(fit, fresh, 5);
  expect(grown.standardErrors.xpy).toBeGreaterThan(4.5);
  expect(grown.matrix).toEqual(fit.matrix);
});
