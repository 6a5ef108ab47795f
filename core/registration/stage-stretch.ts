import { type Matrix, determinant, inverse, product, rotation as rotationBy } from '../base';
import type { Calibrations } from '../store';

/** Stretch of the readings of a stage against true positions, as a transformation of a turned grid shows it. */
export interface StageStretch {
  /** Mean magnification of the transformation; 1 but for errors of the points. */
  readonly magnification: number;
  /** Angle by which the grid was turned, in degrees counter-clockwise. */
  readonly rotation: number;
  /** Factor along the axis; its inverse holds across. */
  readonly stretch: number;
  /** Direction of the axis in degrees counter-clockwise from stage X, from -90 to 90. */
  readonly axis: number;
  /** The stretch as a symmetric matrix of determinant 1. */
  readonly matrix: Matrix;
}

const degrees = 180 / Math.PI;

/**
 * Takes the stretch of a stage out of the transformation of a grid that was turned by an angle not near 0 or 180 degrees. With readings `S u` of true
 * positions `u`, that transformation is `k S R S^-1`, and `S J^-1 = ...` gives the square of `S` from its part that is not a rotation.
 * Undefined for a mirrored transformation, and where the angle is so near 0 or 180 degrees that nothing follows.
 */
export function stretchOf(matrix: Matrix): StageStretch | undefined {
  const size = determinant(matrix);
  if (!(size > 0)) return undefined;
  const magnification = Math.sqrt(size);
  const [xpx, xpy, ypx, ypy] = [matrix.xpx, matrix.xpy, matrix.ypx, matrix.ypy].map((each) => each / magnification) as [
    number,
    number,
    number,
    number,
  ];
  const cosine = (xpx + ypy) / 2;
  if (Math.abs(cosine) >= 1) return undefined;
  const sine = Math.sqrt(1 - cosine * cosine) * Math.sign(ypx - xpy);
  if (sine === 0) return undefined;
  // (N - c I) J^-1 / sin, J^-1 = [0 1; -1 0]
  const square = {
    xpx: -xpy / sine,
    off: ((xpx - cosine) / sine - (ypy - cosine) / sine) / 2,
    ypy: ypx / sine,
  };
  const half = (square.xpx - square.ypy) / 2;
  const spread = Math.hypot(half, square.off);
  const large = Math.max(1, (square.xpx + square.ypy) / 2 + spread);
  const axis = spread === 0 ? 0 : 0.5 * Math.atan2(square.off, half) * degrees;
  const stretch = Math.sqrt(large);
  return {
    magnification,
    rotation: Math.atan2(sine, cosine) * degrees,
    stretch,
    axis,
    matrix: stretchMatrix(stretch, axis),
  };
}

/** The matrix that stretches by a factor along an axis, and by its inverse across. */
export const stretchMatrix = (stretch: number, axis: number): Matrix =>
  product(rotationBy(axis), { xpx: stretch, xpy: 0, ypx: 0, ypy: 1 / stretch }, rotationBy(-axis));

/** A rotation of the grid by an angle in degrees as the readings of a stretched stage have it. */
export function stretchedRotation(angle: number, stretch: Matrix | undefined): Matrix {
  const back = stretch && inverse(stretch);
  return stretch && back ? product(stretch, rotationBy(angle), back) : rotationBy(angle);
}

/** Standard errors of a stretch, from the covariance of the elements of the transformation. */
export interface StretchErrors {
  readonly magnification: number;
  readonly rotation: number;
  readonly stretch: number;
  readonly axis: number;
}

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** The standard errors of what `stretchOf` gives. Undefined where it gives nothing. */
export function stretchErrors(matrix: Matrix, covariance: readonly (readonly number[])[]): StretchErrors | undefined {
  const centre = stretchOf(matrix);
  if (!centre) return undefined;
  const names = ['magnification', 'rotation', 'stretch', 'axis'] as const;
  const step = 1e-6;
  const slopes = elements.map((element) => {
    const [up, down] = [step, -step].map((by) => stretchOf({ ...matrix, [element]: matrix[element] + by }));
    return names.map((name) => {
      const difference = (up?.[name] ?? NaN) - (down?.[name] ?? NaN);
      // The axis is the same one after half a turn.
      return (name === 'axis' ? difference - 180 * Math.round(difference / 180) : difference) / (2 * step);
    });
  });
  const [magnification, rotation, stretch, axis] = names.map((_, at) =>
    Math.sqrt(
      elements.reduce(
        (sum, __, i) =>
          sum + elements.reduce((part, ___, j) => part + slopes[i]![at]! * covariance[i]![j]! * slopes[j]![at]!, 0),
        0,
      ),
    ),
  ) as [number, number, number, number];
  return { magnification, rotation, stretch, axis: Math.min(axis, 90) };
}

/** The stretch that is calibrated, as a matrix; undefined where none is. */
export function calibratedStretch(calibrations: Pick<Calibrations, 'records'>): Matrix | undefined {
  const [stored] = calibrations.records('StageStretchXform').all();
  return stored && stretchOf(stored)?.matrix;
}
