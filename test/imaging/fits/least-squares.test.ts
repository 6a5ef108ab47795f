import { fc } from '../../support/properties';
import { leastSquares, namedLeastSquares, robustLeastSquares } from '../../../imaging/fits';
import { Random } from '../../../imaging/synthesis';

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

const line = Array.from({ length: 20 }, (_, index) => [1, index]);

describe('leastSquares', () => {
  it('gives the textbook slope, intercept and errors', () => {
    // Worked by hand from the closed formulas for a straight line.
    const rows = [
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 4],
      [1, 5],
    ];
    const fit = leastSquares(rows, [2.1, 3.9, 6.2, 7.8, 10.1]);
    expect(fit.parameters[0]).toBeCloseTo(0.05, 10);
    expect(fit.parameters[1]).toBeCloseTo(1.99, 10);
    const variance = (0.06 ** 2 + 0.13 ** 2 + 0.18 ** 2 + 0.21 ** 2 + 0.1 ** 2) / 3;
    expect(fit.deviation).toBeCloseTo(Math.sqrt(variance), 10);
    expect(fit.standardErrors[1]).toBeCloseTo(Math.sqrt(variance / 10), 10);
    expect(fit.standardErrors[0]).toBeCloseTo(Math.sqrt(variance * (1 / 5 + 9 / 10)), 10);
    expect(fit.covariance[0]![1]).toBeCloseTo((-variance * 3) / 10, 10);
  });

  it('recovers any parameters exactly from exact data, however unlike the units', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })),
        fc.integer({ min: -9, max: 9 }),
        ([a, b], power) => {
          const unit = 10 ** power;
          const fit = leastSquares(
            line.map(([one, x]) => [one!, x! * unit]),
            line.map(([, x]) => a + b * x!),
          );
          expect(fit.parameters[0]).toBeCloseTo(a, 8);
          expect(fit.parameters[1]! * unit).toBeCloseTo(b, 8);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('states standard errors that the scatter of repeated fits bears out, weighted or not', () => {
    const random = new Random(4);
    const sigmas = line.map((_, index) => (index % 2 ? 0.1 : 0.5));
    const slopes: number[] = [];
    let stated = 0;
    for (let run = 0; run < 2000; run++) {
      const observed = line.map(([, x], index) => 3 - 0.2 * x! + sigmas[index]! * random.normal());
      const fit = leastSquares(line, observed, { weights: sigmas.map((sigma) => 1 / sigma ** 2), variance: 1 });
      slopes.push(fit.parameters[1]!);
      stated = fit.standardErrors[1]!;
    }
    const scatter = Math.sqrt(slopes.reduce((sum, slope) => sum + (slope + 0.2) ** 2, 0) / slopes.length);
    expect(scatter / stated).toBeGreaterThan(0.94);
    expect(scatter / stated).toBeLessThan(1.06);
  });

  it('does not know errors without degrees of freedom', () => {
    const fit = leastSquares(
      [
        [1, 0],
        [1, 1],
      ],
      [1, 2],
    );
    expect(fit.parameters[1]).toBeCloseTo(1, 12);
    expect(fit.standardErrors).toEqual([NaN, NaN]);
    expect(fit.degreesOfFreedom).toBe(0);
  });

  it('takes many points', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [1, index % 7]);
    const fit = leastSquares(
      rows,
      rows.map(([, x], index) => 4 + 2 * x! + (index % 2 ? 0.5 : -0.5)),
    );
    expect(fit.parameters[1]).toBeCloseTo(2, 3);
    expect(fit.deviation).toBeCloseTo(0.5, 3);
  });

  it('leaves out points of weight 0', () => {
    const fit = leastSquares([[1], [1], [1]], [1, 3, 100], { weights: [1, 1, 0] });
    expect(fit.parameters[0]).toBeCloseTo(2, 12);
    expect(fit.degreesOfFreedom).toBe(1);
  });

  it.each([
    ['no points', () => leastSquares([], []), 'imaging/too-few-points'],
    ['fewer points than unknowns', () => leastSquares([[1, 2]], [1]), 'imaging/too-few-points'],
    [
      'columns that depend on each other',
      () =>
        leastSquares(
          [
            [1, 2],
            [2, 4],
            [3, 6],
          ],
          [1, 2, 3],
        ),
      'imaging/singular-fit',
    ],
    [
      'a column of zeros',
      () =>
        leastSquares(
          [
            [1, 0],
            [2, 0],
            [3, 0],
          ],
          [1, 2, 3],
        ),
      'imaging/singular-fit',
    ],
    ['NaN in the data', () => leastSquares([[1], [NaN]], [1, 2]), 'imaging/not-finite'],
    ['infinite observations', () => leastSquares([[1], [2]], [1, Infinity]), 'imaging/not-finite'],
    ['unequal lengths', () => leastSquares([[1], [2]], [1]), 'imaging/shape-mismatch'],
    ['ragged rows', () => leastSquares([[1], [2, 3]], [1, 2]), 'imaging/shape-mismatch'],
    ['empty rows', () => leastSquares([[], []], [1, 2]), 'imaging/bad-argument'],
    ['a negative weight', () => leastSquares([[1], [2]], [1, 2], { weights: [1, -1] }), 'imaging/bad-argument'],
    ['a negative variance', () => leastSquares([[1], [2]], [1, 2], { variance: -1 }), 'imaging/bad-argument'],
    [
      'too many zero weights',
      () =>
        leastSquares(
          [
            [1, 0],
            [1, 1],
          ],
          [1, 2],
          { weights: [1, 0] },
        ),
      'imaging/too-few-points',
    ],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('robustLeastSquares', () => {
  it.each(['tukey', 'huber'] as const)(
    'with %s weights agrees with the plain fit on clean data within its error',
    (weighting) => {
      const random = new Random(8);
      const observed = line.map(([, x]) => 3 - 0.2 * x! + 0.1 * random.normal());
      const robust = robustLeastSquares(line, observed, { weighting });
      const plain = leastSquares(line, observed);
      expect(Math.abs(robust.parameters[1]! - plain.parameters[1]!)).toBeLessThan(plain.standardErrors[1]!);
      expect(robust.standardErrors[1]! / plain.standardErrors[1]!).toBeGreaterThan(0.6);
      expect(robust.standardErrors[1]! / plain.standardErrors[1]!).toBeLessThan(1.6);
    },
  );

  it('recovers a line through a third of wild points', () => {
    const random = new Random(9);
    const observed = line.map(([, x], index) =>
      index % 3 === 0 ? 40 + 9 * random.normal() : 3 - 0.2 * x! + 0.01 * random.normal(),
    );
    const robust = robustLeastSquares(line, observed);
    expect(Math.abs(robust.parameters[1]! + 0.2)).toBeLessThan(4 * robust.standardErrors[1]!);
    expect(robust.standardErrors[1]).toBeLessThan(0.002);
    expect(robust.weights.filter((weight) => weight === 0)).toHaveLength(7);
  });

  it('states errors that repeated fits with 10 % of wild points bear out', () => {
    const random = new Random(10);
    const rows = Array.from({ length: 40 }, (_, index) => [1, index / 40]);
    const found: number[] = [];
    const stated: number[] = [];
    for (let run = 0; run < 400; run++) {
      const observed = rows.map(
        ([, x]) => 1 + 2 * x! + (random.uniform() < 0.1 ? 50 * random.normal() : 0.1 * random.normal()),
      );
      const fit = robustLeastSquares(rows, observed);
      found.push(fit.parameters[1]!);
      stated.push(fit.standardErrors[1]!);
    }
    const scatter = Math.sqrt(found.reduce((sum, slope) => sum + (slope - 2) ** 2, 0) / found.length);
    const mean = stated.reduce((sum, error) => sum + error, 0) / stated.length;
    expect(mean / scatter).toBeGreaterThan(0.85);
    expect(mean / scatter).toBeLessThan(1.15);
  });

  it('finds the exact line when most points lie on it exactly', () => {
    const observed = line.map(([, x], index) => (index === 4 || index === 11 ? 99 : 1 + 2 * x!));
    const fit = robustLeastSquares(line, observed);
    expect(fit.parameters[0]).toBeCloseTo(1, 6);
    expect(fit.parameters[1]).toBeCloseTo(2, 6);
  });

  it('gives a result for any few points, however they lie', () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 6, maxLength: 12 }), (observed) => {
        const fit = robustLeastSquares(line.slice(0, observed.length), observed);
        expect(fit.parameters.every(Number.isFinite)).toBe(true);
        expect(fit.standardErrors.every((error) => error >= 0 && Number.isFinite(error))).toBe(true);
        expect(fit.weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
      }),
    );
  });

  it('takes data without any scatter', () => {
    const fit = robustLeastSquares([[1], [1], [1], [1]], [7, 7, 7, 7]);
    expect(fit.parameters[0]).toBeCloseTo(7, 12);
    expect(fit.standardErrors[0]).toBe(0);
    expect(robustLeastSquares([[1], [1], [1]], [0, 0, 0]).parameters[0]).toBeCloseTo(0, 12);
  });

  it.each([
    ['NaN', () => robustLeastSquares([[1], [1]], [1, NaN]), 'imaging/not-finite'],
    ['nothing', () => robustLeastSquares([], []), 'imaging/too-few-points'],
    ['a tuning of 0', () => robustLeastSquares([[1], [1]], [1, 2], { tuning: 0 }), 'imaging/bad-argument'],
    ['no iterations', () => robustLeastSquares([[1], [1]], [1, 2], { maxIterations: 0 }), 'imaging/bad-argument'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('namedLeastSquares', () => {
  it('answers by name', () => {
    const x = [0, 1, 2, 3];
    const result = namedLeastSquares({ slope: x, constant: x.map(() => 1) }, [1, 3, 5, 7]);
    expect(result.values.slope).toBeCloseTo(2, 12);
    expect(result.values.constant).toBeCloseTo(1, 12);
    expect(result.standardErrors.slope).toBeCloseTo(0, 10);
  });

  it('refuses what does not go together', () => {
    expect(code(() => namedLeastSquares({}, [1]))).toBe('imaging/bad-argument');
    expect(code(() => namedLeastSquares({ a: [1, 2] }, [1]))).toBe('imaging/shape-mismatch');
    expect(code(() => namedLeastSquares({ a: [1, 2] }, [1, 2], { weights: [1, 1], robust: {} }))).toBe(
      'imaging/bad-argument',
    );
  });
});
