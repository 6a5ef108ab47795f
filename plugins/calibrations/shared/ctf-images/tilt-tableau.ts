import { type Vector, length, subtract, vector } from '../../../../core/base';
import { type Misfit, errorGrowth } from '../../../../core/judgement';
import { type NonlinearFit, fitModel } from '../../../../imaging';
import type { Covariance, RingMeasurement } from './ring-measurement';

/** Rings of an image with the beam at a tilt. */
export interface TiltedRings {
  /** Beam tilt from the middle of the tableau, in the unit of the column, as it is held. */
  readonly tilt: Vector;
  /** Seconds on the program's clock. */
  readonly time: number;
  readonly rings: RingMeasurement;
}

/** Alignment of the beam that a tableau of tilts shows. */
export interface TableauFit {
  /** Tilt of the middle against the axis that is free of coma, in the unit of the column. */
  readonly offAxis: Vector;
  /** Standard errors of its two components, grown with the misfit. */
  readonly standardErrors: Vector;
  readonly correlation: number;
  /** Coma in the middle, as nanometres of B2, for the spherical aberration in millimetres that is handed in. */
  comaFor(sphericalAberration: number): number;
  /** Milliradians of one unit of beam tilt along X and along Y, for a spherical aberration in millimetres. */
  milliradiansFor(sphericalAberration: number): Vector;
  /** Angle between the effects of both coils in degrees. */
  readonly angle: number;
  /** Three-fold astigmatism in nanometres, for a spherical aberration in millimetres. */
  threefoldFor(sphericalAberration: number): number;
  /** Steady change of the defocus in nanometres for each second. */
  readonly focusDrift: number;
  readonly misfit: Misfit;
}

const times = (a: Vector, b: Vector): Vector => vector(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
const squareRoot = ({ x, y }: Vector): Vector => {
  const size = Math.sqrt(Math.hypot(x, y));
  const angle = Math.atan2(y, x) / 2;
  return vector(size * Math.cos(angle), size * Math.sin(angle));
};

/** Unknowns of the model, in their order. */
const names = ['c', 'ax', 'ay', 'uxx', 'uxy', 'uyx', 'uyy', 'mx', 'my', 'tx', 'ty', 'drift'] as const;
const at = (name: (typeof names)[number]): number => names.indexOf(name);

/**
 * Defocus and astigmatism at a tilt. With the tilt as a complex number `w`, the root of the spherical aberration times the tilt of the illumination against
 * the axis free of coma, the defocus is `C + 2 |w|^2` and the astigmatism `A + w^2 + 2 T w*`: expanding the wave about the direction of the illumination
 * (Zemlin, Weiss, Schiske, Kunath and Herrmann, Ultramicroscopy 3 (1978) 49). `w` is linear in the tilt, so that neither the scale nor the direction
 * of the coils, nor the spherical aberration, need to be known.
 */
function ringsAt(p: readonly number[], tilt: Vector, time: number): readonly [number, number, number] {
  const [c, ax, ay, uxx, uxy, uyx, uyy, mx, my, tx, ty, drift] = p as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [x, y] = [mx + tilt.x, my + tilt.y];
  const w = vector(uxx * x + uyx * y, uxy * x + uyy * y);
  const square = times(w, w);
  const threefold = times(vector(tx, ty), vector(w.x, -w.y));
  return [
    c + 2 * (w.x * w.x + w.y * w.y) + drift * time,
    ax + square.x + 2 * threefold.x,
    ay + square.y + 2 * threefold.y,
  ];
}

/** Lower triangle of a covariance of three numbers, inverted: it makes them independent, with variance 1. */
function whitening(c: Covariance): readonly (readonly number[])[] {
  const a = Math.sqrt(c[0]!);
  const [b, d] = [c[3]! / a, c[6]! / a];
  const e = Math.sqrt(Math.max(1e-30, c[4]! - b * b));
  const f = (c[7]! - b * d) / e;
  const g = Math.sqrt(Math.max(1e-30, c[8]! - d * d - f * f));
  return [
    [1 / a, 0, 0],
    [-b / (a * e), 1 / e, 0],
    [(b * f - d * e) / (a * e * g), -f / (e * g), 1 / g],
  ];
}

/**
 * Fits the alignment of the beam to the rings of images in the middle and at tilts along both coils to both sides. Undefined where the rings do not bend with
 * the tilt as those of a lens do, so that nothing can be said.
 */
export function fitTableau(images: readonly TiltedRings[]): TableauFit | undefined {
  const start = images[0]!.time;
  const span = Math.max(1, ...images.map(({ time }) => time - start));
  const points = images.flatMap(({ tilt, time, rings }) => {
    const white = whitening(rings.covariance);
    return white.map((row) => ({ tilt, time: (time - start) / span, row }));
  });
  const observed = images.flatMap(({ rings }) => {
    const values = [rings.defocus, rings.astigmatism.x, rings.astigmatism.y];
    return whitening(rings.covariance).map((row) => row.reduce((sum, each, k) => sum + each * values[k]!, 0));
  });
  const model =
    (p: readonly number[]) =>
    ({ tilt, time, row }: (typeof points)[number]): number => {
      const rings = ringsAt(p, tilt, time);
      return row.reduce((sum, each, k) => sum + each * rings[k]!, 0);
    };
  let best: NonlinearFit | undefined;
  let least = Infinity;
  for (const guess of guesses(images)) {
    try {
      const fit = fitModel(points, observed, model, guess, { variance: 1, sizes: guess.map(() => 1e-3) });
      const chiSquare = fit.residuals.reduce((sum, each) => sum + each * each, 0);
      if (chiSquare < least) [best, least] = [fit, chiSquare];
    } catch {
      // Where one start leads to nothing, the other one may lead to the answer.
    }
  }
  return best && tableauOf(best, { chiSquare: least, degreesOfFreedom: points.length - names.length }, span);
}

function tableauOf(fit: NonlinearFit, misfit: Misfit, span: number): TableauFit {
  const p = fit.parameters;
  const value = (name: (typeof names)[number]): number => p[at(name)]!;
  const [ux, uy] = [vector(value('uxx'), value('uxy')), vector(value('uyx'), value('uyy'))];
  const offAxis = vector(value('mx'), value('my'));
  const off = vector(ux.x * offAxis.x + uy.x * offAxis.y, ux.y * offAxis.x + uy.y * offAxis.y);
  const growth = errorGrowth(misfit);
  const covariance = (one: 'mx' | 'my', other: 'mx' | 'my'): number => fit.covariance[at(one)]![at(other)]!;
  const [varianceX, varianceY] = [covariance('mx', 'mx'), covariance('my', 'my')];
  // Roots of micrometres: of the spherical aberration, 1000 for each millimetre.
  const rootOf = (sphericalAberration: number): number => Math.sqrt(1000 * sphericalAberration);
  return {
    offAxis,
    standardErrors: vector(growth * Math.sqrt(varianceX), growth * Math.sqrt(varianceY)),
    correlation: covariance('mx', 'my') / Math.sqrt(varianceX * varianceY),
    comaFor: (sphericalAberration) => 1000 * length(off) * rootOf(sphericalAberration),
    milliradiansFor: (sphericalAberration) =>
      vector((1000 * length(ux)) / rootOf(sphericalAberration), (1000 * length(uy)) / rootOf(sphericalAberration)),
    angle: (Math.abs(Math.atan2(ux.x * uy.y - ux.y * uy.x, ux.x * uy.x + ux.y * uy.y)) * 180) / Math.PI,
    threefoldFor: (sphericalAberration) =>
      1000 * length(vector(value('tx'), value('ty'))) * rootOf(sphericalAberration),
    focusDrift: (1000 * value('drift')) / span,
    misfit,
  };
}

/** Starts of the fit, from second differences along both coils: the sign of one coil against the other is open. */
function guesses(images: readonly TiltedRings[]): readonly (readonly number[])[] {
  const middle = nearest(images, vector(0, 0)).rings;
  const coil = (axis: 'x' | 'y'): Vector => {
    const reach = Math.max(...images.map(({ tilt }) => Math.abs(tilt[axis])));
    const sides = [-reach, reach].map((side) => nearest(images, axis === 'x' ? vector(side, 0) : vector(0, side))) as [
      TiltedRings,
      TiltedRings,
    ];
    const mean = vector(
      (sides[0].rings.astigmatism.x + sides[1].rings.astigmatism.x) / 2,
      (sides[0].rings.astigmatism.y + sides[1].rings.astigmatism.y) / 2,
    );
    const root = squareRoot(subtract(mean, middle.astigmatism));
    return vector(root.x / reach, root.y / reach);
  };
  const [ux, uy] = [coil('x'), coil('y')];
  return [1, -1].map((sign) => [
    middle.defocus,
    middle.astigmatism.x,
    middle.astigmatism.y,
    ux.x,
    ux.y,
    sign * uy.x,
    sign * uy.y,
    0,
    0,
    0,
    0,
    0,
  ]);
}

const nearest = (images: readonly TiltedRings[], tilt: Vector): TiltedRings =>
  [...images].sort((a, b) => length(subtract(a.tilt, tilt)) - length(subtract(b.tilt, tilt)))[0]!;
