import { type Matrix, determinant, firstColumn, length, secondColumn, readable } from '../../../../core/base';
import {
  type Evidence,
  type Reason,
  type ShapeLimits,
  aboveLimit,
  belowLimit,
  certainty,
  plausibleLength,
  plausibleMatrix,
  residualPattern,
} from '../../../../core/judgement';
import type { StageDistortion } from './stage-distortion';
import type { StagePair } from './stage-shift-analysis';
import type { AxisFit, WeighedStageFit } from './stage-shift-uncertainty';

/** Measurements by which a stage calibration is judged. */
export interface StageEvidence {
  readonly fit: WeighedStageFit;
  readonly pairs: readonly StagePair[];
  readonly contradicting: readonly number[];
  readonly distortion: StageDistortion | undefined;
  /** The matrix that pixel size and rotation give. */
  readonly prior: Matrix;
  readonly meanCorrelation: number;
}

/** Standard error of a column in percent: beyond it the calibration is worse than the nominal pixel size, or useless. */
const shareLimits = { doubtful: 0.5, refused: 5 };
/** Limits of the shape: the two drives of a stage are alike within some percent, and at right angles. */
const stageShape: ShapeLimits = { axisRatio: { doubtful: 1.2, refused: 3 }, axisAngle: { doubtful: 80, refused: 45 } };
/** Factor from the pixel size in the properties above which one of the two must be wrong. */
const pixelFactor = 1.5;
/** Change of the shifts by distortion in percent. */
const distortionLimits = { doubtful: 0.2, refused: 3 };
/** Multiple of its error from which a distortion is there. */
const minSignificance = 4;
/** Share of pairs that contradict the others, in percent. */
const contradictionLimits = { doubtful: 20, refused: 50 };
/** Mean correlation below which a result is not good. */
const minCorrelation = 0.1;

const another = 'Repeat it at a place with more detail, with more exposure, and after the drift has died away.';

/** Evidence for and against a stage calibration. */
export function stageEvidence(given: StageEvidence): readonly Evidence[] {
  const { fit, pairs, contradicting, distortion, prior, meanCorrelation } = given;
  const wrong = new Set([...contradicting, ...leftOut(fit, pairs)]);
  return [
    plausibleMatrix({
      what: 'stage shift',
      matrix: fit.matrix,
      mirrored: determinant(prior) < 0,
      limits: stageShape,
      change: 'Check InvertStageXAxis, the rotation in the properties, and that both axes of the stage are free.',
    }),
    (['x', 'y'] as const).flatMap((axis) => ofAxis(axis, given)),
    aboveLimit({
      kind: 'disagreement',
      what: 'Pairs of images that contradict the others',
      number: (100 * wrong.size) / pairs.length,
      unit: '%',
      doubtfulAbove: contradictionLimits.doubtful,
      refusedAbove: contradictionLimits.refused,
      why: 'Too many of the shifts between images are wrong.',
      change: another,
    }),
    distortion && distortion.significance > minSignificance
      ? aboveLimit({
          kind: 'pattern',
          what: 'Change of the shifts by distortion of the image',
          number: 100 * distortion.bias,
          unit: '%',
          doubtfulAbove: distortionLimits.doubtful,
          refusedAbove: distortionLimits.refused,
          why: `The edge of the field is displaced by ${readable(100 * Math.hypot(distortion.radial, distortion.spiral), 1)} % against the centre, so the middle of the field moves less or more than the whole. The result was corrected for it, and the stated errors hold what that leaves.`,
          change: 'Use a smaller area (Use Trial Size), or calibrate at a magnification without distortion.',
        })
      : undefined,
    belowLimit({
      kind: 'weak signal',
      what: 'Mean correlation of the image pairs',
      number: meanCorrelation,
      unit: '',
      doubtfulBelow: minCorrelation,
      why: 'The images have hardly anything in common.',
      change: another,
    }),
  ];
}

function ofAxis(axis: 'x' | 'y', { fit, pairs, prior }: StageEvidence): readonly (Reason | undefined)[] {
  const name = axis.toUpperCase();
  const column = axis === 'x' ? firstColumn : secondColumn;
  const found = fit.axes[axis];
  return [
    certainty({
      what: `effect of the stage in ${name}`,
      value: 1,
      standardError: found.share,
      doubtfulPercent: shareLimits.doubtful,
      refusedPercent: shareLimits.refused,
      change: `Repeat it at a lower magnification, where the steps cover the whole cycle of the ${name} drive${found.along.cycle.unusual > 0.5 ? `, or with the cycle length that fits, ${readable(found.along.cycle.length, 0)} um` : ''}.`,
    }),
    plausibleLength({
      what: `Effect of the stage in ${name}`,
      value: length(column(fit.matrix)),
      nominal: length(column(prior)),
      doubtfulFactor: pixelFactor,
      why: 'Pixel size and rotation of the properties say something else.',
      change: 'Measure the pixel size here with Find Pixel Size, then repeat the calibration.',
    }),
    ...patterns(axis, found, pairs),
  ];
}

function patterns(
  axis: 'x' | 'y',
  { along, across }: AxisFit,
  pairs: readonly StagePair[],
): readonly (Reason | undefined)[] {
  const places = pairs.filter((pair) => pair.axis === axis).map(({ from, to }) => (from[axis] + to[axis]) / 2);
  return (
    [
      ['along', along],
      ['across', across],
    ] as const
  ).map(([course, { residuals }]) =>
    residualPattern({
      residuals,
      varied: [{ name: 'the position of the stage', values: places }],
      what: `Order of the residuals of the ${axis.toUpperCase()} steps, ${course} the movement`,
      change: another,
    }),
  );
}

/** Numbers of the pairs that the fits left out. */
function leftOut({ axes }: WeighedStageFit, pairs: readonly StagePair[]): readonly number[] {
  return (['x', 'y'] as const).flatMap((axis) => {
    const numbers = pairs.flatMap((pair, index) => (pair.axis === axis ? [index] : []));
    const { along, across } = axes[axis];
    return [...along.leftOut, ...across.leftOut].map((index) => numbers[index]!);
  });
}
