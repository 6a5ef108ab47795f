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
} from '../../../../core/base';

/** The shift of one image of a stage series against its predecessor. */
export interface StagePair {
  readonly axis: 'x' | 'y';
  /** Align shift in binned pixels, Y up. */
  readonly shift: Vector;
  readonly correlation: number;
  /** Standard errors of the shift in binned pixels; undefined when only the peak was located. */
  readonly standardError?: Vector;
}

/** The fit of the pairs of a stage calibration. */
export interface StageFit {
  /** Unbinned camera pixels for one micrometre of the stage. */
  readonly matrix: Matrix;
  /** Standard error of each element, from the scatter of the steps; an error that repeats with the stage's cycle makes it too large, never too small. */
  readonly standardErrors: Matrix;
  /** Largest deviation of a step from the mean of its axis, in pixels per micrometre and in percent of the largest element. */
  readonly deviation: number;
  readonly deviationPercent: number;
}

/**
 * Averages the steps of each axis. Since the shifts add up, only the ends of a series count, and an error of the stage that repeats
 * over its extent cancels.
 * @param steps of X and Y, in micrometres
 */
export function fitStageShift(pairs: readonly StagePair[], steps: Vector, binning: number): StageFit {
  const axes = (['x', 'y'] as const).map((axis) => {
    const rates = pairs
      .filter((pair) => pair.axis === axis)
      .map(({ shift }): Vector => ({ x: (shift.x * binning) / steps[axis], y: (shift.y * binning) / steps[axis] }));
    return { x: statistics(rates.map((rate) => rate.x)), y: statistics(rates.map((rate) => rate.y)) };
  });
  const [alongX, alongY] = axes as [(typeof axes)[number], (typeof axes)[number]];
  const columns = (pick: (of: Statistics) => number): Matrix =>
    fromColumns({ x: pick(alongX.x), y: pick(alongX.y) }, { x: pick(alongY.x), y: pick(alongY.y) });
  const matrix = columns(({ mean }) => mean);
  const deviation = largestElement(columns((of) => of.deviation));
  return {
    matrix,
    standardErrors: columns((of) => of.error),
    deviation,
    deviationPercent: (100 * deviation) / largestElement(matrix),
  };
}

interface Statistics {
  readonly mean: number;
  readonly error: number;
  readonly deviation: number;
}

function statistics(values: readonly number[]): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    error: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length),
    deviation: Math.max(...values.map((value) => Math.abs(value - mean))),
  };
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
      `The rotation differs by ${off.toFixed(1)} degrees from the one in use; GlobalExtraRotation, or ExtraRotation of the camera, is probably wrong.`,
    );
  return {
    rotation: angle,
    impliedSpecimenToStage: back && known.specimenToCamera && product(back, known.specimenToCamera),
    asymmetric: asymmetry(matrix) > maxAsymmetry,
    inverted,
    remarks,
  };
}
