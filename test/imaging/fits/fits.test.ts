import fc from 'fast-check';
import { fitMatrix, fitModel, leastSquares, namedLeastSquares, robustLeastSquares } from '../../../imaging/fits';
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
    const rows = [[1, 1], [1, 2], [1, 3], [1, 4], [1, 5]];
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
      fc.property(fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })), fc.integer({ min: -9, max: 9 }), ([a, b], power) => {
        const unit = 10 ** power;
        const fit = leastSquares(line.map(([one, x]) => [one!, x! * unit]), line.map(([, x]) => a + b * x!));
        expect(fit.parameters[0]).toBeCloseTo(a, 8);
        expect(fit.parameters[1]! * unit).toBeCloseTo(b, 8);
      }),
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
    const fit = leastSquares([[1, 0], [1, 1]], [1, 2]);
    expect(fit.parameters[1]).toBeCloseTo(1, 12);
    expect(fit.standardErrors).toEqual([NaN, NaN]);
    expect(fit.degreesOfFreedom).toBe(0);
  });

  it('takes many points', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [1, index % 7]);
    const fit = leastSquares(rows, rows.map(([, x], index) => 4 + 2 * x! + (index % 2 ? 0.5 : -0.5)));
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
    ['columns that depend on each other', () => leastSquares([[1, 2], [2, 4], [3, 6]], [1, 2, 3]), 'imaging/singular-fit'],
    ['a column of zeros', () => leastSquares([[1, 0], [2, 0], [3, 0]], [1, 2, 3]), 'imaging/singular-fit'],
    ['NaN in the data', () => leastSquares([[1], [NaN]], [1, 2]), 'imaging/not-finite'],
    ['infinite observations', () => leastSquares([[1], [2]], [1, Infinity]), 'imaging/not-finite'],
    ['unequal lengths', () => leastSquares([[1], [2]], [1]), 'imaging/shape-mismatch'],
    ['ragged rows', () => leastSquares([[1], [2, 3]], [1, 2]), 'imaging/shape-mismatch'],
    ['empty rows', () => leastSquares([[], []], [1, 2]), 'imaging/bad-argument'],
    ['a negative weight', () => leastSquares([[1], [2]], [1, 2], { weights: [1, -1] }), 'imaging/bad-argument'],
    ['a negative variance', () => leastSquares([[1], [2]], [1, 2], { variance: -1 }), 'imaging/bad-argument'],
    ['too many zero weights', () => leastSquares([[1, 0], [1, 1]], [1, 2], { weights: [1, 0] }), 'imaging/too-few-points'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('robustLeastSquares', () => {
  it.each(['tukey', 'huber'] as const)('with %s weights agrees with the plain fit on clean data within its error', (weighting) => {
    const random = new Random(8);
    const observed = line.map(([, x]) => 3 - 0.2 * x! + 0.1 * random.normal());
    const robust = robustLeastSquares(line, observed, { weighting });
    const plain = leastSquares(line, observed);
    expect(Math.abs(robust.parameters[1]! - plain.parameters[1]!)).toBeLessThan(plain.standardErrors[1]!);
    expect(robust.standardErrors[1]! / plain.standardErrors[1]!).toBeGreaterThan(0.6);
    expect(robust.standardErrors[1]! / plain.standardErrors[1]!).toBeLessThan(1.6);
  });

  it('recovers a line through a third of wild points', () => {
    const random = new Random(9);
    const observed = line.map(([, x], index) => (index % 3 === 0 ? 40 + 9 * random.normal() : 3 - 0.2 * x! + 0.01 * random.normal()));
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
      const observed = rows.map(([, x]) => 1 + 2 * x! + (random.uniform() < 0.1 ? 50 * random.normal() : 0.1 * random.normal()));
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
    ['no iterations', () => robustLeastSquares([[1], [1]], [1, 2], { mostIterations: 0 }), 'imaging/bad-argument'],
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
    expect(code(() => namedLeastSquares({ a: [1, 2] }, [1, 2], { weights: [1, 1], robust: {} }))).toBe('imaging/bad-argument');
  });
});

describe('fitMatrix', () => {
  const truth = { xpx: 12, xpy: -3.5, ypx: 2.25, ypy: 11 };
  const through = (x: number, y: number): { x: number; y: number } => ({ x: truth.xpx * x + truth.xpy * y, y: truth.ypx * x + truth.ypy * y });
  const steps = [[1, 0], [-1, 0], [-1, 0], [1, 0], [0, 1], [0, -1], [0, -1], [0, 1]] as const;

  it('separates the matrix from a steady drift', () => {
    const pairs = steps.map(([x, y]) => ({ from: { x, y }, to: { x: through(x, y).x + 0.7, y: through(x, y).y - 0.4 } }));
    const fit = fitMatrix(pairs);
    for (const element of ['xpx', 'xpy', 'ypx', 'ypy'] as const) expect(fit.matrix[element]).toBeCloseTo(truth[element], 10);
    expect(fit.drift.x).toBeCloseTo(0.7, 10);
    expect(fit.drift.y).toBeCloseTo(-0.4, 10);
  });

  it('takes drift by the time between the images, and ignores a pair that went astray', () => {
    const pairs = [...steps, ...steps].map(([x, y], index) => {
      const elapsed = 1 + (index % 3);
      return { from: { x, y }, to: { x: through(x, y).x + 0.7 * elapsed + (index === 5 ? 60 : 0), y: through(x, y).y - 0.4 * elapsed }, elapsed };
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
    expect(code(() => fitMatrix(pairs.map((pair) => ({ ...pair, weight: 1 })), { robust: {} }))).toBe('imaging/bad-argument');
  });

  it('finds any invertible matrix and translation from any three points', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(number, number, number, number, number, number), ([xpx, xpy, ypx, ypy, x, y]) => {
        const corners = [[0, 0], [3, 1], [-1, 2]] as const;
        const fit = fitMatrix(corners.map(([a, b]) => ({ from: { x: a, y: b }, to: { x: xpx * a + xpy * b + x, y: ypx * a + ypy * b + y } })));
        expect(fit.matrix.xpx).toBeCloseTo(xpx, 8);
        expect(fit.matrix.ypy).toBeCloseTo(ypy, 8);
        expect(fit.drift.y).toBeCloseTo(y, 8);
      }),
    );
  });
});

describe('fitModel', () => {
  const xs = Array.from({ length: 60 }, (_, index) => index / 10);
  const decay = ([height = 0, rate = 0, floor = 0]: readonly number[]) => (x: number) => height * Math.exp(-rate * x) + floor;

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
      const fit = fitModel(xs, xs.map((x) => decay([5, 0.8, 1])(x) + 0.1 * random.normal()), decay, [4, 1, 0.5]);
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
    const linear = leastSquares(xs.map((x) => [1, x]), observed);
    const fit = fitModel(xs, observed, ([a = 0, b = 0]) => (x: number) => a + b * x, [0, 0]);
    for (const index of [0, 1]) {
      expect(fit.parameters[index]).toBeCloseTo(linear.parameters[index]!, 6);
      expect(fit.standardErrors[index]).toBeCloseTo(linear.standardErrors[index]!, 6);
    }
  });

  it('keeps within limits', () => {
    const fit = fitModel(xs, xs.map(decay([5, 0.8, 1])), decay, [4, 0.5, 0], { highest: [4.5, 2, 2], lowest: [0, 0, -1] });
    expect(fit.parameters[0]).toBeCloseTo(4.5, 12);
    // With the height held at its limit the others must be what a fit of them alone finds.
    const rest = fitModel(xs, xs.map(decay([5, 0.8, 1])), ([rate = 0, floor = 0]) => decay([4.5, rate, floor]), [0.5, 0]);
    expect(fit.parameters[1]).toBeCloseTo(rest.parameters[0]!, 5);
    expect(fit.parameters[2]).toBeCloseTo(rest.parameters[1]!, 5);
  });

  it('passes on what the model throws', () => {
    const action = (): unknown => fitModel(xs, xs, ([a = 0]) => { if (a !== 1) throw new RangeError('mine'); return (x: number) => x; }, [1]);
    expect(action).toThrow(RangeError);
  });

  it('does not take a step that leads nowhere for the end', () => {
    // The model is not finite on the way to the solution, so no step succeeds, and the start is not a minimum.
    const walled = ([a = 0]: readonly number[]) => (x: number): number => (a > 1.00001 ? NaN : a * x);
    expect(code(() => fitModel(xs, xs.map((x) => 3 * x), walled, [1]))).toBe('imaging/no-convergence');
  });

  it('takes points of any kind and weights', () => {
    const points = xs.map((x) => ({ x, bad: x > 3 && x < 3.25 }));
    const observed = points.map(({ x, bad }) => (bad ? 1e3 : decay([5, 0.8, 1])(x)));
    const fit = fitModel(points, observed, (p) => ({ x }) => decay(p)(x), [1, 0.1, 0], { weights: points.map(({ bad }) => (bad ? 0 : 2)) });
    expect(fit.parameters[1]).toBeCloseTo(0.8, 6);
  });

  it.each([
    ['NaN observations', () => fitModel(xs, xs.map(() => NaN), decay, [1, 1, 1]), 'imaging/not-finite'],
    ['a model that is NaN at the start', () => fitModel(xs, xs, () => () => NaN, [1]), 'imaging/not-finite'],
    ['an unknown without influence', () => fitModel(xs, xs, ([a = 0]) => (x: number) => a * x + 1, [1, 1]), 'imaging/singular-fit'],
    ['too few points', () => fitModel([1, 2], [1, 2], decay, [1, 1, 1]), 'imaging/too-few-points'],
    ['no unknowns', () => fitModel(xs, xs, () => () => 0, []), 'imaging/bad-argument'],
    ['unequal lengths', () => fitModel(xs, [1], decay, [1, 1, 1]), 'imaging/shape-mismatch'],
    ['limits of another length', () => fitModel(xs, xs, decay, [1, 1, 1], { lowest: [0] }), 'imaging/shape-mismatch'],
    ['negative weights', () => fitModel(xs, xs, decay, [1, 1, 1], { weights: xs.map(() => -1) }), 'imaging/bad-argument'],
    ['no time to settle', () => fitModel(xs, xs.map(decay([5, 0.8, 1])), decay, [1, 0.1, 0], { mostIterations: 1 }), 'imaging/no-convergence'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});
