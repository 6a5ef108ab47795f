import {
  EucentricError,
  type Matrix,
  type Vector,
  add,
  apply,
  determinant,
  inverse,
  product,
  rotation as rotationBy,
  subtract,
  vector,
} from '../base';
import { leastSquares } from '../../imaging';

/** A point before and after the grid was turned, in micrometres of the stage. */
export interface PointPair {
  readonly from: Vector;
  readonly to: Vector;
}

/** The freedom of a transformation, by the number of pairs: a shift; a rotation and a shift; a rotation, a magnification and a shift; a linear one. */
export type TransformKind = 'shift' | 'rotation' | 'similarity' | 'linear';

/** A transformation of stage positions: `to = matrix * from + shift`. */
export interface PointTransform {
  readonly kind: TransformKind;
  readonly matrix: Matrix;
  readonly shift: Vector;
  /** Measured place less that by the transformation, in micrometres, in the order of the pairs. */
  readonly residuals: readonly Vector[];
  /** Standard deviation of a coordinate about the fit; undefined where there are no more pairs than it needs. */
  readonly deviation: number | undefined;
  /** Covariance of xpx, xpy, ypx and ypy, for a deviation of the fit; undefined where that is not known. */
  readonly covariance: readonly (readonly number[])[] | undefined;
}

/** Pairs from which on every linear transformation is fitted. */
const pairsForLinear = 5;
/** Micrometres within which points are the same, so that they determine no rotation. */
const minDistance = 1;

/**
 * Fits the transformation that brings points of one registration to those of another, with as much freedom as the number of pairs allows. Where the
 * stretch of the stage is known, fits of few points are made of positions without it, and the stretch stands in the result.
 *
 * @param pairs in micrometres
 * @param stretch of the readings of the stage against true positions, with determinant 1
 * @throws EucentricError 'registration/too-few-points', 'registration/points-too-near'
 */
export function fitPoints(pairs: readonly PointPair[], stretch?: Matrix): PointTransform {
  const kind = kindFor(pairs.length);
  if (!kind) throw tooFewPoints();
  const back = kind === 'linear' ? undefined : stretch && inverse(stretch);
  if (!stretch || !back) return fit(kind, pairs);
  const plain = pairs.map(({ from, to }) => ({ from: apply(back, from), to: apply(back, to) }));
  const found = fit(kind, plain);
  return {
    ...found,
    matrix: product(stretch, found.matrix, back),
    shift: apply(stretch, found.shift),
    residuals: found.residuals.map((each) => apply(stretch, each)),
    covariance: undefined,
  };
}

/** The place of a point of the first registration in the second one. */
export const transformed = ({ matrix, shift }: Pick<PointTransform, 'matrix' | 'shift'>, point: Vector): Vector =>
  add(apply(matrix, point), shift);

const kindFor = (pairs: number): TransformKind | undefined =>
  pairs >= pairsForLinear
    ? 'linear'
    : pairs >= 3
      ? 'similarity'
      : pairs === 2
        ? 'rotation'
        : pairs === 1
          ? 'shift'
          : undefined;

function fit(kind: TransformKind, pairs: readonly PointPair[]): PointTransform {
  const centreFrom = mean(pairs.map(({ from }) => from));
  const centreTo = mean(pairs.map(({ to }) => to));
  // About their centres the shift is independent of the rest.
  const about = pairs.map(({ from, to }) => ({ from: subtract(from, centreFrom), to: subtract(to, centreTo) }));
  if (kind !== 'shift' && Math.max(...about.map(({ from }) => Math.hypot(from.x, from.y))) < minDistance)
    throw pointsTooNear();
  const { matrix, unknowns, unscaled } = matrixOf(kind, about);
  const shift = subtract(centreTo, apply(matrix, centreFrom));
  const residuals = pairs.map(({ from, to }) => subtract(to, transformed({ matrix, shift }, from)));
  const freedom = 2 * pairs.length - 2 - unknowns;
  const sum = residuals.reduce((total, { x, y }) => total + x * x + y * y, 0);
  const deviation = freedom > 0 ? Math.sqrt(sum / freedom) : undefined;
  return {
    kind,
    matrix,
    shift,
    residuals,
    deviation,
    covariance: deviation === undefined ? undefined : unscaled.map((row) => row.map((each) => each * deviation ** 2)),
  };
}

/** Matrix of a fit about the centres, with its number of unknowns and the covariance of its elements for a deviation of 1. */
function matrixOf(
  kind: TransformKind,
  about: readonly PointPair[],
): { readonly matrix: Matrix; readonly unknowns: number; readonly unscaled: readonly (readonly number[])[] } {
  if (kind === 'shift') return { matrix: rotationBy(0), unknowns: 0, unscaled: inElements([], []) };
  if (kind === 'linear') {
    const rows = about.map(({ from }) => [from.x, from.y]);
    const [x, y] = (['x', 'y'] as const).map((axis) =>
      solved(
        rows,
        about.map(({ to }) => to[axis]),
      ),
    );
    const [[xpx, xpy], [ypx, ypy]] = [x!.parameters as [number, number], y!.parameters as [number, number]];
    const [a, b] = [x!.covariance, y!.covariance];
    return {
      matrix: { xpx, xpy, ypx, ypy },
      unknowns: 4,
      unscaled: [
        [a[0]![0]!, a[0]![1]!, 0, 0],
        [a[1]![0]!, a[1]![1]!, 0, 0],
        [0, 0, b[0]![0]!, b[0]![1]!],
        [0, 0, b[1]![0]!, b[1]![1]!],
      ],
    };
  }
  if (kind === 'rotation') {
    const cross = about.reduce((sum, { from, to }) => sum + from.x * to.y - from.y * to.x, 0);
    const dot = about.reduce((sum, { from, to }) => sum + from.x * to.x + from.y * to.y, 0);
    const angle = Math.atan2(cross, dot);
    const square = about.reduce((sum, { from }) => sum + from.x ** 2 + from.y ** 2, 0);
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    return {
      matrix: rotationBy((angle * 180) / Math.PI),
      unknowns: 1,
      unscaled: inElements([[-sine, -cosine, cosine, -sine]], [[1 / square]]),
    };
  }
  // A grid that was turned over mirrors; the better of both fits shows whether it was.
  const [plain, mirrored] = [false, true].map((isMirrored) => similarity(about, isMirrored));
  return plain!.sum <= mirrored!.sum ? plain! : mirrored!;
}

function similarity(about: readonly PointPair[], mirrored: boolean) {
  const sign = mirrored ? -1 : 1;
  // x' = a x - s b y, y' = b x + s a y
  const rows = about.flatMap(({ from }) => [
    [from.x, -sign * from.y],
    [sign * from.y, from.x],
  ]);
  const observed = about.flatMap(({ to }) => [to.x, to.y]);
  const { parameters, covariance, residuals } = solved(rows, observed);
  const [a, b] = parameters as [number, number];
  return {
    matrix: { xpx: a, xpy: -sign * b, ypx: b, ypy: sign * a },
    unknowns: 2,
    unscaled: inElements(
      [
        [1, 0, 0, sign],
        [0, -sign, 1, 0],
      ],
      covariance,
    ),
    sum: residuals.reduce((total, each) => total + each * each, 0),
  };
}

const solved = (rows: readonly (readonly number[])[], observed: readonly number[]) =>
  leastSquares(rows, observed, { variance: 1 });

/** Covariance of the four elements from that of parameters, each with its effect on the elements. */
const inElements = (
  effects: readonly (readonly number[])[],
  covariance: readonly (readonly number[])[],
): readonly (readonly number[])[] =>
  [0, 1, 2, 3].map((row) =>
    [0, 1, 2, 3].map((column) =>
      effects.reduce(
        (sum, one, i) =>
          sum + effects.reduce((part, other, j) => part + one[row]! * covariance[i]![j]! * other[column]!, 0),
        0,
      ),
    ),
  );

const mean = (points: readonly Vector[]): Vector =>
  vector(
    points.reduce((sum, { x }) => sum + x, 0) / points.length,
    points.reduce((sum, { y }) => sum + y, 0) / points.length,
  );

/** True for a transformation of a grid that was turned over. */
export const isMirrored = ({ matrix }: Pick<PointTransform, 'matrix'>): boolean => determinant(matrix) < 0;

const tooFewPoints = (): EucentricError =>
  new EucentricError({
    code: 'registration/too-few-points',
    message: 'No point was marked both before and after the grid was turned, so there is nothing to fit.',
    hint: 'Mark the same features again, each with the number that it had before.',
  });
const pointsTooNear = (): EucentricError =>
  new EucentricError({
    code: 'registration/points-too-near',
    message: 'The points lie within a micrometre of each other, so they determine no rotation.',
    hint: 'Mark features that lie far apart, such as at opposite edges of the grid.',
  });
