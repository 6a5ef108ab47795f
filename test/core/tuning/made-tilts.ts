import { type Matrix, type Vector, add, apply, matrix, scale, seconds, subtract, vector } from '../../../core/base';
import type { TiltSeries } from '../../../core/tuning';
import { gaussianNumbers } from '../../support/gaussian-numbers';

/** A lens whose images move by beam tilt, as complex numbers: micrometres and milliradians, so that places are in nanometres. */
export interface MadeLens {
  /** Milliradians on the specimen for a unit of tilt. */
  readonly coils: Matrix;
  readonly comaFree: Vector;
  readonly defocus: number;
  readonly astigmatism: Vector;
  readonly coma: Vector;
  readonly threefold: Vector;
  readonly sphericalAberration: number;
  readonly pivot: Vector;
  /** Pixels for a nanometre. */
  readonly toCamera: Matrix;
}

export const madeLens: MadeLens = {
  coils: matrix(0.8, -0.62, 0.55, 0.83),
  comaFree: vector(0.3, -0.4),
  defocus: -1.2,
  astigmatism: vector(0.05, -0.03),
  coma: vector(0.2, 0.1),
  threefold: vector(-0.1, 0.15),
  sphericalAberration: 2700,
  pivot: vector(0.5, -0.3),
  toCamera: matrix(2.1, -4.4, 4.4, 2.1),
};

const times = (a: Vector, b: Vector): Vector => vector(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
const conjugate = ({ x, y }: Vector): Vector => vector(x, -y);

/** Place of the image in pixels at a tilt. */
export function placeAt(lens: MadeLens, tilt: Vector): Vector {
  const made = apply(lens.coils, tilt);
  const t = subtract(made, lens.comaFree);
  const square = (t.x ** 2 + t.y ** 2) / 1000;
  const terms = [
    scale(t, lens.defocus),
    times(lens.astigmatism, conjugate(t)),
    scale(t, (lens.sphericalAberration * square) / 1000),
    scale(conjugate(lens.coma), 2 * square),
    scale(times(lens.coma, times(t, t)), 1 / 1000),
    scale(times(lens.threefold, conjugate(times(t, t))), 1 / 1000),
    times(lens.pivot, made),
  ];
  return apply(lens.toCamera, terms.reduce(add));
}

/** Drift of made images: steady, and dying away, in pixels and seconds. */
export interface MadeDrift {
  readonly steady?: Vector;
  readonly dying?: Vector;
  readonly lifetime?: number;
}

/** A series of images of a lens, with the noise of each image in all its pairs. */
export function madeSeries(
  lens: MadeLens,
  tilts: readonly Vector[],
  {
    start = 0,
    noise = 0,
    reach = 3,
    next = gaussianNumbers(1),
    steady = vector(0, 0),
    dying = vector(0, 0),
    lifetime = 30,
  }: MadeDrift & { start?: number; noise?: number; reach?: number; next?: () => number } = {},
): TiltSeries {
  const views = tilts.map((tilt, index) => ({ tilt, time: seconds(start + 2 * index), mean: 40 }));
  const drawn = (size: number): Vector => vector(size * next(), size * next());
  const seen = views.map(({ tilt, time }) =>
    [placeAt(lens, tilt), scale(steady, time), scale(dying, Math.exp((0 - time) / lifetime)), drawn(noise)].reduce(add),
  );
  const error = noise * Math.SQRT2;
  return {
    views,
    comparedPixel: 1,
    pairs: views.flatMap((_, later) =>
      Array.from({ length: Math.min(reach, later) }, (__, back) => ({
        earlier: later - back - 1,
        later,
        shift: subtract(seen[later - back - 1]!, seen[later]!),
        standardError: vector(error, error),
        correlation: 0.5,
        significance: 30,
        findings: [],
      })),
    ),
  };
}
