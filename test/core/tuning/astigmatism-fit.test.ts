import {
  type Matrix,
  type Vector,
  add,
  apply,
  determinant,
  inverse,
  largestElement,
  matrix,
  scale,
  vector,
} from '../../../core/base';
import { probabilityOf } from '../../../core/judgement';
import {
  type AstigmatismResponse,
  type LensCondition,
  alongCoils,
  cornerPattern,
  crossedConditions,
  fitTiltSeries,
  measureAstigmatism,
  measureDisplacement,
  responseOfSwings,
  restOfPowers,
  sixConditions,
  swingOf,
  threeShots,
  tuningOf,
} from '../../../core/tuning';
import { gaussianNumbers } from '../../support/gaussian-numbers';
import { type MadeDrift, type MadeLens, madeLens, madeSeries } from './made-tilts';

const [power, angle] = [4, 0.7];
/** Micrometres for the range of either axis: the second acts at half a right angle from the first. */
const axes = [
  vector(power * Math.cos(angle), power * Math.sin(angle)),
  vector(-power * Math.sin(angle), power * Math.cos(angle)),
] as const;
const beamTilt = 3.2;
const perPixel = inverse(madeLens.toCamera)!;

const lensUnder = ({ defocus, stigmator }: LensCondition): MadeLens => ({
  ...madeLens,
  defocus: madeLens.defocus + defocus,
  astigmatism: [madeLens.astigmatism, scale(axes[0], stigmator.x), scale(axes[1], stigmator.y)].reduce(add),
});

/** The matrices by their meaning: twice the tilt for a micrometre, mirrored and turned for astigmatism. */
const mirrored = ({ x, y }: Vector): Matrix => matrix(x, y, y, -x);
const times = (by: Matrix): Matrix => {
  const { coils } = madeLens;
  const column = (v: Vector): Vector => scale(apply(by, v), -2);
  const [first, second] = [column(vector(coils.xpx, coils.ypx)), column(vector(coils.xpy, coils.ypy))];
  return matrix(first.x, second.x, first.y, second.y);
};
const truth: AstigmatismResponse = {
  focus: times(matrix(1, 0, 0, 1)),
  stigmatorX: times(mirrored(axes[0])),
  stigmatorY: times(mirrored(axes[1])),
};

const off = (one: Matrix, other: Matrix): number =>
  largestElement(matrix(one.xpx - other.xpx, one.xpy - other.xpy, one.ypx - other.ypx, one.ypy - other.ypy)) /
  largestElement(other);

interface Images extends MadeDrift {
  readonly noise?: number;
  readonly seed?: number;
}

function byCorners({ noise = 0, seed = 1, ...drift }: Images = {}) {
  const next = gaussianNumbers(seed);
  const taken = crossedConditions(10, 0.04).map((condition, turn) => ({
    condition,
    series: madeSeries(lensUnder(condition), cornerPattern(beamTilt, turn), {
      start: 14 * turn,
      noise,
      next,
      ...drift,
    }),
  }));
  return { ...measureAstigmatism(taken, perPixel), images: taken.length * 4 };
}

function byThreeShots({ noise = 0, seed = 1, ...drift }: Images = {}) {
  const next = gaussianNumbers(seed);
  let start = 0;
  const taken = sixConditions(10, 0.04).map((condition) => {
    const [x, y] = alongCoils.map((along) => {
      const series = madeSeries(lensUnder(condition), threeShots(scale(along, beamTilt)), {
        start,
        noise,
        next,
        ...drift,
      });
      start += 10;
      return swingOf(fitTiltSeries(series));
    });
    return { condition, swings: { x: x!, y: y! } };
  });
  return { ...responseOfSwings(taken, beamTilt, perPixel), images: 36 };
}

describe('the response of displacement to focus and stigmator', () => {
  it.each([
    ['corners', byCorners],
    ['three shots', byThreeShots],
  ])('is found by %s, with coma, a wrong pivot point and steady drift', (_, measure) => {
    const { response, powers } = measure({ steady: vector(0.4, -0.7), noise: 1e-6 });
    expect(off(response.focus.value, truth.focus)).toBeLessThan(1e-4);
    expect(off(response.stigmatorX.value, truth.stigmatorX)).toBeLessThan(1e-3);
    expect(off(response.stigmatorY.value, truth.stigmatorY)).toBeLessThan(1e-3);
    expect(powers.x.value.x).toBeCloseTo(axes[0].x, 2);
    expect(powers.y.value.y).toBeCloseTo(axes[1].y, 2);
    expect(Math.sign(determinant(response.stigmatorX.value))).toBe(-Math.sign(determinant(response.focus.value)));
  });

  it('has no larger errors by corners than by three shots, with a third fewer images, whatever the drift', () => {
    for (const drift of [{}, { steady: vector(1, -2) }, { dying: vector(20, -30), lifetime: 25 }]) {
      const errorsOf = (measure: typeof byCorners | typeof byThreeShots) => {
        const squares: number[] = [];
        for (let seed = 1; seed <= 12; seed++) {
          const { stigmatorX, stigmatorY } = measure({ noise: 0.05, seed, ...drift }).response;
          squares.push(off(stigmatorX.value, truth.stigmatorX) ** 2, off(stigmatorY.value, truth.stigmatorY) ** 2);
        }
        return Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / squares.length);
      };
      const [fewer, old] = [errorsOf(byCorners), errorsOf(byThreeShots)];
      expect(fewer).toBeLessThan(old);
    }
    expect(byCorners().images).toBeLessThanOrEqual(0.7 * byThreeShots().images);
  });

  it('states errors that hold, also where the drift dies away', () => {
    const far: number[] = [];
    for (let seed = 1; seed <= 25; seed++) {
      const { response } = byCorners({ noise: 0.05, seed, dying: vector(10, -6), lifetime: 20 });
      for (const name of ['focus', 'stigmatorX', 'stigmatorY'] as const) {
        const { value, standardErrors } = response[name];
        for (const at of ['xpx', 'xpy', 'ypx', 'ypy'] as const)
          far.push((value[at] - truth[name][at]) / standardErrors[at]);
      }
    }
    const within = far.filter((each) => Math.abs(each) < 2).length / far.length;
    expect(within).toBeGreaterThan(0.9);
  });

  it('shows what no lens does', () => {
    const right = byCorners({ noise: 0.05 });
    expect(probabilityOf(restOfPowers(right.powers))).toBeGreaterThan(1e-4);
    expect(right.unrest).toBeLessThan(0.3);
  });
});

describe('astigmatism and defocus by beam tilt', () => {
  it('are found by the response, whatever the pivot point is', () => {
    const twice = [0, 1].map((turn) =>
      madeSeries(madeLens, cornerPattern(beamTilt, turn), { start: 10 * turn, noise: 1e-6 }),
    );
    const found = tuningOf(measureDisplacement(twice, perPixel).middle, truth);
    // What is seen at the base of the tilt, off the axis that is free of coma.
    const t = scale(madeLens.comaFree, -1e-3);
    const seen = [
      madeLens.astigmatism,
      scale(vector(t.x ** 2 - t.y ** 2, 2 * t.x * t.y), madeLens.sphericalAberration),
      scale(vector(madeLens.coma.x * t.x + madeLens.coma.y * t.y, madeLens.coma.x * t.y - madeLens.coma.y * t.x), 2),
      scale(
        vector(
          madeLens.threefold.x * t.x + madeLens.threefold.y * t.y,
          madeLens.threefold.y * t.x - madeLens.threefold.x * t.y,
        ),
        2,
      ),
    ].reduce(add);
    const corrected = add(seen, add(scale(axes[0], -found.stigmator.x), scale(axes[1], -found.stigmator.y)));
    // Coils that are neither equal nor square to each other leave a nanometre of the spherical aberration.
    expect(Math.hypot(corrected.x, corrected.y)).toBeLessThan(2e-3);
    expect(found.astigmatism).toBeCloseTo(Math.hypot(seen.x, seen.y), 2);
  });
});
