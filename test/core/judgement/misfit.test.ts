import {
  chiSquareTail,
  combined,
  errorGrowth,
  jointMisfit,
  misfit,
  misfitOf,
  normalTail,
  probabilityOf,
  residualPattern,
  runsDeviation,
} from '../../../core/judgement';
import { gaussianNumbers } from '../../support/gaussian-numbers';

describe('tails of distributions', () => {
  test.each([
    // From tables: Abramowitz and Stegun, 26.8, and 2 Q(x) of 26.2.
    [3.841, 1, 0.05],
    [11.0705, 5, 0.05],
    [29.588, 10, 0.001],
    [100, 100, 0.4812],
    [1.145, 5, 0.95],
  ])('chi-square %f of %d: %f', (chiSquare, freedom, tail) => {
    expect(chiSquareTail(chiSquare, freedom)).toBeCloseTo(tail, 4);
  });

  test('have closed forms for even degrees of freedom, far out too', () => {
    for (const x of [0.1, 2, 30, 400]) {
      expect(chiSquareTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 9);
      expect(chiSquareTail(x, 4) / (Math.exp(-x / 2) * (1 + x / 2))).toBeCloseTo(1, 9);
    }
    expect(chiSquareTail(0, 3)).toBe(1);
    expect(chiSquareTail(1, 0)).toBeNaN();
    expect(normalTail(1.959964)).toBeCloseTo(0.05, 6);
    expect(normalTail(-5.3267) / 1e-7).toBeCloseTo(1, 3);
  });
});

describe('a misfit', () => {
  const words = { change: 'Wait longer.' };

  test('is rarely seen where the model is right: less than one in some ten thousand', () => {
    const next = gaussianNumbers(1);
    const found = Array.from({ length: 2000 }, () =>
      misfit({ ...misfitOf(Array.from({ length: 12 }, next), Array<number>(12).fill(1), 0), ...words }),
    );
    expect(found.filter(Boolean)).toEqual([]);
  });

  test('beyond a probability of 1e-7 is never good, whatever the degrees of freedom', () => {
    for (const degreesOfFreedom of [1, 2, 5, 10, 40, 200]) {
      let chiSquare = degreesOfFreedom;
      while (chiSquareTail(chiSquare, degreesOfFreedom) > 1e-7) chiSquare *= 1.01;
      const reason = misfit({ chiSquare, degreesOfFreedom, ...words });
      expect(reason).toMatchObject({ kind: 'misfit', verdict: 'doubtful' });
      expect(reason!.number).toBeGreaterThan(reason!.limit);
      expect(misfit({ chiSquare: 1.5 * degreesOfFreedom, degreesOfFreedom, ...words })).toBeUndefined();
    }
  });

  test('makes the errors larger so that chi-square becomes its expectation, and never smaller', () => {
    const residuals = [4, -5, 6, -3];
    const growth = errorGrowth(misfitOf(residuals, [1, 1, 1, 1], 1));
    expect(misfitOf(residuals, Array<number>(4).fill(growth), 1).chiSquare).toBeCloseTo(3, 9);
    expect(errorGrowth({ chiSquare: 1, degreesOfFreedom: 4 })).toBe(1);
    expect(errorGrowth({ chiSquare: 9, degreesOfFreedom: 0 })).toBe(1);
    expect(probabilityOf({ chiSquare: 9, degreesOfFreedom: 0 })).toBe(1);
    expect(jointMisfit({ chiSquare: 3, degreesOfFreedom: 2 }, { chiSquare: 4, degreesOfFreedom: 1 })).toEqual({
      chiSquare: 7,
      degreesOfFreedom: 3,
    });
  });
});

describe('the order of residuals', () => {
  const change = 'Look for drift.';

  test('of chance raises nothing in 500 rows', () => {
    const next = gaussianNumbers(2);
    const rows = Array.from({ length: 500 }, () => Array.from({ length: 16 }, next));
    const varied = [{ name: 'the shift', values: Array.from({ length: 16 }, (_, index) => index) }];
    expect(rows.filter((residuals) => residualPattern({ residuals, varied, change }))).toEqual([]);
  });

  test('that follows what was varied is found and named, however small the residuals are', () => {
    const values = Array.from({ length: 12 }, (_, index) => index);
    const next = gaussianNumbers(3);
    const residuals = values.map((each) => 1e-3 * (each ** 2 - 40 + 3 * next()));
    expect(
      residualPattern({
        residuals,
        varied: [{ name: 'the shift squared', values: values.map((x) => x ** 2) }],
        change,
      }),
    ).toMatchObject({
      kind: 'pattern',
      verdict: 'doubtful',
      why: expect.stringContaining('the shift squared') as string,
    });
  });

  test('in long runs is found without a guess of the cause', () => {
    const residuals = Array.from({ length: 40 }, (_, index) => Math.sin(index / 3.2));
    expect(runsDeviation(residuals)).toBeGreaterThan(4);
    expect(residualPattern({ residuals, varied: [], change })).toMatchObject({ kind: 'pattern' });
    expect(residualPattern({ residuals: [1, 1, 1], varied: [], change })).toBeUndefined();
  });
});

describe('estimates that are combined', () => {
  const estimates = (scatter: number, seed: number) => {
    const next = gaussianNumbers(seed);
    return Array.from({ length: 8 }, () => ({ value: 100 + Math.hypot(1, scatter) * next(), standardError: 1 }));
  };

  test('have the usual mean where they agree', () => {
    const { value, standardError, between } = combined([
      { value: 1, standardError: 1 },
      { value: 1.5, standardError: 0.5 },
    ]);
    expect(value).toBeCloseTo(1.4, 9);
    expect(standardError).toBeCloseTo(1 / Math.sqrt(5), 9);
    expect(between).toBe(0);
  });

  test.each([0, 3, 20])('hold the truth within two errors when each is off by %d more than it says', (scatter) => {
    const inside = Array.from({ length: 300 }, (_, seed) => combined(estimates(scatter, seed + 1))).filter(
      ({ value, standardError }) => Math.abs(value - 100) < 2 * standardError,
    );
    expect(inside.length / 300).toBeGreaterThan(0.88);
    expect(inside.length / 300).toBeLessThan(0.99);
  });

  test('of one is itself', () => {
    expect(combined([{ value: 3, standardError: 2 }])).toMatchObject({ value: 3, standardError: 2, between: 0 });
  });
});
