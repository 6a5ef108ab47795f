import { cosine, sine } from './functions';

/** A pair of values along X and Y of one plane (specimen, camera, stage or image shift), Y up. */
export interface PlaneVector {
  readonly x: number;
  readonly y: number;
}

/** A 2x2 matrix named by output and input axis: `x' = xpx*x + xpy*y`, `y' = ypx*x + ypy*y`. */
export interface PlaneMatrix {
  readonly xpx: number;
  readonly xpy: number;
  readonly ypx: number;
  readonly ypy: number;
}

/** The pair that changes nothing when it is added. */
export const origin: PlaneVector = { x: 0, y: 0 };
/** The sum of two pairs. */
export const sum = (a: PlaneVector, b: PlaneVector): PlaneVector => ({ x: a.x + b.x, y: a.y + b.y });
/** The difference `a - b` of two pairs. */
export const difference = (a: PlaneVector, b: PlaneVector): PlaneVector => ({ x: a.x - b.x, y: a.y - b.y });
/** A pair times a number. */
export const scaled = (v: PlaneVector, factor: number): PlaneVector => ({ x: v.x * factor, y: v.y * factor });
/** A matrix applied to a pair. */
export const transformed = (m: PlaneMatrix, v: PlaneVector): PlaneVector => ({
  x: m.xpx * v.x + m.xpy * v.y,
  y: m.ypx * v.x + m.ypy * v.y,
});
/** A pair written as a list, times a unit. */
export const vectorOf = ([x, y]: readonly [number, number], unit = 1): PlaneVector => ({ x: x * unit, y: y * unit });
/** A matrix written as its rows. */
export const matrixOf = ([[xpx, xpy], [ypx, ypy]]: readonly [
  readonly [number, number],
  readonly [number, number],
]): PlaneMatrix => ({ xpx, xpy, ypx, ypy });
/** The ordinary product: `right` is applied first. */
export const multiplied = (left: PlaneMatrix, right: PlaneMatrix): PlaneMatrix => ({
  xpx: left.xpx * right.xpx + left.xpy * right.ypx,
  xpy: left.xpx * right.xpy + left.xpy * right.ypy,
  ypx: left.ypx * right.xpx + left.ypy * right.ypx,
  ypy: left.ypx * right.xpy + left.ypy * right.ypy,
});
/** A matrix times a number. */
export const enlarged = ({ xpx, xpy, ypx, ypy }: PlaneMatrix, factor: number): PlaneMatrix => ({
  xpx: xpx * factor,
  xpy: xpy * factor,
  ypx: ypx * factor,
  ypy: ypy * factor,
});
/** The determinant; its root is the mean scale. */
export const determinantOf = (m: PlaneMatrix): number => m.xpx * m.ypy - m.xpy * m.ypx;

/**
 * The inverse of a matrix.
 * @throws RangeError when the matrix is singular: a truth with such a matrix describes no microscope.
 */
export function inverted(m: PlaneMatrix): PlaneMatrix {
  const d = determinantOf(m);
  if (!Number.isFinite(d) || d === 0)
    throw new RangeError(`The matrix ${m.xpx} ${m.xpy} ${m.ypx} ${m.ypy} cannot be inverted`);
  return { xpx: m.ypy / d, xpy: -m.xpy / d, ypx: -m.ypx / d, ypy: m.xpx / d };
}

/** A counter-clockwise rotation by `degrees`, times `factor`. */
export function rotationMatrix(degrees: number, factor = 1): PlaneMatrix {
  const angle = (degrees * Math.PI) / 180;
  const along = factor * cosine(angle);
  const across = factor * sine(angle);
  return { xpx: along, xpy: -across, ypx: across, ypy: along };
}
