import { type LinearFit, type MeasuredPlace, leastSquares } from '../../../../imaging';
import { type Matrix, type Vector, fromColumns, vector } from '../../../../core/base';
import { type Misfit, errorGrowth, jointMisfit, misfitOf } from '../../../../core/judgement';

/** The place of the beam in one image, with the beam shift that the column held and the time. */
export interface Observation extends MeasuredPlace {
  readonly shift: Vector;
  /** Seconds. */
  readonly time: number;
}

/** Effect of beam shift on the place of the beam, with a steady drift of the beam beside it. */
export interface DisplacementFit {
  /** Pixels for one unit of beam shift. */
  readonly matrix: Matrix;
  /** Standard errors, grown with the misfit. */
  readonly standardErrors: Matrix;
  /** Pixels in a second. */
  readonly drift: Vector;
  readonly driftErrors: Vector;
  readonly misfit: Misfit;
}

/** Fits places of the beam by a matrix and a steady drift. */
export function fitDisplacements(observations: readonly Observation[]): DisplacementFit {
  const start = observations[0]!.time;
  const rows = observations.map(({ shift, time }) => [1, shift.x, shift.y, time - start]);
  const along = (axis: 'x' | 'y') => {
    const errors = observations.map(({ standardErrors }) => standardErrors[axis]);
    const fit: LinearFit = leastSquares(
      rows,
      observations.map(({ centre }) => centre[axis]),
      { weights: errors.map((error) => 1 / error ** 2), variance: 1 },
    );
    return { fit, misfit: misfitOf(fit.residuals, errors, 4) };
  };
  const [x, y] = [along('x'), along('y')];
  const misfit = jointMisfit(x.misfit, y.misfit);
  const grown = errorGrowth(misfit);
  const value = (index: number): Vector => vector(x.fit.parameters[index]!, y.fit.parameters[index]!);
  const error = (index: number): Vector =>
    vector(grown * x.fit.standardErrors[index]!, grown * y.fit.standardErrors[index]!);
  return {
    matrix: fromColumns(value(1), value(2)),
    standardErrors: fromColumns(error(1), error(2)),
    drift: value(3),
    driftErrors: error(3),
    misfit,
  };
}

/** Standard errors of the inverse of a matrix times another matrix that is known exactly. */
export function errorsOfQuotient(inverted: Matrix, errors: Matrix, quotient: Matrix): Matrix {
  // d(N B) = -N dP N B: each element of the result gathers those of dP, whose errors are independent.
  const left = [
    [inverted.xpx, inverted.xpy],
    [inverted.ypx, inverted.ypy],
  ] as const;
  const middle = [
    [errors.xpx, errors.xpy],
    [errors.ypx, errors.ypy],
  ] as const;
  const right = [
    [quotient.xpx, quotient.xpy],
    [quotient.ypx, quotient.ypy],
  ] as const;
  const of = (row: 0 | 1, column: 0 | 1): number => {
    let variance = 0;
    for (const k of [0, 1] as const)
      for (const l of [0, 1] as const) variance += (left[row][k] * middle[k][l] * right[l][column]) ** 2;
    return Math.sqrt(variance);
  };
  return { xpx: of(0, 0), xpy: of(0, 1), ypx: of(1, 0), ypy: of(1, 1) };
}
