import {
  type Matrix,
  type Vector,
  asymmetry,
  fromColumns,
  inverse,
  largestElement,
  matrixAngle,
  normalizeDegrees,
  product,
  scale,
  readable,
} from '../../../../core/base';
import { median } from '../../../../imaging';

/** The shift of one image of a stage series against its predecessor. */
export interface StagePair {
  readonly axis: 'x' | 'y';
  /** Positions of the stage at the two images as it reads there, in micrometres. */
  readonly from: Vector;
  readonly to: Vector;
  /** Seconds at which the two images were taken. */
  readonly times: readonly [from: number, to: number];
  /** Align shift in binned pixels, Y up. */
  readonly shift: Vector;
  readonly correlation: number;
  /** Standard errors of the shift in binned pixels. */
  readonly standardError: Vector;
}

/** The plain fit of the pairs of a stage calibration. */
export interface StageFit {
  /** Unbinned camera pixels for one micrometre of the stage, by the medians of the steps: no single pair moves it far. */
  readonly matrix: Matrix;
  /** Largest deviation of a step from the mean of its axis, in pixels per micrometre and in percent of the largest element. */
  readonly deviation: number;
  readonly deviationPercent: number;
}

/** Averages the steps of each axis without a model, for a rough matrix and for the deviation of the steps. */
export function fitStageShift(pairs: readonly StagePair[], binning: number): StageFit {
  const [x, y] = (['x', 'y'] as const).map((axis) => statisticsOf(pairs, axis, binning)) as [Steps, Steps];
  const matrix = fromColumns(x.middle, y.middle);
  const deviation = largestElement(fromColumns(x.deviation, y.deviation));
  return { matrix, deviation, deviationPercent: (100 * deviation) / largestElement(matrix) };
}

/** The column of a rough matrix that the steps of one axis give. */
export const roughColumn = (pairs: readonly StagePair[], axis: 'x' | 'y', binning: number): Vector =>
  statisticsOf(pairs, axis, binning).middle;

interface Steps {
  readonly middle: Vector;
  readonly deviation: Vector;
}

function statisticsOf(pairs: readonly StagePair[], axis: 'x' | 'y', binning: number): Steps {
  const rates = pairs
    .filter((pair) => pair.axis === axis)
    .map(({ shift, from, to }) => scale(shift, binning / (to[axis] - from[axis])));
  const [x, y] = [statistics(rates.map((rate) => rate.x)), statistics(rates.map((rate) => rate.y))];
  return { middle: { x: x.middle, y: y.middle }, deviation: { x: x.deviation, y: y.deviation } };
}

interface Statistics {
  readonly middle: number;
  readonly deviation: number;
}

function statistics(values: readonly number[]): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { middle: median(values), deviation: Math.max(...values.map((value) => Math.abs(value - mean))) };
}

/** Asymmetry up to which a matrix counts as a rotation with scale. */
const maxAsymmetry = 0.2;
/** Difference in degrees from the rotation in the properties above which one of the two must be wrong. */
const maxRotationDifference = 75;

/** Axes and rotation by a stage matrix, with remarks. */
export interface StageVerdict {
  /** Direction of the tilt axis, degrees counter-clockwise from camera X. */
  readonly rotation: number;
  readonly impliedSpecimenToStage: Matrix | undefined;
  readonly asymmetric: boolean;
  /** True when the X axis runs the other way than the properties say. */
  readonly inverted: boolean;
  /** Contradictions between the properties and the calibration, in sentences for the operator. */
  readonly remarks: readonly string[];
}

/** Judges a stage matrix by what is known about the camera and the stage. */
export function judgeStageMatrix(
  matrix: Matrix,
  known: {
    readonly nominalSpecimenToStage: Matrix;
    readonly specimenToCamera: Matrix | undefined;
    readonly rotation: number | undefined;
    readonly invertsX: boolean;
  },
): StageVerdict {
  const { angle, inverted } = matrixAngle(product(matrix, known.nominalSpecimenToStage));
  const back = inverse(matrix);
  const remarks: string[] = [];
  if (inverted)
    remarks.push(
      `The X axis runs the other way than the property InvertStageXAxis says: it is ${known.invertsX ? '' : 'not '}set, and should ${known.invertsX ? 'not ' : ''}be.`,
    );
  const off = known.rotation === undefined ? 0 : normalizeDegrees(angle - known.rotation);
  if (Math.abs(off) > maxRotationDifference)
    remarks.push(
      `The rotation differs by ${readable(off, 1)} degrees from the one in use; GlobalExtraRotation, or ExtraRotation of the camera, is probably wrong.`,
    );
  return {
    rotation: angle,
    impliedSpecimenToStage: back && known.specimenToCamera && product(back, known.specimenToCamera),
    asymmetric: asymmetry(matrix) > maxAsymmetry,
    inverted,
    remarks,
  };
}
