/** A pair of values along X and Y of one coordinate system. */
export interface Vector<T extends number = number> {
  readonly x: T;
  readonly y: T;
}

/**
 * A 2x2 matrix whose elements are named by output and input axis: `x' = xpx*x + xpy*y`, `y' = ypx*x + ypy*y`. This is
 * the order `xpx xpy ypx ypy` of the calibration files. A missing matrix is `undefined`, never zeros.
 */
export interface Matrix {
  readonly xpx: number;
  readonly xpy: number;
  readonly ypx: number;
  readonly ypy: number;
}

/** Makes a vector. */
export const vector = <T extends number = number>(x: T, y: T): Vector<T> => ({ x, y });
/** The sum of two vectors with the same unit. */
export const add = <T extends number>(a: Vector<T>, b: Vector<T>): Vector<T> => ({
  x: (a.x + b.x) as T,
  y: (a.y + b.y) as T,
});
/** The difference `a - b` of two vectors with the same unit. */
export const subtract = <T extends number>(a: Vector<T>, b: Vector<T>): Vector<T> => ({
  x: (a.x - b.x) as T,
  y: (a.y - b.y) as T,
});
/** A vector times a number. */
export const scale = <T extends number>(v: Vector<T>, factor: number): Vector<T> => ({
  x: (v.x * factor) as T,
  y: (v.y * factor) as T,
});
/** The length of a vector. */
export const length = (v: Vector): number => Math.hypot(v.x, v.y);

/** Makes a matrix from its elements in file order. */
export const matrix = (xpx: number, xpy: number, ypx: number, ypy: number): Matrix => ({ xpx, xpy, ypx, ypy });
/** The identity matrix. */
export const identity: Matrix = matrix(1, 0, 0, 1);
/** A counter-clockwise rotation by an angle in degrees. */
export function rotation(angleDegrees: number): Matrix {
  const angle = (angleDegrees * Math.PI) / 180;
  return matrix(Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle));
}
/** Applies a matrix to a vector. */
export const apply = (m: Matrix, v: Vector): Vector => ({ x: m.xpx * v.x + m.xpy * v.y, y: m.ypx * v.x + m.ypy * v.y });
/** The matrix that applies `first` and then `second` (the product second times first). */
export const then = (first: Matrix, second: Matrix): Matrix =>
  matrix(
    second.xpx * first.xpx + second.xpy * first.ypx,
    second.xpx * first.xpy + second.xpy * first.ypy,
    second.ypx * first.xpx + second.ypy * first.ypx,
    second.ypx * first.xpy + second.ypy * first.ypy,
  );
/** The ordinary product `a b c ...`: the last one is applied first. */
export const product = (...factors: readonly Matrix[]): Matrix =>
  factors.reduceRight((right, left) => then(right, left), identity);
/** A matrix times a number. */
export const scaleMatrix = (m: Matrix, factor: number): Matrix =>
  matrix(m.xpx * factor, m.xpy * factor, m.ypx * factor, m.ypy * factor);
/** The determinant; negative when the matrix mirrors. */
export const determinant = (m: Matrix): number => m.xpx * m.ypy - m.xpy * m.ypx;
/** The inverse, or `undefined` for a matrix that cannot be inverted. */
export function inverse(m: Matrix): Matrix | undefined {
  const d = determinant(m);
  if (!Number.isFinite(d) || d === 0) return undefined;
  return matrix(m.ypy / d, -m.xpy / d, -m.ypx / d, m.xpx / d);
}
/** The transpose: rows become columns. */
export const transpose = (m: Matrix): Matrix => matrix(m.xpx, m.ypx, m.xpy, m.ypy);
/** The image of (1, 0). */
export const firstColumn = (m: Matrix): Vector => ({ x: m.xpx, y: m.ypx });
/** The image of (0, 1). */
export const secondColumn = (m: Matrix): Vector => ({ x: m.xpy, y: m.ypy });
/** The matrix with the given columns. */
export const fromColumns = (first: Vector, second: Vector): Matrix => matrix(first.x, second.x, first.y, second.y);
/** The largest magnitude among the elements. */
export const largestElement = (m: Matrix): number =>
  Math.max(Math.abs(m.xpx), Math.abs(m.xpy), Math.abs(m.ypx), Math.abs(m.ypy));
/** Deviation of a matrix from a pure rotation with scale: 0 for none. Above 0.2 the matrix counts as asymmetric. */
export function asymmetry(m: Matrix): number {
  const difference = Math.max(Math.abs(Math.abs(m.xpx) - Math.abs(m.ypy)), Math.abs(Math.abs(m.xpy) - Math.abs(m.ypx)));
  return difference / largestElement(m);
}
/**
 * The angles of the two axes of a matrix in degrees, and their mean. A difference above 90 degrees means an inverted
 * axis.
 */
export function matrixAngle(m: Matrix): { readonly angle: number; readonly inverted: boolean } {
  const ofX = (Math.atan2(m.ypx, m.xpx) * 180) / Math.PI;
  const ofY = (Math.atan2(-m.xpy, m.ypy) * 180) / Math.PI;
  const apart = wrap(ofY - ofX);
  return { angle: wrap(ofX + 0.5 * apart), inverted: Math.abs(apart) > 90 };
}
const wrap = (angle: number): number => angle - 360 * Math.ceil((angle - 180) / 360);

/** Rotation in degrees, magnification, stretch and angle of the stretch axis of a matrix, by polar decomposition. */
export function decompose(m: Matrix): {
  readonly rotation: number;
  readonly magnification: number;
  readonly stretch: number;
  readonly axis: number;
} {
  const theta = Math.atan2(m.ypx - m.xpy, m.xpx + m.ypy);
  const symmetric = product(rotation((-theta * 180) / Math.PI), m);
  const mean = (symmetric.xpx + symmetric.ypy) / 2;
  const half = (symmetric.xpx - symmetric.ypy) / 2;
  const off = (symmetric.xpy + symmetric.ypx) / 2;
  const spread = Math.hypot(half, off);
  const [large, small] = [mean + spread, mean - spread];
  const axisOfLarge = (0.5 * Math.atan2(off, half) * 180) / Math.PI;
  // Two descriptions are equal; the usual one has the magnification nearer to 1.
  const smallIsNearer = Math.abs(Math.abs(small) - 1) <= Math.abs(Math.abs(large) - 1);
  const magnification = smallIsNearer ? small : large;
  const other = smallIsNearer ? large : small;
  const axis = smallIsNearer ? axisOfLarge : axisOfLarge + (axisOfLarge > 0 ? -90 : 90);
  return {
    rotation: (theta * 180) / Math.PI,
    magnification: Math.abs(magnification),
    stretch: other / magnification,
    axis,
  };
}

/**
 * The mean change, in percent, of vectors on the camera when `after` replaces `before`; `undefined` if `before` is
 * singular.
 */
export function percentChange(before: Matrix, after: Matrix): number | undefined {
  const back = inverse(before);
  if (back === undefined) return undefined;
  const change = product(after, back);
  const directions: readonly Vector[] = [
    { x: 1, y: 0 },
    { x: 0, y: 1 },
    { x: Math.SQRT1_2, y: Math.SQRT1_2 },
    { x: -Math.SQRT1_2, y: Math.SQRT1_2 },
  ];
  const lengths = directions.map((u) => length(subtract(apply(change, u), u)));
  return (100 * lengths.reduce((sum, each) => sum + each, 0)) / directions.length;
}
