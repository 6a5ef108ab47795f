import { fc } from '../../support/properties';
import { fitMatrix, fitModel, leastSquares } from '../../../imaging/fits';
import { Random } from '../../../imaging/synthesis';

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

describe('fitMatrix', () => {
  const truth = { xpx: 12, xpy: -3.5, ypx: 2.25, ypy: 11 };
  const through = (x: number, y: number): { x: number; y: number } => ({
    x: truth.xpx * x + truth.xpy * y,
    y: truth.ypx * x + truth.ypy * y,
  });
  // prettier-ignore
  const steps = [[1, 0], [-1, 0], [-1, 0], [1, 0], [0, 1], [0, -1], [0, -1], [0, 1]] as const;

  it('separates the matrix from a steady drift', () => {
    const pairs = steps.map(([x, y]) => ({
      from: { x, y },
      to: { x: through(x, y).x + 0.7, y: through(x, y).y - 0.4 },
    }));
    const fit = fitMatrix(pairs);
    for (const element of ['xpx', 'xpy', 'ypx', 'ypy'] as const)
      expect(fit.matrix[element]).toBeCloseTo(truth[element], 10);
    expect(fit.drift.x).toBeCloseTo(0.7, 10);
    expect(fit.drift.y).toBeCloseTo(-0.4, 10);
  });

  it('takes drift by the time between the images, and ignores a pair that went astray', () => {
    const pairs = [...steps, ...steps].map(([x, y], index) => {
      const elapsed = 1 + (index % 3);
      return {
        from: { x, y },
        to: { x: through(x, y).x + 0.7 * elapsed + (index === 5 ? 60 : 0), y: through(x, y).y - 0.4 * elapsed },
        elapsed,
      };
    });
    const fit = fitMatrix(pairs, { robust: {} });
    expect(fit.matrix.xpy).toBeCloseTo(truth.xpy, 5);
    expect(fit.drift.x).toBeCloseTo(0.7, 5);
    expect(fit.residuals[5]!.x).toBeCloseTo(60, 4);
  });

  it('says when the inputs lie on one line', () => {
    const pairs = [1, 2, 3].map((x) => ({ from: { x, y: x }, to: { x, y: 0 } }));
    expect(code(() => fitMatrix(pairs, { drift: false }))).toBe('imaging/singular-fit');
    expect(code(() => fitMatrix(pairs.slice(1)))).toBe('imaging/too-few-points');
    expect(code(() => fitMatrix([]))).toBe('imaging/too-few-points');
    expect(
      code(() =>
        fitMatrix(
          pairs.map((pair) => ({ ...pair, weight: 1 })),
          { robust: {} },
        ),
      ),
    ).toBe('imaging/bad-argument');
  });

  it('finds any invertible matrix and translation from any three points', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(number, number, number, number, number, number), ([xpx, xpy, ypx, ypy, x, y]) => {
        const corners = [
          [0, 0],
          [3, 1],
          [-1, 2],
        ] as const;
        const fit = fitMatrix(
          corners.map(([a, b]) => ({
            from: { x: a, y: b },
            to: { x: xpx * a + xpy * b + x, y: ypx * a + ypy * b + y },
          })),
        );
        expect(fit.matrix.xpx).toBeCloseTo(xpx, 8);
        expect(fit.matrix.ypy).toBeCloseTo(ypy, 8);
        expect(fit.drift.y).toBeCloseTo(y, 8);
      }),
    );
  });
});

describe('fitModel', () => {
  const xs = Array.from({ length: 60 }, (_, index) => index / 10);
  const decay =
    ([height = 0, rate = 0, floor = 0]: readonly number[]) =>
    (x: number) =>
      height * Math.exp(-rate * x) + floor;

  it('recovers an exponential decay from exact data', () => {
    const fit = fitModel(xs, xs.map(decay([5, 0.8, 1])), decay, [1, 0.1, 0]);
    [5, 0.8, 1].forEach((truth, index) => expect(fit.parameters[index]).toBeCloseTo(truth, 6));
  });

  it('does so whatever the units', () => {
    const fit = fitModel(xs, xs.map(decay([5e9, 0.8, 1e9])), decay, [1e9, 0.1, 1e8]);
    expect(fit.parameters[0]! / 5e9).toBeCloseTo(1, 6);
    const small = fitModel(xs, xs.map(decay([5e-9, 0.8, 1e-9])), decay, [1e-9, 0.1, 1e-10]);
    expect(small.parameters[0]! * 2e8).toBeCloseTo(1, 6);
  });

  it('states standard errors that repeated fits bear out', () => {
    const random = new Random(6);
    const rates: number[] = [];
    const stated: number[] = [];
    for (let run = 0; run < 150; run++) {
      const fit = fitModel(
        xs,
        xs.map((x) => decay([5, 0.8, 1])(x) + 0.1 * random.normal()),
        decay,
        [4, 1, 0.5],
      );
      rates.push(fit.parameters[1]!);
      stated.push(fit.standardErrors[1]!);
    }
    const scatter = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - 0.8) ** 2, 0) / rates.length);
    const mean = stated.reduce((sum, error) => sum + error, 0) / stated.length;
    expect(mean / scatter).toBeGreaterThan(0.85);
    expect(mean / scatter).toBeLessThan(1.18);
  });

  it('agrees with the linear fit on a linear model, errors too', () => {
    const random = new Random(7);
    const observed = xs.map((x) => 2 - 3 * x + random.normal());
    const linear = leastSquares(
      xs.map((x) => [1, x]),
      observed,
    );
    const fit = fitModel(
      xs,
      observed,
      ([a = 0, b = 0]) =>
        (x: number) =>
          a + b * x,
      [0, 0],
    );
    for (const index of [0, 1]) {
      expect(fit.parameters[index]).toBeCloseTo(linear.parameters[index]!, 6);
      expect(fit.standardErrors[index]).toBeCloseTo(linear.standardErrors[index]!, 6);
    }
  });

  it('keeps within limits', () => {
    const fit = fitModel(xs, xs.map(decay([5, 0.8, 1])), decay, [4, 0.5, 0], {
      highest: [4.5, 2, 2],
      lowest: [0, 0, -1],
    });
    expect(fit.parameters[0]).toBeCloseTo(4.5, 12);
    // With the height held at its limit, the others must be those of a fit of them alone.
    const rest = fitModel(
      xs,
      xs.map(decay([5, 0.8, 1])),
      ([rate = 0, floor = 0]) => decay([4.5, rate, floor]),
      [0.5, 0],
    );
    expect(fit.parameters[1]).toBeCloseTo(rest.parameters[0]!, 5);
    expect(fit.parameters[2]).toBeCloseTo(rest.parameters[1]!, 5);
  });

  it('passes on what the model throws', () => {
    const action = (): unknown =>
      fitModel(
        xs,
        xs,
        ([a = 0]) => {
          if (a !== 1) throw new RangeError('mine');
          return (x: number) => x;
        },
        [1],
      );
    expect(action).toThrow(RangeError);
  });

  it('does not take a step that leads nowhere for the end', () => {
    // The model is not finite on the way to the solution, so no step succeeds, and the start is not a minimum.
    const walled =
      ([a = 0]: readonly number[]) =>
      (x: number): number =>
        a > 1.00001 ? NaN : a * x;
    expect(
      code(() =>
        fitModel(
          xs,
          xs.map((x) => 3 * x),
          walled,
          [1],
        ),
      ),
    ).toBe('imaging/no-convergence');
  });

  it('takes points of any kind and weights', () => {
    const points = xs.map((x) => ({ x, bad: x > 3 && x < 3.25 }));
    const observed = points.map(({ x, bad }) => (bad ? 1e3 : decay([5, 0.8, 1])(x)));
    const fit = fitModel(
      points,
      observed,
      (p) =>
        ({ x }) =>
          decay(p)(x),
      [1, 0.1, 0],
      { weights: points.map(({ bad }) => (bad ? 0 : 2)) },
    );
    expect(fit.parameters[1]).toBeCloseTo(0.8, 6);
  });

  it.each([
    [
      'NaN observations',
      () =>
        fitModel(
          xs,
          xs.map(() => NaN),
          decay,
          [1, 1, 1],
        ),
      'imaging/not-finite',
    ],
    ['a model that is NaN at the start', () => fitModel(xs, xs, () => () => NaN, [1]), 'imaging/not-finite'],
    [
      'an unknown without influence',
      () =>
        fitModel(
          xs,
          xs,
          ([a = 0]) =>
            (x: number) =>
              a * x + 1,
          [1, 1],
        ),
      'imaging/singular-fit',
    ],
    ['too few points', () => fitModel([1, 2], [1, 2], decay, [1, 1, 1]), 'imaging/too-few-points'],
    ['no unknowns', () => fitModel(xs, xs, () => () => 0, []), 'imaging/bad-argument'],
    ['unequal lengths', () => fitModel(xs, [1], decay, [1, 1, 1]), 'imaging/shape-mismatch'],
    ['limits of another length', () => fitModel(xs, xs, decay, [1, 1, 1], { lowest: [0] }), 'imaging/shape-mismatch'],
    [
      'negative weights',
      () => fitModel(xs, xs, decay, [1, 1, 1], { weights: xs.map(() => -1) }),
      'imaging/bad-argument',
    ],
    [
      'no time to settle',
      () => fitModel(xs, xs.map(decay([5, 0.8, 1])), decay, [1, 0.1, 0], { maxIterations: 1 }),
      'imaging/no-convergence',
    ],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});
