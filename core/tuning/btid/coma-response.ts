import { EucentricError, type Matrix, type Vector, matrix, scale, scaleMatrix, vector } from '../../base';
import type { Calibrations, MainRecords } from '../../store';
import { fitModel, leastSquares, lowerTriangle, whitened } from '../../../imaging';
import { type Misfit, misfitOf } from '../../judgement';
import { type MatrixEstimate, type TuningConditions, nearestRow, recordedConditions } from './astigmatism-response';

/**
 * Change of the bend of the displacement by a misalignment, in nanometres on the specimen for a unit of beam tilt: the bend is twice the
 * place in the middle less those at half the greatest tilt to either side, along X and along Y; the columns are for misalignments along
 * X and Y.
 */
export interface ComaResponse<Of = Matrix> {
  readonly x: Of;
  readonly y: Of;
}

/** Largest difference of two beam tilts that are the same. */
const sameTilt = 0.011;

type ComaRow = MainRecords['ComaCalib'];

/** A stored response for the nearest magnification with the same probe mode and alpha, at a greatest beam tilt. */
export function findComa(
  calibrations: Pick<Calibrations, 'records'>,
  conditions: TuningConditions,
  beamTilt: number,
): (ComaResponse & { readonly magIndex: number; readonly measuredAt: number }) | undefined {
  const rows = calibrations.records('ComaCalib').all();
  const row =
    nearestRow(
      rows.filter((each) => Math.abs(each.beamTilt - beamTilt) <= sameTilt),
      conditions,
    ) ?? nearestRow(rows, conditions);
  if (!row) return undefined;
  // A bend grows with the square of the tilt.
  const factor = Math.abs(row.beamTilt - beamTilt) <= sameTilt ? 1 : (beamTilt / row.beamTilt) ** 2;
  const { x, y } = comaOfRow(row);
  return { x: scaleMatrix(x, factor), y: scaleMatrix(y, factor), magIndex: row.magIndex, measuredAt: row.beamTilt };
}

/** The response that is stored for exactly these conditions and this tilt. */
export function comaStoredFor(
  calibrations: Pick<Calibrations, 'records'>,
  conditions: TuningConditions,
  beamTilt: number,
): ComaResponse | undefined {
  const { probe, alpha } = recordedConditions(conditions);
  const row = calibrations
    .records('ComaCalib')
    .find(
      (each) =>
        each.magIndex === conditions.magIndex &&
        each.probe === probe &&
        each.alpha === alpha &&
        Math.abs(each.beamTilt - beamTilt) <= sameTilt,
    );
  return row && comaOfRow(row);
}

const comaOfRow = (row: ComaRow): ComaResponse => ({
  x: matrix(row.comaXXpx, row.comaXXpy, row.comaXYpx, row.comaXYpy),
  y: matrix(row.comaYXpx, row.comaYXpy, row.comaYYpx, row.comaYYpy),
});

/** The fields of the record for a response. */
export const comaFields = ({ x, y }: ComaResponse) => ({
  comaXXpx: x.xpx,
  comaXXpy: x.xpy,
  comaXYpx: x.ypx,
  comaXYpy: x.ypy,
  comaYXpx: y.xpx,
  comaYXpy: y.xpy,
  comaYYpx: y.ypx,
  comaYYpy: y.ypy,
});

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
const numbersOf = ({ x, y }: ComaResponse): readonly number[] =>
  [x, y].flatMap((each) => elements.map((at) => each[at]));

/** Mean and largest difference of two responses, in percent of the largest number. */
export function changeOfComa(
  now: ComaResponse,
  before: ComaResponse,
): { readonly mean: number; readonly largest: number } {
  const [fresh, old] = [numbersOf(now), numbersOf(before)];
  const most = Math.max(...fresh.map(Math.abs));
  const differences = fresh.map((each, at) => (100 * Math.abs(each - old[at]!)) / most);
  return {
    mean: differences.reduce((sum, each) => sum + each, 0) / differences.length,
    largest: Math.max(...differences),
  };
}

/** A response that a round lens can have, with what is left of the measured one. */
export interface PureComa extends ComaResponse<MatrixEstimate> {
  readonly rest: Misfit;
}

/** The eight numbers of a response as they were measured, with their covariance: those of X row by row, then those of Y. */
export interface RawComa {
  readonly numbers: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

/**
 * The response of a lens with spherical aberration that is nearest to a measured one. It moves the image along the tilt by the third
 * power of the tilt, so that all eight numbers follow from the two directions and strengths of the coils: four are left to tell whether
 * the images were misled, and the errors get smaller.
 */
export function pureComa({ numbers, covariance }: RawComa): PureComa {
  const root = (v: Vector): Vector => scale(v, 1 / Math.cbrt(6 * (v.x * v.x + v.y * v.y)));
  // The bend has the opposite sign of the displacement.
  const first = root(vector(-numbers[0]!, -numbers[2]!));
  const second = root(vector(-numbers[5]!, -numbers[7]!));
  const triangle = lowerTriangle(covariance);
  if (!triangle)
    throw new EucentricError({
      code: 'tuning/no-errors',
      message: 'The errors of the coma matrices cannot be calculated from these images.',
      hint: 'The displacements of some images are too uncertain. Take more exposure, or a specimen with more detail, and start again.',
    });
  const model = (parameters: readonly number[]): readonly number[] =>
    numbersOf(ofCoils(vector(parameters[0]!, parameters[1]!), vector(parameters[2]!, parameters[3]!)));
  const fit = fitModel(
    numbers.map((_, at) => at),
    whitened(triangle, numbers),
    (tried) => {
      const made = whitened(triangle, model(tried));
      return (at) => made[at]!;
    },
    [first.x, first.y, second.x, second.y],
    { variance: 1 },
  );
  const { parameters, residuals } = fit;
  const best = model(parameters);
  const step = derivativeStep * Math.hypot(...parameters);
  const slopes = parameters.map((_, unknown) => {
    const moved = parameters.map((each, at) => (at === unknown ? each + step : each));
    return model(moved).map((each, at) => (each - best[at]!) / step);
  });
  const errors = best.map((_, at) => {
    let variance = 0;
    for (const [i, one] of slopes.entries())
      for (const [j, other] of slopes.entries()) variance += one[at]! * other[at]! * fit.covariance[i]![j]!;
    return Math.sqrt(variance);
  });
  return {
    x: { value: matrixOf(best, 0), standardErrors: matrixOf(errors, 0) },
    y: { value: matrixOf(best, 4), standardErrors: matrixOf(errors, 4) },
    rest: misfitOf(
      residuals,
      residuals.map(() => 1),
      parameters.length,
    ),
  };
}

/** Step of an unknown for a derivative, as a share of the size of all. */
const derivativeStep = 1e-6;
const matrixOf = (numbers: readonly number[], from: number): Matrix =>
  matrix(numbers[from]!, numbers[from + 1]!, numbers[from + 2]!, numbers[from + 3]!);

/** The response for two coils whose tilts, times the cube root of the spherical aberration, are these. */
function ofCoils(u: Vector, v: Vector): ComaResponse {
  const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y;
  const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)];
  // Third derivatives of |xu + yv|^2 (xu + yv).
  const xxx = scale(u, -6 * uu);
  const xxy = vector(-2 * (uu * v.x + 2 * uv * u.x), -2 * (uu * v.y + 2 * uv * u.y));
  const xyy = vector(-2 * (vv * u.x + 2 * uv * v.x), -2 * (vv * u.y + 2 * uv * v.y));
  const yyy = scale(v, -6 * vv);
  return { x: matrix(xxx.x, xxy.x, xxx.y, xxy.y), y: matrix(xyy.x, yyy.x, xyy.y, yyy.y) };
}

/** The misalignment that a bend of the displacement stands for, in units of beam tilt, with its standard errors. */
export interface FoundTiltError {
  readonly tilt: Vector;
  readonly standardErrors: Vector;
}

/** A bend of the displacement along one of the coils, in nanometres on the specimen. */
export interface Bend {
  readonly value: Vector;
  readonly standardErrors: Vector;
}

/**
 * Finds the misalignment from the bends along both coils. Three-fold astigmatism bends the displacement, too, in a way that the directions of
 * the coils tell from that of coma: it is an unknown of its own, whatever it is.
 */
export function tiltErrorOf(along: { readonly x: Bend; readonly y: Bend }, response: ComaResponse): FoundTiltError {
  const [first, second] = [threefoldOf(response.x.xpx, response.x.ypx), threefoldOf(response.y.xpy, response.y.ypy)];
  const rows = [
    [response.x.xpx, response.x.xpy, ...first[0]],
    [response.x.ypx, response.x.ypy, ...first[1]],
    [response.y.xpx, response.y.xpy, ...second[0]],
    [response.y.ypx, response.y.ypy, ...second[1]],
  ];
  const bends = [along.x, along.y];
  const errors = bends.flatMap(({ standardErrors }) => [standardErrors.x, standardErrors.y]);
  const { parameters, covariance } = leastSquares(
    rows,
    bends.flatMap(({ value }) => [value.x, value.y]),
    { weights: errors.map((each) => 1 / each ** 2), variance: 1 },
  );
  return {
    tilt: vector(parameters[0]!, parameters[1]!),
    standardErrors: vector(Math.sqrt(covariance[0]![0]!), Math.sqrt(covariance[1]![1]!)),
  };
}

/** Bend by a three-fold astigmatism of its own unit, as a matrix, for a coil whose bend by spherical aberration is known: the square of the conjugate of its tilt. */
function threefoldOf(x: number, y: number): readonly [readonly [number, number], readonly [number, number]] {
  // The bend by spherical aberration goes along the tilt with its third power.
  const size = Math.cbrt(Math.hypot(x, y)) ** 2;
  const twice = -2 * Math.atan2(y, x);
  const [c, s] = [size * Math.cos(twice), size * Math.sin(twice)];
  return [
    [c, -s],
    [s, c],
  ];
}
