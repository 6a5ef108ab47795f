import {
  type Matrix,
  type Vector,
  determinant,
  firstColumn,
  fromColumns,
  inverse,
  length,
  matrixAngle,
  normalizeDegrees,
  product,
  secondColumn,
} from '../../base';

/** A matrix that was left out of a mean, by its place in the list, with the reason. */
export interface LeftOutMatrix {
  readonly index: number;
  /** In words that follow the name of the row: `turned by 72 degrees from the others`. */
  readonly why: string;
}

/** The matrix from specimen to stage as most calibrations have it. */
export interface RobustMatrix {
  readonly matrix: Matrix;
  readonly leftOut: readonly LeftOutMatrix[];
}

/** Distance from the middle, as a ratio of scales and in degrees, up to which a row always counts. */
const minLimits = { scale: 0.03, angle: 3 };
/** Distance from the middle beyond which a row never counts: its pixel size or its rotation is wrong. */
const maxLimits = { scale: 0.15, angle: 15 };
/** A row within this many typical distances from the middle still counts. */
const maxDistance = 5;

/**
 * Averages matrices from specimen to stage so that a wrong one does no harm. Rows of the other handedness, and rows far from the middle
 * in scale or angle, are left out. Lengths and directions of the axes are averaged, not elements: two matrices that are turned against
 * each other would shrink.
 * @param nominal axes of the column. They decide only where the rows disagree in equal numbers.
 */
export function robustSpecimenToStage(rows: readonly Matrix[], nominal: Matrix): RobustMatrix {
  const back = inverse(nominal);
  const judged = rows.map((row, index) => ({ row, index, ...placeOf(back ? product(row, back) : row) }));
  const sameHand = judged.filter(({ mirrored }) => !mirrored);
  // A stage that runs the other way than its properties say is mirrored at every magnification.
  const mirrored = judged.length - sameHand.length;
  const hand = sameHand.length >= mirrored ? sameHand : judged.filter((each) => each.mirrored);
  if (hand.length === 0) return { matrix: nominal, leftOut: [] };
  const angle = middleAngle(hand.map((each) => each.angle));
  const scale = middle(hand.map((each) => each.scale));
  const distances = hand.map((each) => ({
    angle: Math.abs(normalizeDegrees(each.angle - angle)),
    scale: Math.abs(each.scale - scale),
  }));
  const limit = (of: 'angle' | 'scale'): number =>
    Math.min(maxLimits[of], Math.max(minLimits[of], maxDistance * middle(distances.map((each) => each[of]))));
  const leftOut: LeftOutMatrix[] = judged
    .filter((each) => !hand.includes(each))
    .map(({ index }) => ({ index, why: 'of the other handedness than the others' }));
  const kept = hand.filter(({ index, ...each }, at) => {
    const { angle: turned, scale: scaled } = distances[at]!;
    const reasons = [
      ...(turned > limit('angle') ? [`turned by ${normalizeDegrees(each.angle - angle).toFixed(0)} degrees`] : []),
      ...(scaled > limit('scale') ? [`${(100 * Math.expm1(each.scale - scale)).toFixed(0)} % off in scale`] : []),
    ];
    if (reasons.length > 0) leftOut.push({ index, why: `${reasons.join(' and ')} against the others` });
    return reasons.length === 0;
  });
  // Rows of which none is near the middle contradict each other; then nothing is known but the kind of column.
  if (kept.length === 0) return { matrix: nominal, leftOut };
  const columns = [firstColumn, secondColumn].map((pick) => meanDirection(kept.map(({ row }) => pick(row))));
  return {
    matrix: fromColumns(columns[0]!, columns[1]!),
    leftOut: leftOut.sort((one, other) => one.index - other.index),
  };
}

interface Place {
  /** Logarithm of the scale, and degrees, both against the nominal axes. */
  readonly scale: number;
  readonly angle: number;
  readonly mirrored: boolean;
}

function placeOf(relative: Matrix): Place {
  const mirrored = determinant(relative) < 0;
  // A mirrored stage has its X axis inverted.
  const upright = mirrored ? { ...relative, xpx: -relative.xpx, ypx: -relative.ypx } : relative;
  return { scale: Math.log(Math.abs(determinant(relative))) / 2, angle: matrixAngle(upright).angle, mirrored };
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** The angle among those given that is nearest to all; one near zero, the nominal one, where several are equally near. */
function middleAngle(angles: readonly number[]): number {
  const cost = (angle: number): number =>
    angles.reduce((sum, other) => sum + Math.abs(normalizeDegrees(other - angle)), 0.5 * Math.abs(angle));
  const nearest = angles.reduce((best, angle) => (cost(angle) < cost(best) ? angle : best));
  const around = angles.map((angle) => normalizeDegrees(angle - nearest));
  const near = around.filter((angle) => Math.abs(angle) < maxLimits.angle);
  return normalizeDegrees(nearest + middle(near));
}

/** Geometric mean of the lengths along the mean direction. */
function meanDirection(axes: readonly Vector[]): Vector {
  const units = axes.map((axis) => ({ x: axis.x / length(axis), y: axis.y / length(axis) }));
  const sum = units.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }));
  const mean = Math.exp(axes.reduce((total, axis) => total + Math.log(length(axis)), 0) / axes.length);
  return { x: (mean * sum.x) / length(sum), y: (mean * sum.y) / length(sum) };
}
