import { type Matrix, type Vector, apply, inverse, length, product, rotation, subtract } from '../../../core/base';
import {
  fitPoints,
  isMirrored,
  stretchErrors,
  stretchMatrix,
  stretchOf,
  stretchedRotation,
  transformed,
} from '../../../core/registration';
import { gaussianNumbers } from '../../support/gaussian-numbers';

/** Points within a distance of the centre, the same for every run. */
const spread = (count: number, reach: number): readonly Vector[] =>
  Array.from({ length: count }, (_, at) => {
    const angle = (2 * Math.PI * at) / count + 0.3;
    const radius = at % 2 === 0 ? reach : 0.7 * reach;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });

/** Readings of a stretched stage before and after the grid was turned. */
function turned(
  points: readonly Vector[],
  given: { stretch?: Matrix; angle: number; noise?: () => number; mirrored?: boolean },
) {
  const { stretch = rotation(0), angle, noise = () => 0, mirrored = false } = given;
  const off = { x: 40, y: -25 };
  const turn = product(rotation(angle), { xpx: mirrored ? -1 : 1, xpy: 0, ypx: 0, ypy: 1 });
  const read = (point: Vector): Vector => {
    const { x, y } = apply(stretch, point);
    return { x: x + noise(), y: y + noise() };
  };
  const after = (point: Vector): Vector => {
    const { x, y } = apply(turn, point);
    return { x: x + off.x, y: y + off.y };
  };
  return points.map((point) => ({ from: read(point), to: read(after(point)) }));
}

describe('a transformation between two registrations', () => {
  test.each([
    [1, 'shift'],
    [2, 'rotation'],
    [3, 'similarity'],
    [4, 'similarity'],
    [5, 'linear'],
    [9, 'linear'],
  ] as const)('of %d pairs is a %s', (count, kind) => {
    const angle = count === 1 ? 0 : 71;
    const fit = fitPoints(turned(spread(count, 500), { angle }));
    expect(fit.kind).toBe(kind);
    for (const { from, to } of turned(spread(7, 300), { angle }))
      expect(length(subtract(transformed(fit, from), to))).toBeLessThan(count === 1 ? 600 : 1e-6);
    for (const each of fit.residuals) expect(length(each)).toBeLessThan(1e-6);
  });

  test.each([3, 4, 6])('of %d pairs of a grid that was turned over is mirrored', (count) => {
    const fit = fitPoints(turned(spread(count, 500), { angle: 40, mirrored: true }));
    expect(isMirrored(fit)).toBe(true);
    expect(Math.max(...fit.residuals.map(length))).toBeLessThan(1e-6);
  });

  test.each([2, 3, 6])('states errors of its elements that hold, with %d pairs', (count) => {
    const random = gaussianNumbers(count);
    const normalized: number[] = [];
    for (let run = 0; run < 300; run++) {
      const fit = fitPoints(turned(spread(count, 600), { angle: 33, noise: () => random() }));
      const truth = rotation(33);
      const elements = (['xpx', 'ypx'] as const).map((name) => fit.matrix[name] - truth[name]);
      // With one degree of freedom the deviation itself is a guess; the error of the points is known here.
      const known = fit.covariance!.map((row) => row.map((each) => each / fit.deviation! ** 2));
      normalized.push(elements[0]! / Math.sqrt(2 * known[0]![0]!), elements[1]! / Math.sqrt(2 * known[2]![2]!));
    }
    const rms = Math.sqrt(normalized.reduce((sum, each) => sum + each * each, 0) / normalized.length);
    expect(rms).toBeGreaterThan(0.85);
    expect(rms).toBeLessThan(1.15);
  });

  test('is refused without a pair, and for points on top of each other', () => {
    expect(() => fitPoints([])).toThrow(expect.objectContaining({ code: 'registration/too-few-points' }) as Error);
    const same = { from: { x: 1, y: 1 }, to: { x: 2, y: 2 } };
    expect(() => fitPoints([same, same])).toThrow(
      expect.objectContaining({ code: 'registration/points-too-near' }) as Error,
    );
  });
});

describe('the stretch of a stage', () => {
  test.each([0, 20, -35, 80])('comes back exactly for an axis at %d degrees', (axis) => {
    for (const angle of [90, -90, 75, 108, -72])
      for (const magnification of [1, 1.0003]) {
        const stretch = stretchMatrix(1.01, axis);
        const matrix = product(stretch, rotation(angle), inverse(stretch)!);
        const found = stretchOf({
          xpx: magnification * matrix.xpx,
          xpy: magnification * matrix.xpy,
          ypx: magnification * matrix.ypx,
          ypy: magnification * matrix.ypy,
        })!;
        expect(found.magnification).toBeCloseTo(magnification, 9);
        expect(found.stretch).toBeCloseTo(1.01, 9);
        expect(found.rotation).toBeCloseTo(angle, 7);
        expect((found.axis - axis) % 180).toBeCloseTo(0, 6);
        expect(stretchedRotation(angle, found.matrix).xpy * magnification).toBeCloseTo(magnification * matrix.xpy, 9);
      }
  });

  test('is not there in a mirrored transformation, or one without rotation', () => {
    expect(stretchOf({ xpx: -1, xpy: 0, ypx: 0, ypy: 1 })).toBeUndefined();
    expect(stretchOf({ xpx: 1, xpy: 0, ypx: 0, ypy: 1 })).toBeUndefined();
  });

  // The figures of six and eight points over +-0.9 mm with an error of 1 um.
  test.each([
    [6, 900, 0.0004, 1.3],
    [8, 900, 0.0003, 0.9],
    [6, 500, 0.0009, 2.4],
  ])(
    '%d points within %d um: errors as large as stated, and about as published',
    (count, reach, published, axisPublished) => {
      const random = gaussianNumbers(count + reach);
      const stretch = stretchMatrix(1.01, 20);
      const errors: number[] = [];
      const axes: number[] = [];
      const stated: number[] = [];
      for (let run = 0; run < 400; run++) {
        const fit = fitPoints(turned(spread(count, reach), { stretch, angle: 88, noise: () => random() }));
        const found = stretchOf(fit.matrix)!;
        errors.push(found.stretch - 1.01);
        axes.push(found.axis - 20);
        stated.push(stretchErrors(fit.matrix, fit.covariance!)!.stretch);
      }
      const rms = (values: readonly number[]): number =>
        Math.sqrt(values.reduce((sum, each) => sum + each * each, 0) / values.length);
      expect(rms(errors)).toBeLessThan(2.5 * published);
      expect(rms(axes)).toBeLessThan(2.5 * axisPublished);
      expect(rms(errors) / rms(stated)).toBeGreaterThan(0.85);
      expect(rms(errors) / rms(stated)).toBeLessThan(1.15);
    },
  );

  test('with it, two points place others within 3 um, and without it up to 18 um off', () => {
    const stretch = stretchMatrix(1.01, 20);
    const two = turned(
      [
        { x: 0, y: 900 },
        { x: 0, y: -900 },
      ],
      { stretch, angle: 88 },
    );
    const others = turned(spread(12, 900), { stretch, angle: 88 });
    const away = (calibrated?: Matrix): number => {
      const fit = fitPoints(two, calibrated);
      return Math.max(...others.map(({ from, to }) => length(subtract(transformed(fit, from), to))));
    };
    expect(away(stretch)).toBeLessThan(0.001);
    expect(away()).toBeGreaterThan(10);
    const random = gaussianNumbers(5);
    const fit = fitPoints(turned(spread(6, 900), { stretch, angle: 88, noise: () => random() }));
    expect(away(stretchOf(fit.matrix)!.matrix)).toBeLessThan(3);
  });
});
