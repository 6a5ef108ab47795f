import { type Matrix, determinant, firstColumn, length, secondColumn } from '../base';
import { type Reason, aboveLimit, belowLimit } from './judgement';

/** Factor between a length and its nominal value or its neighbours: a pixel size in a wrong unit or of binned pixels is beyond it. */
const nominalFactor = 2.5;

/** Evidence by a length that is known roughly: the factor between both, whichever is larger. */
export const plausibleLength = ({
  what,
  value,
  nominal,
  doubtfulFactor = nominalFactor,
  refusedFactor,
  why,
  change,
}: {
  /** Such as `Image shift in X`. */
  readonly what: string;
  readonly value: number;
  readonly nominal: number | undefined;
  readonly doubtfulFactor?: number;
  readonly refusedFactor?: number;
  /** Origin of the nominal value, in one sentence. */
  readonly why: string;
  readonly change: string;
}): Reason | undefined =>
  nominal === undefined
    ? undefined
    : aboveLimit({
        kind: 'implausible',
        what: `${what}: factor from the expected value`,
        number: value > 0 && nominal > 0 ? Math.max(value / nominal, nominal / value) : NaN,
        unit: '',
        doubtfulAbove: doubtfulFactor,
        ...(refusedFactor !== undefined && { refusedAbove: refusedFactor }),
        why,
        change,
      });

/** Share in percent of a value above which its standard error is too large for the value to be of use. */
const errorShare = { doubtful: 2, refused: 25 };

/** Evidence by the share that a stated error has in its value. */
export const certainty = ({
  what,
  value,
  standardError,
  doubtfulPercent = errorShare.doubtful,
  refusedPercent = errorShare.refused,
  change,
}: {
  readonly what: string;
  readonly value: number;
  readonly standardError: number;
  readonly doubtfulPercent?: number;
  readonly refusedPercent?: number;
  readonly change: string;
}): Reason | undefined =>
  aboveLimit({
    kind: 'uncertain',
    what: `Standard error of the ${what}`,
    number: (100 * standardError) / Math.abs(value),
    unit: '% of it',
    doubtfulAbove: doubtfulPercent,
    refusedAbove: refusedPercent,
    why: 'The value is known too poorly to be used.',
    change,
  });

/** Limits of the shape of a matrix whose axes act at nearly right angles and nearly alike. */
export interface ShapeLimits {
  /** Ratio of the longer to the shorter axis. */
  readonly axisRatio: { readonly doubtful: number; readonly refused: number };
  /** Angle between the axes in degrees, 90 at most. */
  readonly axisAngle: { readonly doubtful: number; readonly refused: number };
}

/** Shape limits of coils: uneven coils reach 1.6 and some degrees of skew; beyond that something else was measured. */
const coilShape: ShapeLimits = {
  axisRatio: { doubtful: 2, refused: 8 },
  axisAngle: { doubtful: 65, refused: 25 },
};

/** Length of the axes of a matrix in a direction in which it turns everything into nothing: its smallest singular value over its largest. */
function conditionOf(m: Matrix): number {
  const squares = m.xpx ** 2 + m.xpy ** 2 + m.ypx ** 2 + m.ypy ** 2;
  const area = Math.abs(determinant(m));
  const root = Math.sqrt(Math.max(0, squares ** 2 - 4 * area ** 2));
  return Math.sqrt(Math.max(0, squares - root) / (squares + root));
}

/** Ratio of the singular values below which a matrix has lost a direction. */
const minCondition = 0.02;

/** Evidence by the shape of a 2x2 matrix: rank, handedness, ratio of the axes, angle between them, share of the stated errors. */
export function plausibleMatrix({
  what,
  matrix,
  standardErrors,
  mirrored,
  limits = coilShape,
  doubtfulPercent = errorShare.doubtful,
  change,
}: {
  /** The pair of axes, such as `image shift`. */
  readonly what: string;
  readonly matrix: Matrix;
  readonly standardErrors?: Matrix;
  /** Handedness that is known otherwise: true when the matrix should mirror. Left out where nothing is known. */
  readonly mirrored?: boolean;
  readonly limits?: ShapeLimits;
  /** Share of a standard error in percent above which the effect of an axis is doubtful. */
  readonly doubtfulPercent?: number;
  readonly change: string;
}): readonly (Reason | undefined)[] {
  const axes = { X: firstColumn(matrix), Y: secondColumn(matrix) };
  const [x, y] = [length(axes.X), length(axes.Y)];
  const [longer, shorter] = [Math.max(x, y), Math.min(x, y)];
  const angle = (Math.asin(Math.min(1, Math.abs(determinant(matrix)) / (x * y))) * 180) / Math.PI;
  const handed = Math.sign(determinant(matrix));
  const dead = shorter < longer * minCondition ? (x < y ? 'X' : 'Y') : undefined;
  const rank = belowLimit({
    kind: 'implausible',
    what: dead ? `Effect of ${what} in ${dead}, as a share of the other axis` : `Rank of the ${what} matrix`,
    number: Number.isFinite(longer) && longer > 0 ? conditionOf(matrix) : NaN,
    unit: '',
    refusedBelow: minCondition,
    why: dead
      ? `The ${dead} axis of ${what} does not move the image.`
      : 'Both axes move the image in the same direction.',
    change,
  });
  // Ratio and angle of an axis that is dead say nothing more.
  if (rank) return [rank];
  return [
    mirrored !== undefined && handed !== 0 && handed < 0 !== mirrored
      ? {
          kind: 'implausible',
          verdict: 'doubtful',
          what: `Handedness of the ${what} matrix`,
          number: handed,
          limit: mirrored ? -1 : 1,
          unit: '',
          why: 'One axis runs the other way than the rest of the calibrations say.',
          change,
        }
      : undefined,
    aboveLimit({
      kind: 'implausible',
      what: `Ratio of the two axes of ${what}`,
      number: longer / shorter,
      unit: '',
      doubtfulAbove: limits.axisRatio.doubtful,
      refusedAbove: limits.axisRatio.refused,
      why: `The ${x > y ? 'X' : 'Y'} axis acts so much more strongly than the other that one of them was probably measured wrongly.`,
      change,
    }),
    belowLimit({
      kind: 'implausible',
      what: `Angle between the two axes of ${what}`,
      number: angle,
      unit: 'degrees',
      doubtfulBelow: limits.axisAngle.doubtful,
      refusedBelow: limits.axisAngle.refused,
      why: 'The axes should act at nearly right angles.',
      change,
    }),
    ...(standardErrors
      ? (['X', 'Y'] as const).map((axis) =>
          certainty({
            what: `effect of ${what} in ${axis}`,
            value: length(axes[axis]),
            standardError: length(axis === 'X' ? firstColumn(standardErrors) : secondColumn(standardErrors)),
            doubtfulPercent,
            change,
          }),
        )
      : []),
  ];
}
