import { type Vector, add, inMicrometres, length, scale, subtract, vector } from '../../../../../core/base';
import { defocusOf } from '../../../../../core/tuning';
import {
  type MeasuredLevel,
  fitFocusLevels,
  grosslyWrong,
  smoothedLevels,
  turnedIntervals,
  wrongestLevel,
} from '../../../../../plugins/calibrations/focus-and-tuning/focus-series/focus-analysis';
import { requireUsable } from '../../../../../plugins/calibrations/focus-and-tuning/focus-series/focus-calibration-errors';
import { focusLevels } from '../../../../../plugins/calibrations/focus-and-tuning/focus-series/focus-levels';
import { gaussianNumbers } from '../../../../support/gaussian-numbers';

/** Displacement for a unit of tilt where the image grows by 0.12 % and turns by 0.02 degrees for a micrometre, 1.3 um and a little across from focus. */
function bent(defocus: number): Vector {
  const from = defocus - 1.3;
  const [size, angle] = [4 * from * (1 - 0.0012 * from), 0.6 - 0.00035 * from];
  return add(scale(vector(Math.cos(angle), Math.sin(angle)), size), vector(-0.4, 0.6));
}

const plan = focusLevels({ range: 72, levels: 13, offset: 0 }, 2);
const measured = (noise: number, seed = 1, of = bent): readonly MeasuredLevel[] => {
  const next = gaussianNumbers(seed);
  return plan.map((level) => ({
    ...level,
    shift: add(of(level.defocus), vector(noise * next(), noise * next())),
    standardError: vector(noise, noise),
  }));
};
const spoiled = (levels: readonly MeasuredLevel[], at: number, by: Vector): readonly MeasuredLevel[] =>
  levels.map((level, index) => (index === at ? { ...level, shift: add(level.shift, by) } : level));
const lose = (levels: readonly MeasuredLevel[], ...lost: readonly number[]): readonly MeasuredLevel[] =>
  levels.map((level, at) => (lost.includes(at) ? { ...level, lost: 'no detail' } : level));

/** The zero of the bent curve, by trying all. */
function zeroOf(curve: (defocus: number) => Vector): number {
  let best = 0;
  for (let at = -5; at < 5; at += 0.0005) if (length(curve(at)) < length(curve(best))) best = at;
  return best;
}

/** The code of the error that something throws. */
function codeOf(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
  return undefined;
}

describe('the levels of a focus calibration', () => {
  it('stand at equal steps around the offset', () => {
    expect(focusLevels({ range: 24, levels: 9, offset: -4 }, 5).map(({ defocus }) => defocus)).toEqual([
      -16, -13, -10, -7, -4, -1, 2, 5, 8,
    ]);
  });

  it('have sparse ones beyond, with a smaller tilt, as many as the interval asks for', () => {
    const extended = { lowest: -300, highest: 100, interval: 20, tiltFactor: 0.5 };
    const levels = focusLevels({ range: 72, levels: 13, offset: 0 }, 5, extended);
    expect(levels).toHaveLength(14 + 13 + 4);
    expect(levels.filter(({ regular }) => !regular).every(({ tilt }) => tilt === 2.5)).toBe(true);
    const steps = levels.slice(1).map(({ defocus }, at) => defocus - levels[at]!.defocus);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThanOrEqual(20);
    expect([levels[0]!.defocus, levels.at(-1)!.defocus]).toEqual([-300, 100]);
  });
});

describe('the analysis of a focus calibration', () => {
  const zero = zeroOf(bent);

  it('finds slope, present defocus and every defocus of a bent curve', () => {
    const fit = fitFocusLevels(measured(0.01), 3);
    const mean = plan.reduce((sum, { defocus }) => sum + defocus, 0) / plan.length;
    const squares = plan.reduce((sum, { defocus }) => sum + (defocus - mean) ** 2, 0);
    const regression = plan.map(({ defocus }) => scale(bent(defocus), (defocus - mean) / squares)).reduce(add);
    expect(length(subtract(fit.slope, regression)) / length(regression)).toBeLessThan(0.001);
    expect(Math.abs(fit.presentDefocus + zero)).toBeLessThan(0.01);
    expect(fit.distanceFromOrigin).toBeCloseTo(2 * length(bent(zero)), 1);
    for (let at = -36; at <= 36; at += 0.5)
      expect(Math.abs(inMicrometres(defocusOf(fit.curve, bent(at))!.defocus) - (at - zero))).toBeLessThan(0.05);
  });

  it('states errors that hold', () => {
    const far: number[] = [];
    for (let seed = 1; seed <= 200; seed++) {
      const fit = fitFocusLevels(measured(0.2, seed), 3);
      far.push((fit.presentDefocus + zero) / fit.presentDefocusError);
    }
    const within = far.filter((each) => Math.abs(each) < 2).length / far.length;
    expect(within).toBeGreaterThan(0.92);
    expect(within).toBeLessThan(0.99);
  });

  it('smooths noise, and keeps the bend of a curve', () => {
    const straight = (defocus: number): Vector => vector(4 * defocus, -2 * defocus);
    const rest = (levels: readonly MeasuredLevel[]): number =>
      Math.hypot(...levels.map(({ defocus, shift }) => length(subtract(shift, straight(defocus)))));
    const noisy = measured(0.3, 5, straight);
    const smooth = smoothedLevels(noisy, 3);
    expect(smooth.changed).toBeGreaterThan(9);
    expect(rest(smooth.levels)).toBeLessThan(0.8 * rest(noisy));
    expect(smoothedLevels(measured(0.005), 3).changed).toBeLessThan(4);
    expect(smoothedLevels(noisy, 2).levels).toEqual(noisy);
  });

  it('names the level that lies beside the curve of the others', () => {
    for (const at of [0, 3, 6, 12]) {
      const levels = measured(0.02, at + 1);
      expect(wrongestLevel(levels)).toBeUndefined();
      expect(wrongestLevel(spoiled(levels, at, vector(6, 5)))).toBe(at);
    }
  });

  it('names the levels that jumped by a period of the specimen, though they are many', () => {
    const period = vector(70, 95);
    const levels = [0, 10, 11, 12].reduce(
      (some, at) => spoiled(some, at, scale(period, at === 0 ? 1 : -1)),
      measured(0.02, 9),
    );
    expect(levels.flatMap((level, at) => (grosslyWrong(levels, level) ? [at] : []))).toEqual([0, 10, 11, 12]);
    expect(measured(0.02).some((level, _, all) => grosslyWrong(all, level))).toBe(false);
    let left = levels;
    const named: number[] = [];
    for (let round = 0; round < 4; round++) {
      const at = wrongestLevel(left)!;
      named.push(at);
      left = left.map((level, index) => (index === at ? { ...level, lost: 'it jumped' } : level));
    }
    expect(named.sort((one, other) => one - other)).toEqual([0, 10, 11, 12]);
    expect(wrongestLevel(left)).toBeUndefined();
  });

  it('leaves a lost level out, and the curve goes on between its neighbours', () => {
    const whole = fitFocusLevels(measured(0.01), 0);
    const without = fitFocusLevels(lose(spoiled(measured(0.01), 6, vector(40, -30)), 6), 0);
    expect(without.curve.levels).toHaveLength(12);
    expect(length(subtract(without.slope, whole.slope)) / length(whole.slope)).toBeLessThan(0.001);
    expect(Math.abs(without.presentDefocus - whole.presentDefocus)).toBeLessThan(0.02);
  });

  it('refuses two lost levels in a row, and one at an end', () => {
    const levels = measured(0.01);
    expect(() => requireUsable(lose(levels, 3, 7))).not.toThrow();
    for (const lost of [[5, 6], [0], [12]])
      expect(codeOf(() => requireUsable(lose(levels, ...lost)))).toBe('focus-calibration/levels-lost');
  });

  it('sees intervals that go elsewhere, and not those whose change is noise', () => {
    expect(turnedIntervals(measured(0.02))).toEqual([]);
    expect(turnedIntervals(spoiled(measured(0.02), 4, vector(-60, 30)))).toEqual([3, 4]);
    // The last interval as well.
    expect(turnedIntervals(spoiled(measured(0.02), 12, vector(-60, 30)))).toEqual([11]);
    const still = measured(0.5, 3, (defocus) => vector(0.02 * defocus, 0));
    expect(turnedIntervals(still).length).toBeLessThan(4);
  });
});
