import { type Vector, vector } from '../../../../../core/base';
import { findDelayFactor } from '../../../../../plugins/calibrations/image-and-stage-shift/settling/settling-search';
import { normalNumbers, randomNumbers } from '../../../../../statistics/support/random-numbers';

/** Parts of a settling: nanometres at the factor 0, and the factor in which it falls to 1/e. */
type Parts = readonly (readonly [nanometres: number, factor: number])[];

/** A column that settles in some parts, with noise, and what it does without. */
function column(
  seed: number,
  parts: Parts,
  { plateau = vector(0, 0), noise = 0.3, ratio = 0.8 }: { plateau?: Vector; noise?: number; ratio?: number } = {},
) {
  const next = randomNumbers(seed);
  const normal = normalNumbers(next);
  const settling = (factor: number): number =>
    parts.reduce((sum, [nanometres, fall]) => sum + nanometres * Math.exp(-factor / fall), 0);
  let series = 0;
  return {
    settling,
    get series() {
      return series;
    },
    measure: (factor: number): Promise<Vector> => {
      series += 1;
      return Promise.resolve(
        vector(
          plateau.x + settling(factor) + noise * normal(),
          plateau.y + ratio * settling(factor) + noise * normal(),
        ),
      );
    },
  };
}
/** Effect of the factor where a column and a camera add no delay of their own: all waiting counts. */
const scale = { start: 0.2, perSecond: 0.4 };
const seeds = Array.from({ length: 20 }, (_, at) => at + 1);
const left = (truth: ReturnType<typeof column>, factor: number): number => truth.settling(factor) / truth.settling(0.2);

describe('a factor is found that leaves less than 5 % of what settles after 0.2', () => {
  test.each([
    ['one part', (fall: number): Parts => [[40, fall]], 0.3],
    ['one that goes too far', (fall: number): Parts => [[-40, fall]], 0.3],
    [
      'two parts of one sign',
      (fall: number): Parts => [
        [30, fall],
        [15, fall / 3],
      ],
      0.3,
    ],
    [
      'a small slow part with a fast one',
      (fall: number): Parts => [
        [60, fall / 5],
        [12, fall],
      ],
      0.15,
    ],
    [
      'two parts against each other',
      (fall: number): Parts => [
        [60, fall],
        [-20, fall / 2],
      ],
      0.3,
    ],
  ])('%s', async (_, parts, noise) => {
    for (const seed of seeds) {
      const fall = 0.12 + 0.6 * randomNumbers(seed + 100)();
      const truth = column(seed, parts(fall), { noise });
      const found = await findDelayFactor(truth.measure, scale);
      expect({ seed, outcome: found.outcome }).toEqual({ seed, outcome: 'found' });
      expect(Math.abs(left(truth, found.factor))).toBeLessThan(0.05);
      // Not by waiting for ever, and not by taking images for ever.
      expect(found.factor).toBeLessThan(0.2 + fall * 7);
      expect(truth.series).toBeLessThan(60);
    }
  });

  test('what never settles is distinguished', async () => {
    for (const seed of seeds) {
      const truth = column(seed, [[30, 0.3]], { plateau: vector(8, -5) });
      const { outcome, factor, plateau, plateauErrors, plateauWait } = await findDelayFactor(truth.measure, scale);
      expect({ seed, outcome, plateauWait }).toEqual({ seed, outcome: 'found', plateauWait: 16 });
      expect(left(truth, factor)).toBeLessThan(0.05);
      expect(Math.abs(plateau.x - 8)).toBeLessThan(4 * plateauErrors.x + 0.02 * 30);
      expect(Math.abs(plateau.y + 5)).toBeLessThan(4 * plateauErrors.y + 0.02 * 30);
      expect(plateauErrors.x).toBeLessThan(0.5);
    }
  });
});

test('where nothing settles, or a plateau hides nothing, it says that nothing can be seen', async () => {
  for (const seed of seeds) {
    expect((await findDelayFactor(column(seed, []).measure, scale)).outcome).toBe('not seen');
    expect(await findDelayFactor(column(seed, [], { plateau: vector(10, 10) }).measure, scale)).toMatchObject({
      outcome: 'not seen',
      factor: 0.2,
    });
  }
});

test('settling that goes on for ever is called too slow', async () => {
  for (const seed of seeds)
    expect((await findDelayFactor(column(seed, [[50, 6]]).measure, scale)).outcome).toBe('too slow');
});

// A factor of 1.6 is 4 s here. Alone it hides in what looks permanent after 2 s; with a fast part it is a small share of all.
test.each([
  ['alone', [[4, 1.6]], 0.15],
  [
    'beside a fast part',
    [
      [60, 0.15],
      [4, 1.6],
    ],
    0.15,
  ],
] as const)('a slow tail %s is never taken for permanent', async (_, parts, noise) => {
  for (const seed of seeds) {
    const truth = column(seed, parts, { noise });
    const { outcome, factor } = await findDelayFactor(truth.measure, scale);
    // Either it is recognized, or it was followed to its end.
    if (outcome === 'found') expect(Math.abs(truth.settling(factor))).toBeLessThan(0.05 * truth.settling(0.2));
    else expect(['slow tail', 'too slow']).toContain(outcome);
  }
});
