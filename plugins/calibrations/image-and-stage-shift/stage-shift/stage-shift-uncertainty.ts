import { type Matrix, type Vector, firstColumn, fromColumns, length, secondColumn } from '../../../../core/base';
import { type DriveFit, type DriveModel, type ScatterEvidence, fitCyclicDrive } from '../../../../imaging';
import type { StagePair } from './stage-shift-analysis';
import type { StageDrift } from './stage-drift';

/** A matrix from stage to camera with errors that hold, and what else the steps show. */
export interface WeighedStageFit {
  readonly matrix: Matrix;
  /** Two of these on either side hold the truth in about 95 of 100 calibrations. */
  readonly standardErrors: Matrix;
  /** Fits of each axis along the movement of the image and across it. */
  readonly axes: Readonly<Record<'x' | 'y', AxisFit>>;
}

/** Fits of the steps of one axis. */
export interface AxisFit {
  readonly along: DriveFit;
  readonly across: DriveFit;
  /** Standard error of the column of the matrix, as a share of its length. */
  readonly share: number;
}

/** Lower limit of the error of a correlation in binned pixels, which better images do not reduce. */
const minError = 0.02;
/** Lengths in micrometres over which the error of a stage may repeat. */
const cycles = { least: 32, most: 85 };
/** Probability that the length in the properties is the right one, before anything was measured. */
const trustInProperties = 0.3;
/** Assumptions about the drives of any stage; lengths in micrometres. */
const drives = {
  cycles,
  amplitudes: [0.004, 0.03, 0.12],
  secondAmplitudes: [0, 0.006, 0.03],
  scatters: [0.002, 0.005, 0.012, 0.03, 0.08, 0.2, 0.6, 1.5],
  errorFactors: [1, 3],
} satisfies Omit<DriveModel, 'roughSlope' | 'usual'>;
/** Errors across the movement are smaller: a drive that is moved hardly moves the other one. */
const acrossAmplitudes = [0.001, 0.02];
/** Limit in micrometres of what a stage may be off beyond its cycle and the half of it: teeth of the drive, and harmonics. */
const maxOwnError = 0.8;
/** Probability that the moves of all series scatter alike. */
const sameScatter = 0.7;

/**
 * Fits the matrix with what keeps a stage from being where it reads: moves that end a little off, an error that repeats with a cycle of
 * unknown length, drift, and single shifts that are wrong. The steps themselves show how large these are, as far as they can.
 *
 * @param rough the matrix as the steps give it without errors, unbinned pixels for one micrometre
 * @param usual lengths of the cycles in the properties, in micrometres
 */
export function weighStageShift(
  pairs: readonly StagePair[],
  rough: Matrix,
  usual: Readonly<Record<'x' | 'y', number>>,
  binning: number,
  drift: StageDrift,
): WeighedStageFit {
  const evidence: ScatterEvidence[] = [];
  const fit = (axis: 'x' | 'y', course: 'along' | 'across', wrong: readonly number[] = []): DriveFit => {
    const series = { pairs, axis, course, rough, usual: usual[axis], binning, drift };
    const found =
      course === 'along' ? fitAlong(series, pooled(evidence), wrong) : fitAxis(series, pooled(evidence), wrong);
    evidence.push(found.scatterEvidence);
    return found;
  };
  // Across the movement no cycle hides the scatter of the moves, nor a wrong shift; and what is wrong across is wrong along, too.
  const across = { x: fit('x', 'across'), y: fit('y', 'across') };
  const along = { x: fit('x', 'along', across.x.leftOut), y: fit('y', 'along', across.y.leftOut) };
  for (const axis of ['x', 'y'] as const)
    if (along[axis].leftOut.length > across[axis].leftOut.length)
      across[axis] = fit(axis, 'across', along[axis].leftOut);
  const columns = (['x', 'y'] as const).map((axis) => columnOf(along[axis], across[axis], directionOf(rough, axis)));
  const [ofX, ofY] = columns as [Column, Column];
  const scaled = ({ x, y }: Vector): Vector => ({ x: x * binning, y: y * binning });
  const axisFit = (axis: 'x' | 'y', column: Column): AxisFit => ({
    along: along[axis],
    across: across[axis],
    share: Math.hypot(column.error.x, column.error.y) / length(column.value),
  });
  return {
    matrix: fromColumns(scaled(ofX.value), scaled(ofY.value)),
    standardErrors: fromColumns(scaled(ofX.error), scaled(ofY.error)),
    axes: { x: axisFit('x', ofX), y: axisFit('y', ofY) },
  };
}

/** Standard error of one column alone, as a share of its length: for deciding whether its series is long enough. */
export function columnError(
  pairs: readonly StagePair[],
  axis: 'x' | 'y',
  rough: Vector,
  usual: number,
  binning: number,
  drift: StageDrift,
): number {
  const matrix = axis === 'x' ? fromColumns(rough, { x: 0, y: 0 }) : fromColumns({ x: 0, y: 0 }, rough);
  const across = fitAxis({ pairs, axis, course: 'across', rough: matrix, usual, binning, drift }, undefined);
  const along = fitAlong(
    { pairs, axis, course: 'along', rough: matrix, usual, binning, drift },
    pooled([across.scatterEvidence]),
    across.leftOut,
  );
  return Math.hypot(along.standardError, across.standardError) / Math.abs(along.slope);
}

interface Column {
  readonly value: Vector;
  readonly error: Vector;
}

interface AxisSeries {
  readonly pairs: readonly StagePair[];
  readonly axis: 'x' | 'y';
  readonly course: 'along' | 'across';
  readonly rough: Matrix;
  readonly usual: number;
  readonly binning: number;
  readonly drift: StageDrift;
}

const columnIn = (rough: Matrix, axis: 'x' | 'y'): Vector => (axis === 'x' ? firstColumn(rough) : secondColumn(rough));

/** Direction on the camera in which the stage moves the image. */
function directionOf(rough: Matrix, axis: 'x' | 'y'): Vector {
  const column = columnIn(rough, axis);
  const size = length(column);
  return { x: column.x / size, y: column.y / size };
}

/**
 * Fits along the movement. A shift that is wrong is seen across the movement, too, or is wrong by much. A small one that contradicts the
 * others along the movement alone may as well be an error of the stage that repeats otherwise than in one cycle and its half: then the
 * standard error holds what leaving it out changes.
 */
function fitAlong(series: AxisSeries, evidence: ScatterEvidence | undefined, wrong: readonly number[]): DriveFit {
  const found = fitAxis(series, evidence, wrong);
  const perMicrometre = length(columnIn(series.rough, series.axis)) / series.binning;
  const believed = found.leftOut.filter(
    (index, at) => wrong.includes(index) || Math.abs(found.leftOutBy[at]!) > maxOwnError * perMicrometre,
  );
  if (believed.length === found.leftOut.length) return found;
  const whole = fitAxis(series, evidence, believed, true);
  return { ...found, standardError: Math.hypot(found.standardError, found.slope - whole.slope) };
}

function fitAxis(
  { pairs, axis, course, rough, usual, binning, drift }: AxisSeries,
  evidence: ScatterEvidence | undefined,
  wrong: readonly number[] = [],
  keepsAll = false,
): DriveFit {
  const own = pairs.filter((pair) => pair.axis === axis);
  const along = directionOf(rough, axis);
  const direction = course === 'along' ? along : { x: -along.y, y: along.x };
  const other = columnIn(rough, axis === 'x' ? 'y' : 'x');
  const otherAxis = axis === 'x' ? 'y' : 'x';
  const drifts = own.map(({ times: [from, to] }) => drift.between(from, to));
  const onto = ({ x, y }: Vector): number => x * direction.x + y * direction.y;
  const displacements = own.map(({ shift, from, to }, index) => {
    // A stage in coarse steps may have moved the other axis a little as well.
    const beside = (to[otherAxis] - from[otherAxis]) / binning;
    return onto(shift) - onto(drifts[index]!.mean) - beside * onto(other);
  });
  const model: DriveModel = {
    ...drives,
    roughSlope: length(columnIn(rough, axis)) / binning,
    usual: { length: usual, probability: trustInProperties },
    keepsAll,
    ...(course === 'across' && { amplitudes: acrossAmplitudes, secondAmplitudes: [0] }),
  };
  return fitCyclicDrive(
    {
      positions: [own[0]!.from[axis], ...own.map(({ to }) => to[axis])],
      displacements,
      errors: own.map(({ standardError }) =>
        Math.hypot(standardError.x * direction.x, standardError.y * direction.y, minError),
      ),
      covariance: drifts.map((one) =>
        drifts.map((two) => {
          const { x, y } = drift.covariance(one, two);
          return x * direction.x ** 2 + y * direction.y ** 2;
        }),
      ),
    },
    model,
    evidence,
    wrong,
  );
}

function columnOf(along: DriveFit, across: DriveFit, { x, y }: Vector): Column {
  return {
    value: { x: along.slope * x - across.slope * y, y: along.slope * y + across.slope * x },
    error: {
      x: Math.hypot(along.standardError * x, across.standardError * y),
      y: Math.hypot(along.standardError * y, across.standardError * x),
    },
  };
}

/** Evidence of other series for the scatter of the moves, which may still differ from theirs. */
function pooled(evidence: readonly ScatterEvidence[]): ScatterEvidence | undefined {
  if (evidence.length === 0) return undefined;
  const sums = evidence[0]!.map((_, scatter) => evidence.reduce((sum, each) => sum + each[scatter]!, 0));
  const most = Math.max(...sums);
  const total = sums.reduce((sum, each) => sum + Math.exp(each - most), 0);
  return sums.map((each) => Math.log((sameScatter * Math.exp(each - most)) / total + (1 - sameScatter) / sums.length));
}
