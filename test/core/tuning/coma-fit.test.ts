import { type Matrix, type Vector, add, inverse, largestElement, matrix, scale, vector } from '../../../core/base';
import { probabilityOf } from '../../../core/judgement';
import {
  type ComaResponse,
  comaOfTriples,
  comaTriples,
  fitTiltSeries,
  measureComa,
  tiltErrorOf,
  ringPattern,
  swingOf,
} from '../../../core/tuning';
import { gaussianNumbers } from '../../support/gaussian-numbers';
import { type MadeDrift, type MadeLens, madeLens, madeSeries, placeAt } from './made-tilts';

const greatest = 10;
const perPixel = inverse(madeLens.toCamera)!;
/** Images that are compared with each one. */
const reach = 4;

/** The bends by their meaning, from places alone: twice the middle less both sides, at half the greatest tilt. */
function bendAt(lens: MadeLens, middle: Vector, along: Vector): Vector {
  const half = scale(along, greatest / 2);
  const nanometres = (tilt: Vector): Vector => {
    const { x, y } = placeAt({ ...lens, toCamera: matrix(1, 0, 0, 1) }, tilt);
    return vector(x, y);
  };
  return [
    scale(nanometres(middle), 2),
    scale(nanometres(add(middle, half)), -1),
    scale(nanometres(add(middle, scale(half, -1))), -1),
  ].reduce(add);
}
const [alongX, alongY] = [vector(1, 0), vector(0, 1)];
function trueMatrix(along: Vector): Matrix {
  const column = (off: Vector): Vector =>
    scale(
      add(
        bendAt(madeLens, scale(off, greatest / 2), along),
        scale(bendAt(madeLens, scale(off, -greatest / 2), along), -1),
      ),
      1 / greatest,
    );
  const [first, second] = [column(alongX), column(alongY)];
  return matrix(first.x, second.x, first.y, second.y);
}
const truth: ComaResponse = { x: trueMatrix(alongX), y: trueMatrix(alongY) };
const most = Math.max(largestElement(truth.x), largestElement(truth.y));
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
const differences = ({ x, y }: ComaResponse): readonly number[] =>
  elements.flatMap((at) => [x[at] - truth.x[at], y[at] - truth.y[at]]);

interface Images extends MadeDrift {
  readonly noise?: number;
  readonly seed?: number;
}
const values = ({ x, y }: ComaResponse<{ readonly value: Matrix }>): ComaResponse => ({ x: x.value, y: y.value });

function byRings({ noise = 1e-6, seed = 1, ...drift }: Images = {}) {
  const series = madeSeries(madeLens, ringPattern(greatest), { noise, next: gaussianNumbers(seed), reach, ...drift });
  return { ...measureComa([series], greatest, perPixel), images: series.views.length };
}

function byTriples({ noise = 1e-6, seed = 1, ...drift }: Images = {}) {
  const next = gaussianNumbers(seed);
  const measured = comaTriples(greatest).map((triple, at) => ({
    triple,
    swing: swingOf(fitTiltSeries(madeSeries(madeLens, triple.tilts, { start: 7 * at, noise, next, ...drift }))),
  }));
  return { ...comaOfTriples(measured, greatest, perPixel), images: 3 * measured.length };
}

const rootMeanSquare = (all: readonly number[]): number =>
  Math.sqrt(all.reduce((sum, each) => sum + each * each, 0) / all.length);

describe('the response of displacement to a misalignment', () => {
  it('has the size that spherical aberration gives it', () => {
    const straight = { ...madeLens, coils: matrix(1, 0, 0, 1) };
    // The numbers of a lens of 2.7 mm at 10 mrad.
    expect(bendAt(straight, vector(0.5, 0), alongX).x - bendAt(straight, vector(-0.5, 0), alongX).x).toBeCloseTo(
      -0.405,
      3,
    );
    expect(bendAt(straight, vector(0, 0.5), alongX).y - bendAt(straight, vector(0, -0.5), alongX).y).toBeCloseTo(
      -0.135,
      3,
    );
  });

  it.each([
    ['rings', byRings],
    ['triples', byTriples],
  ])('is found by %s, with defocus, astigmatism, a wrong pivot point and steady drift', (_, measure) => {
    const { response, rest } = measure({ steady: vector(0.3, -0.2) });
    expect(Math.max(...differences(values(response)).map(Math.abs))).toBeLessThan(1e-4 * most);
    expect(rest.degreesOfFreedom).toBe(4);
  });

  it('has no larger errors by rings than by triples, with half of the images, whatever the drift', () => {
    for (const drift of [{}, { steady: vector(0.5, -1) }, { dying: vector(20, -30), lifetime: 25 }]) {
      const errorsOf = (measure: typeof byRings | typeof byTriples) =>
        rootMeanSquare(
          Array.from({ length: 12 }, (_, at) =>
            differences(values(measure({ noise: 0.1, seed: at + 1, ...drift }).response)),
          ).flat(),
        );
      expect(errorsOf(byRings)).toBeLessThan(errorsOf(byTriples));
    }
    expect(byRings().images).toBeLessThanOrEqual(byTriples().images / 2);
  });

  it('states errors that hold, and shows what spherical aberration cannot do', () => {
    const far: number[] = [];
    const probabilities: number[] = [];
    for (let seed = 1; seed <= 25; seed++) {
      const { response, rest } = byRings({ noise: 0.1, seed, dying: vector(10, -6), lifetime: 20 });
      for (const name of ['x', 'y'] as const)
        for (const at of elements)
          far.push((response[name].value[at] - truth[name][at]) / response[name].standardErrors[at]);
      probabilities.push(probabilityOf(rest));
    }
    expect(far.filter((each) => Math.abs(each) < 2).length / far.length).toBeGreaterThan(0.9);
    expect(Math.min(...probabilities)).toBeGreaterThan(1e-3);
  });
});

describe('a misalignment', () => {
  it('is found from the bends, as the tilt that takes coma away', () => {
    const { bends } = byRings();
    const { tilt } = tiltErrorOf(bends, truth);
    // With coma, the axis without it lies where spherical aberration and tilt make the opposite of it.
    const away = scale(vector(madeLens.coma.x, -madeLens.coma.y), -1000 / madeLens.sphericalAberration);
    const wanted = add(madeLens.comaFree, away);
    const { coils } = madeLens;
    const corrected = inverse(coils)!;
    const x = corrected.xpx * wanted.x + corrected.xpy * wanted.y;
    const y = corrected.ypx * wanted.x + corrected.ypy * wanted.y;
    expect(Math.hypot(-tilt.x - x, -tilt.y - y)).toBeLessThan(0.05);
  });

  it('is not mistaken for three-fold astigmatism', () => {
    // Bends without noise, by the places alone, of a lens with 0 and with 1.5 um of it.
    const found = [0, 1.5].map((threefold) => {
      const lens = { ...madeLens, threefold: vector(threefold, -threefold / 2) };
      const bend = (along: Vector) => ({
        value: bendAt(lens, vector(0, 0), along),
        standardErrors: vector(0.01, 0.01),
      });
      return tiltErrorOf({ x: bend(alongX), y: bend(alongY) }, truth).tilt;
    });
    expect(Math.hypot(found[0]!.x - found[1]!.x, found[0]!.y - found[1]!.y)).toBeLessThan(1e-3);
  });
});
