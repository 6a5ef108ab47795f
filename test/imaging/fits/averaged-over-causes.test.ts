import { averagedLeastSquares, averagedOverCauses } from '../../../imaging';
import { gaussianNumbers } from '../../support/gaussian-numbers';

const next = gaussianNumbers(5);
const numbers = (count: number, size = 1): number[] => Array.from({ length: count }, () => size * next());
const count = 14;
const rows = Array.from({ length: count }, () => numbers(3));
const observed = numbers(count, 4);
const noise = (() => {
  const factor = Array.from({ length: count }, () => numbers(count, 0.2));
  return factor.map((row, one) =>
    factor.map((other, two) => row.reduce((sum, each, at) => sum + each * other[at]!, one === two ? 1 : 0)),
  );
})();
const causes = [numbers(count, 3), numbers(count, 0.3), numbers(count, 30)] as const;
const hypotheses = [
  { causes: [], weight: 2 },
  { causes: [causes[0], causes[1]] },
  { causes: [causes[1], causes[2]], weight: 0.5 },
  { causes: [...causes] },
];
const added = (vectors: readonly (readonly number[])[]) =>
  noise.map((row, one) =>
    row.map((each, other) => vectors.reduce((sum, vector) => sum + vector[one]! * vector[other]!, each)),
  );

describe('a fit averaged over causes', () => {
  const fit = averagedOverCauses(rows, observed, noise, hypotheses);

  test('is that of the whole covariances', () => {
    const whole = averagedLeastSquares(
      rows,
      observed,
      hypotheses.map(({ causes: vectors, weight }) => ({
        covariance: added(vectors),
        ...(weight !== undefined && { weight }),
      })),
    );
    for (const name of ['parameters', 'standardErrors', 'probabilities'] as const)
      for (const [index, each] of fit[name].entries()) expect(each).toBeCloseTo(whole[name][index]!, 9);
    for (const [row, each] of fit.covariance.flat().entries())
      expect(each).toBeCloseTo(whole.covariance.flat()[row]!, 9);
    expect(fit.chiSquare).toBeCloseTo(whole.chiSquare, 7);
    expect([fit.degreesOfFreedom, whole.degreesOfFreedom]).toEqual([count - 3, count - 3]);
  });

  test('has a chi-square near its degrees of freedom where the noise is right, and far above where it is too small', () => {
    const plain = Array.from({ length: count }, (_, one) =>
      Array.from({ length: count }, (__, two) => (one === two ? 1 : 0)),
    );
    const mean = (scale: number): number =>
      Array.from(
        { length: 200 },
        () => averagedOverCauses(rows, numbers(count, scale), plain, [{ causes: [] }]).chiSquare,
      ).reduce((sum, each) => sum + each / 200, 0);
    expect(mean(1)).toBeGreaterThan(10);
    expect(mean(1)).toBeLessThan(12);
    expect(mean(5)).toBeGreaterThan(200);
  });

  test('refuses what cannot be fitted', () => {
    expect(() => averagedOverCauses(rows, observed, noise, [])).toThrow(/no hypothesis/);
    expect(() => averagedOverCauses(rows.slice(0, 2), [1, 2], noise, hypotheses)).toThrow();
    expect(() => averagedOverCauses(rows, observed, noise, [{ causes: [[1]] }])).toThrow();
    expect(() => averagedOverCauses(rows, observed, noise, [{ causes: [], weight: -1 }])).toThrow(/cannot be/);
    expect(() =>
      averagedOverCauses(
        rows,
        observed,
        noise.map((row) => row.map(() => 1)),
        hypotheses,
      ),
    ).toThrow(/positive/);
    const twice = rows.map(([a]) => [a!, a!, 1]);
    expect(() => averagedOverCauses(twice, observed, noise, hypotheses)).toThrow();
  });
});
