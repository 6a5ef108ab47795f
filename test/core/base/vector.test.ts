import { fc } from '../../support/properties';
import {
  apply,
  asymmetry,
  decompose,
  determinant,
  identity,
  inverse,
  matrix,
  matrixAngle,
  normalizeDegrees,
  percentChange,
  product,
  rotation,
  scaleMatrix,
  then,
} from '../../../core/base';

const close = (a: object, b: object, digits = 9): void => {
  for (const [key, value] of Object.entries(a)) expect(value).toBeCloseTo((b as Record<string, number>)[key]!, digits);
};
const element = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const matrices = fc.tuple(element, element, element, element).map(([a, b, c, d]) => matrix(a, b, c, d));

describe('matrices', () => {
  test('then(first, second) applies first before second', () => {
    const stretch = matrix(2, 0, 0, 1);
    close(apply(then(stretch, rotation(90)), { x: 1, y: 0 }), { x: 0, y: 2 });
    close(product(rotation(90), stretch), then(stretch, rotation(90)));
  });

  test('a matrix times its inverse changes nothing', () => {
    fc.assert(
      fc.property(matrices, (m) => {
        fc.pre(Math.abs(determinant(m)) > 1);
        close(product(m, inverse(m)!), identity, 6);
      }),
    );
  });

  test('a singular matrix has no inverse', () => expect(inverse(matrix(1, 2, 2, 4))).toBeUndefined());

  test('the worked decomposition of the conventions', () => {
    const {
      rotation: angle,
      magnification,
      stretch,
    } = decompose(scaleMatrix(product(rotation(4), matrix(1.01, 0, 0, 1)), 0.93));
    expect(angle).toBeCloseTo(4, 6);
    expect(magnification).toBeCloseTo(0.9393, 6);
    expect(stretch).toBeCloseTo(0.93 / 0.9393, 6);
    expect(magnification * Math.sqrt(stretch)).toBeCloseTo(0.934638, 6);
  });

  test('a mirrored matrix has a negative stretch', () =>
    expect(decompose(matrix(1, 0, 0, -0.98)).stretch).toBeLessThan(0));

  test('the worked change of 2.67 percent', () => {
    const old = matrix(-93.496, -506.492, 480.997, -93.358);
    expect(percentChange(old, scaleMatrix(product(rotation(1), old), 1.02))).toBeCloseTo(2.67, 2);
  });

  test('angle, inversion and asymmetry', () => {
    expect(matrixAngle(scaleMatrix(rotation(84), 3)).angle).toBeCloseTo(84, 9);
    expect(matrixAngle(rotation(84)).inverted).toBe(false);
    expect(matrixAngle(matrix(1, 0, 0, -1)).inverted).toBe(true);
    expect(asymmetry(rotation(33))).toBeCloseTo(0, 12);
    expect(asymmetry(matrix(1, 0, 0, 0.5))).toBeCloseTo(0.5, 12);
  });

  test('angles are brought into (-180, 180]', () => {
    expect([180, -180, 181, 540, -190, 0].map(normalizeDegrees)).toEqual([180, 180, -179, 180, 170, 0]);
  });
});
