import { type Matrix, determinant, matrix, matrixAngle, product, rotation, scaleMatrix } from '../../../core/base';
import { robustSpecimenToStage } from '../../../core/optics';
import { randomNumbers } from '../../../statistics/support/random-numbers';

const column = { FEI: matrix(-1, 0, 0, -1), Hitachi: matrix(0, 1, -1, 0), 'inverted X': matrix(1, 0, 0, -1) };

/** Rows of a site: axes a little off the nominal ones, pixel sizes by 1 %, rotations by 1 degree. */
function siteRows(seed: number, count: number, axes: Matrix): Matrix[] {
  const next = randomNumbers(seed);
  return Array.from({ length: count }, () =>
    scaleMatrix(product(rotation(2 * next() - 1), axes), 1 + 0.02 * (next() - 0.5)),
  );
}
const difference = (one: Matrix, other: Matrix): number =>
  Math.max(...(['xpx', 'xpy', 'ypx', 'ypy'] as const).map((element) => Math.abs(one[element] - other[element])));

describe.each(Object.entries(column))('stage axes of %s', (_, nominal) => {
  test.each([1, 2, 3])('are the mean of rows that agree, seed %i', (seed) => {
    const axes = product(nominal, matrix(1.02, 0.004, 0, 0.99));
    const { matrix: mean, leftOut } = robustSpecimenToStage(siteRows(seed, 6, axes), nominal);
    expect(leftOut).toEqual([]);
    expect(difference(mean, axes)).toBeLessThan(0.015);
  });

  test.each([
    ['turned by 72 degrees', (row: Matrix) => product(rotation(72), row), /^turned by 7[123] degrees against/],
    ['turned by 179 degrees', (row: Matrix) => product(rotation(179), row), /^turned by -?1(7\d|80) degrees against/],
    ['of 1.3 times the pixel size', (row: Matrix) => scaleMatrix(row, 1.3), /^(29|30|31) % off in scale against/],
    ['mirrored', (row: Matrix) => product(row, matrix(1, 0, 0, -1)), /^of the other handedness/],
    ['a thousand times too large', (row: Matrix) => scaleMatrix(row, 1000), /% off in scale/],
  ] as const)('are not moved by one row that is %s', (_kind, spoil, why) => {
    const rows = siteRows(5, 4, nominal);
    const spoilt = [...rows.slice(0, 2), spoil(rows[2]!), ...rows.slice(2)];
    const { matrix: mean, leftOut } = robustSpecimenToStage(spoilt, nominal);
    expect(leftOut).toEqual([{ index: 2, why: expect.stringMatching(why) as string }]);
    expect(difference(mean, robustSpecimenToStage(rows, nominal).matrix)).toBeLessThan(1e-12);
  });

  test('are not moved by two wrong rotations among five', () => {
    const rows = siteRows(6, 3, nominal);
    const { matrix: mean, leftOut } = robustSpecimenToStage(
      [product(rotation(72), nominal), ...rows, product(rotation(90), nominal)],
      nominal,
    );
    expect(leftOut.map(({ index }) => index)).toEqual([0, 4]);
    expect(Math.sqrt(Math.abs(determinant(mean)))).toBeGreaterThan(0.98);
    expect(difference(mean, nominal)).toBeLessThan(0.03);
  });

  test('are those of the column where two rows contradict each other, as far as one of them has these', () => {
    const { matrix: mean, leftOut } = robustSpecimenToStage([product(rotation(50), nominal), nominal], nominal);
    expect(leftOut.map(({ index }) => index)).toEqual([0]);
    expect(difference(mean, nominal)).toBeLessThan(1e-12);
  });

  test('stay turned where every row is: then the rotations of the site are', () => {
    const { matrix: mean, leftOut } = robustSpecimenToStage(
      [70, 71, 72].map((angle) => product(rotation(angle), nominal)),
      nominal,
    );
    expect(leftOut).toEqual([]);
    expect(difference(mean, product(rotation(71), nominal))).toBeLessThan(1e-9);
  });

  test('are nominal without a row', () => {
    expect(robustSpecimenToStage([], nominal)).toEqual({ matrix: nominal, leftOut: [] });
  });
});

test('axes that differ in length keep their own', () => {
  const axes = matrix(-1.025, 0, 0, -1);
  const { matrix: mean } = robustSpecimenToStage(
    [-8, 0, 8].map((angle) => product(rotation(angle), axes)),
    column.FEI,
  );
  expect(difference(mean, axes)).toBeLessThan(1e-9);
  expect(matrixAngle(product(mean, column.FEI)).angle).toBeCloseTo(0, 9);
});
