import {
  type MagIndex,
  type Matrix,
  type Vector,
  fromColumns,
  inverse,
  matrix,
  product,
  scaleMatrix,
  vector,
} from '../../base';
import type { Misfit } from '../../judgement';
import type { Calibrations, MainRecords } from '../../store';
import { type ProbeMode, probeNumber } from '../../devices';
import { leastSquares } from '../../../imaging';

/** A matrix with the standard errors of its elements. */
export interface MatrixEstimate {
  readonly value: Matrix;
  readonly standardErrors: Matrix;
}

/**
 * Displacement from one beam tilt to the opposite one, in nanometres on the specimen for a unit of tilt to either side, with the columns
 * for tilts along X and Y: for a micrometre of defocus, and for the whole range of either axis of the stigmator.
 */
export interface AstigmatismResponse<Of = Matrix> {
  readonly focus: Of;
  readonly stigmatorX: Of;
  readonly stigmatorY: Of;
}

/** Conditions to which the records of displacement by beam tilt belong. */
export interface TuningConditions {
  readonly magIndex: MagIndex;
  readonly probe: ProbeMode;
  /** From 0; undefined where the column has none. */
  readonly alpha?: number;
}

/** The number that the calibration file writes for a column without alpha. */
const withoutAlpha = -999;

/** Numbers of the probe mode and of the convergence setting in the calibration file. */
export const recordedConditions = (conditions: TuningConditions) => ({
  probe: probeNumber(conditions.probe),
  alpha: conditions.alpha ?? withoutAlpha,
});

/** The row of the nearest magnification with the same probe mode and alpha; of two equally near ones the lower. */
export function nearestRow<Row extends { readonly magIndex: number; readonly probe: number; readonly alpha: number }>(
  rows: readonly Row[],
  conditions: TuningConditions,
): Row | undefined {
  const { probe, alpha } = recordedConditions(conditions);
  const distance = ({ magIndex }: Row): number => Math.abs(magIndex - conditions.magIndex);
  return rows
    .filter((row) => row.probe === probe && row.alpha === alpha)
    .reduce<Row | undefined>((best, row) => (best && closer(best, row, distance) ? best : row), undefined);
}

const closer = <Row extends { readonly magIndex: number }>(one: Row, other: Row, far: (row: Row) => number): boolean =>
  far(one) < far(other) || (far(one) === far(other) && one.magIndex <= other.magIndex);

type AstigmatismRow = MainRecords['AstigmatismCalib'];

/** A stored response, with the beam tilt and the magnification at which it was measured. */
export interface FoundAstigmatism extends AstigmatismResponse {
  readonly beamTilt: number;
  readonly magIndex: number;
}

/** The response that is stored for the nearest magnification with the same probe mode and alpha. */
export function findAstigmatism(
  calibrations: Pick<Calibrations, 'records'>,
  conditions: TuningConditions,
): FoundAstigmatism | undefined {
  const row = nearestRow(calibrations.records('AstigmatismCalib').all(), conditions);
  return row && { ...responseOf(row), beamTilt: row.beamTilt, magIndex: row.magIndex };
}

const responseOf = (row: AstigmatismRow): AstigmatismResponse => ({
  focus: matrix(row.focusXpx, row.focusXpy, row.focusYpx, row.focusYpy),
  stigmatorX: matrix(row.stigmatorXXpx, row.stigmatorXXpy, row.stigmatorXYpx, row.stigmatorXYpy),
  stigmatorY: matrix(row.stigmatorYXpx, row.stigmatorYXpy, row.stigmatorYYpx, row.stigmatorYYpy),
});

/** Something for each element of the three matrices of a response, under the names that its record has. */
export const astigmatismFields = <Each>({
  focus,
  stigmatorX,
  stigmatorY,
}: AstigmatismResponse<Readonly<Record<keyof Matrix, Each>>>) => ({
  focusXpx: focus.xpx,
  focusXpy: focus.xpy,
  focusYpx: focus.ypx,
  focusYpy: focus.ypy,
  stigmatorXXpx: stigmatorX.xpx,
  stigmatorXXpy: stigmatorX.xpy,
  stigmatorXYpx: stigmatorX.ypx,
  stigmatorXYpy: stigmatorX.ypy,
  stigmatorYXpx: stigmatorY.xpx,
  stigmatorYXpy: stigmatorY.xpy,
  stigmatorYYpx: stigmatorY.ypx,
  stigmatorYYpy: stigmatorY.ypy,
});

/** Astigmatism that an axis of the stigmator makes, as a vector whose angle is twice that of its direction: micrometres for its range. */
export interface StigmatorPower {
  readonly value: Vector;
  readonly standardErrors: Vector;
  /** Misfit of the part of the matrix that is not an astigmatism. */
  readonly rest: Misfit;
}

/**
 * Astigmatism of a matrix in terms of that of focus. Focus moves the image along the tilt, and astigmatism along the mirrored tilt; so
 * the one divided by the other is a reflection, whatever directions the coils have.
 */
export function stigmatorPower({ value, standardErrors }: MatrixEstimate, focus: Matrix): StigmatorPower {
  const back = inverse(focus)!;
  const ratio = product(value, back);
  const error = errorsOfProduct(standardErrors, back);
  const half = (a: number, b: number): number => Math.hypot(a, b) / 2;
  const [round, turned] = [(ratio.xpx + ratio.ypy) / 2, (ratio.ypx - ratio.xpy) / 2];
  const errors = vector(half(error.xpx, error.ypy), half(error.xpy, error.ypx));
  return {
    value: vector((ratio.xpx - ratio.ypy) / 2, (ratio.xpy + ratio.ypx) / 2),
    standardErrors: errors,
    rest: { chiSquare: (round / errors.x) ** 2 + (turned / errors.y) ** 2, degreesOfFreedom: 2 },
  };
}

/** The matrix of an astigmatism, with the part left out that no lens makes; its errors are smaller by that. */
export function pureAstigmatism({ value, standardErrors }: StigmatorPower, focus: Matrix): MatrixEstimate {
  const reflection = (v: Vector): Matrix => matrix(v.x, v.y, v.y, -v.x);
  return {
    value: product(reflection(value), focus),
    standardErrors: errorsOfProduct(
      matrix(standardErrors.x, standardErrors.y, standardErrors.y, standardErrors.x),
      focus,
    ),
  };
}

/** Standard errors of a product whose first factor has independent errors. */
function errorsOfProduct(errors: Matrix, factor: Matrix): Matrix {
  const sum = (a: number, b: number, c: number, d: number): number => Math.hypot(a * b, c * d);
  return matrix(
    sum(errors.xpx, factor.xpx, errors.xpy, factor.ypx),
    sum(errors.xpx, factor.xpy, errors.xpy, factor.ypy),
    sum(errors.ypx, factor.xpx, errors.ypy, factor.ypx),
    sum(errors.ypx, factor.xpy, errors.ypy, factor.ypy),
  );
}

/** Defocus and astigmatism that a matrix of displacement by beam tilt stands for. */
export interface FoundTuning {
  /** Apparent defocus in micrometres. */
  readonly defocus: number;
  /** Setting of the stigmator, from the one that would leave no astigmatism. */
  readonly stigmator: Vector;
  readonly standardErrors: { readonly defocus: number; readonly stigmator: Vector };
  /** Two-fold astigmatism in micrometres, and its standard error. */
  readonly astigmatism: number;
  readonly astigmatismError: number;
}

/**
 * Finds defocus and astigmatism from the displacement by beam tilt. A pivot point that is off moves the image across the tilt as well;
 * that is a fourth unknown, so that it is not taken for astigmatism.
 */
export function tuningOf(
  measured: MatrixEstimate,
  { focus, stigmatorX, stigmatorY }: AstigmatismResponse,
): FoundTuning {
  const across = product(matrix(0, -1, 1, 0), focus);
  const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
  const { parameters, covariance } = leastSquares(
    elements.map((element) => [focus[element], stigmatorX[element], stigmatorY[element], across[element]]),
    elements.map((element) => measured.value[element]),
    { weights: elements.map((element) => 1 / measured.standardErrors[element] ** 2), variance: 1 },
  );
  const [defocus = NaN, x = NaN, y = NaN] = parameters;
  const error = (at: number): number => Math.sqrt(covariance[at]![at]!);
  const made = (by: Vector): Matrix => sumOf(scaleMatrix(stigmatorX, by.x), scaleMatrix(stigmatorY, by.y));
  const power = (by: Vector): number => sizeOf(made(by), focus);
  return {
    defocus,
    stigmator: vector(x, y),
    standardErrors: { defocus: error(0), stigmator: vector(error(1), error(2)) },
    astigmatism: power(vector(x, y)),
    astigmatismError: Math.max(power(vector(error(1), 0)), power(vector(0, error(2)))),
  };
}

const sumOf = (one: Matrix, other: Matrix): Matrix =>
  matrix(one.xpx + other.xpx, one.xpy + other.xpy, one.ypx + other.ypx, one.ypy + other.ypy);

/** Size of a matrix in terms of that of focus, by the lengths of their columns together. */
const sizeOf = (one: Matrix, focus: Matrix): number => norm(one) / norm(focus);
const norm = ({ xpx, xpy, ypx, ypy }: Matrix): number => Math.hypot(xpx, xpy, ypx, ypy);

/** A matrix in nanometres of two columns in unbinned pixels, each with the variances along the axes of the camera. */
export function onSpecimen(
  nanometresPerPixel: Matrix,
  columns: readonly [Vector, Vector],
  variances: readonly [Vector, Vector],
  factor: number,
): MatrixEstimate {
  const n = scaleMatrix(nanometresPerPixel, factor);
  const error = (variance: Vector): Vector =>
    vector(
      Math.sqrt(n.xpx ** 2 * variance.x + n.xpy ** 2 * variance.y),
      Math.sqrt(n.ypx ** 2 * variance.x + n.ypy ** 2 * variance.y),
    );
  return {
    value: product(n, fromColumns(...columns)),
    standardErrors: fromColumns(error(variances[0]), error(variances[1])),
  };
}
