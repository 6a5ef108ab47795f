import { determinant, length, magIndex, matrix, vector } from '../../../core/base';
import { probabilityOf } from '../../../core/judgement';
import type { Calibrations } from '../../../core/store';
import {
  changeOfComa,
  comaStoredFor,
  findAstigmatism,
  findComa,
  pureComa,
  stigmatorPower,
  tuningOf,
} from '../../../core/tuning';
import { main, Site } from '../store/site';

/** Records of a column at 75000x, as SerialEM writes them. */
const astigmatism =
  'AstigmatismCalib 32 1 -999 -1.000000 3.200000 0.078040 2.033793 -2.017434 0.124706 -21.523996 -28.433580 -28.760473 21.846666 -28.313810 21.354734 20.576065 28.155014   75000';
const coma =
  'ComaCalib 32 1 -999 -1.000000 10.000000 0.018708 0.128489 -0.379842 0.003147 -0.008427 0.383909 -0.133797 0.028946   75000';

let site: Site;
let calibrations: Calibrations;
beforeEach(async () => {
  site = new Site();
  site.write(
    main,
    'SerialEMCalibrations',
    astigmatism,
    astigmatism.replace('Calib 32 1', 'Calib 28 1').replace('0.078040', '0.5'),
    astigmatism.replace('Calib 32 1', 'Calib 31 0'),
    coma,
    coma.replace('10.000000', '8.000000'),
  );
  calibrations = await site.calibrations();
});
afterEach(() => site.remove());

const at = (index: number, more: object = {}) => ({ magIndex: magIndex(index), probe: 'micro' as const, ...more });

describe('the stored response of displacement by beam tilt', () => {
  it('is that of the nearest magnification with the same probe mode and alpha', () => {
    expect(findAstigmatism(calibrations, at(32))!.focus.xpx).toBeCloseTo(0.07804, 6);
    expect(findAstigmatism(calibrations, at(31))!.magIndex).toBe(32);
    expect(findAstigmatism(calibrations, at(20))!.magIndex).toBe(28);
    // Of two equally near ones the lower.
    expect(findAstigmatism(calibrations, at(30))!.magIndex).toBe(28);
    expect(findAstigmatism(calibrations, at(32, { probe: 'nano' }))!.magIndex).toBe(31);
    expect(findAstigmatism(calibrations, at(32, { alpha: 2 }))).toBeUndefined();
  });

  it('of a real column has two nanometres for a micrometre and milliradian, and a stigmator that mirrors', () => {
    const { focus, stigmatorX, stigmatorY } = findAstigmatism(calibrations, at(32))!;
    expect(length(vector(focus.xpx, focus.ypx))).toBeCloseTo(2, 1);
    expect(Math.sign(determinant(stigmatorX))).toBe(-Math.sign(determinant(focus)));
    const one = matrix(1, 1, 1, 1);
    const [x, y] = [stigmatorX, stigmatorY].map(
      (value) => stigmatorPower({ value, standardErrors: one }, focus).value,
    ) as [{ x: number; y: number }, { x: number; y: number }];
    // At right angles in the doubled angle, within some degrees, and alike.
    expect(Math.abs(x.x * y.x + x.y * y.y)).toBeLessThan(0.05 * length(x) * length(y));
    expect(length(x) / length(y)).toBeCloseTo(1, 1);
  });

  it('answers with the defocus and the stigmator that made a displacement', () => {
    const response = findAstigmatism(calibrations, at(32))!;
    const made = (['xpx', 'xpy', 'ypx', 'ypy'] as const).map(
      (element) =>
        -1.5 * response.focus[element] + 0.004 * response.stigmatorX[element] - 0.01 * response.stigmatorY[element],
    ) as [number, number, number, number];
    const {
      defocus,
      stigmator,
      astigmatism: size,
    } = tuningOf({ value: matrix(...made), standardErrors: matrix(0.02, 0.02, 0.02, 0.02) }, response);
    expect(defocus).toBeCloseTo(-1.5, 6);
    expect(stigmator).toEqual({ x: expect.closeTo(0.004, 6) as number, y: expect.closeTo(-0.01, 6) as number });
    // 17.5 um over the range of either axis.
    expect(size).toBeCloseTo(17.6 * Math.hypot(0.004, 0.01), 2);
  });
});

describe('the stored response of coma', () => {
  it('is that of the tilt, or that of another one times the square of their ratio', () => {
    expect(comaStoredFor(calibrations, at(32), 10.005)!.x.ypx).toBeCloseTo(-0.379842, 6);
    expect(comaStoredFor(calibrations, at(32), 9)).toBeUndefined();
    expect(findComa(calibrations, at(32), 8)!.measuredAt).toBe(8);
    expect(findComa(calibrations, at(30), 5)!.x.ypx).toBeCloseTo(-0.379842 / 4, 6);
    expect(findComa(calibrations, at(32, { probe: 'nano' }), 10)).toBeUndefined();
  });

  it('of a real column is what spherical aberration makes', () => {
    const { x, y } = findComa(calibrations, at(32), 10)!;
    const numbers = [x, y].flatMap(({ xpx, xpy, ypx, ypy }) => [xpx, xpy, ypx, ypy]);
    // The error that a repeat lets expect: some percent of the largest number.
    const error = 0.02;
    const { rest } = pureComa({
      numbers,
      covariance: numbers.map((_, row) => numbers.map((__, column) => (row === column ? error ** 2 : 0))),
    });
    expect(rest.degreesOfFreedom).toBe(4);
    expect(probabilityOf(rest)).toBeGreaterThan(0.01);
  });

  it('differs from an earlier one in percent of the largest number', () => {
    const now = { x: matrix(-0.4, 0, 0, -0.1), y: matrix(-0.1, 0, 0, -0.4) };
    const before = { ...now, x: matrix(-0.38, 0, 0, -0.1) };
    expect(changeOfComa(now, before)).toEqual({
      mean: expect.closeTo(5 / 8, 6) as number,
      largest: expect.closeTo(5, 6) as number,
    });
  });
});
