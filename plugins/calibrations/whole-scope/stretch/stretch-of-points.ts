import { EucentricError, counted, readable, withError } from '../../../../core/base';
import { type Judgement, aboveLimit, describeReason, judge, requireNotRefused } from '../../../../core/judgement';
import { type ItemRun, type Uses, value } from '../../../../core/kernel';
import {
  type PointTransform,
  RegistrationPoints,
  type StageStretch,
  type StretchErrors,
  fitPoints,
  isMirrored,
  stretchErrors,
  stretchOf,
} from '../../../../core/registration';
import { Calibrations, elementsOf, put } from '../../../../core/store';

/** Pairs of points that a linear transformation with residuals needs, and those that are better. */
const [minPairs, enoughPairs] = [5, 6];
/** Angles in degrees by which the grid may be turned. */
const rotations = { least: 70, most: 110 };
/** Limits of the deviation of the points in micrometres. */
const deviation = { doubtful: 10, refused: 50 };
/** Limits of the difference of the mean magnification from 1, and the standard errors that it has to stand out by. */
const magnification = { doubtful: 0.002, refused: 0.02, significant: 3 };
/** Largest stretch of a stage that works. */
const maxStretch = 1.05;
/** Standard error of the stretch above which it is not known. */
const maxError = 0.002;

const needs = { points: RegistrationPoints, calibrations: Calibrations };
type Use = Uses<typeof needs>;

const questions = {
  use: {
    kind: 'confirm',
    why: 'With it, two points are enough to find a grid again after it was turned. A wrong one puts every position off.',
  },
} as const;

const results = {
  pairs: value.quantity('Number of points that were marked in both registrations.'),
  magnification: value.quantity(
    'Mean magnification from one registration to the other; 1 but for errors of the points.',
    {
      decimals: 4,
    },
  ),
  stretch: value.quantity('Factor by which the readings are too long along the axis.', { decimals: 4 }),
  ratio: value.quantity('Ratio of the readings along and across the axis.', { decimals: 4 }),
  axis: value.quantity('Direction of the axis, counter-clockwise from stage X.', { unit: 'degrees', decimals: 1 }),
  rotation: value.quantity('Angle by which the grid was turned.', { unit: 'degrees', decimals: 1 }),
  deviation: value.quantity('Deviation of the points from the transformation.', { unit: 'um', decimals: 2 }),
};

/** Stage Stretch, but for its id and its place in the order of work. */
export const stretchOfPoints = {
  needs,
  questions,
  results,
  stores: ['StageStretchXform'],
  measures: ['stage stretch'],
  forecast: 'nothing',
  unavailable: ({ points }: Use) => {
    const shared = pairsOf(points).length;
    return shared >= minPairs
      ? undefined
      : `needs ${minPairs} registration points marked before and after the grid was turned; ${shared === 0 ? 'none' : String(shared)} ${shared === 1 ? 'is' : 'are'}`;
  },
  async run({ points }: Use, run: ItemRun<typeof questions, typeof results>) {
    const pairs = pairsOf(points);
    const fit = fitPoints(pairs);
    if (fit.kind !== 'linear' || !fit.covariance) throw tooFew(pairs.length);
    if (isMirrored(fit)) throw turnedOver();
    const found = stretchOf(fit.matrix);
    const errors = found && stretchErrors(fit.matrix, fit.covariance);
    if (!found || !errors) throw notTurned(0);
    const judgement = judgeStretch(fit, found, errors);
    for (const [at, { number, note }] of pairs.entries()) {
      const { x, y } = fit.residuals[at]!;
      run.operator.log(
        `Point ${number}${note === undefined ? '' : ` (${note})`}: ${readable(x, 1)}, ${readable(y, 1)} um off.`,
      );
    }
    const summary =
      `Stage stretch ${withError(found.stretch, errors.stretch)} along ${withError(found.axis, errors.axis)} degrees, ` +
      `from ${counted(pairs.length, 'point')}${pairs.length < enoughPairs ? ` (${enoughPairs} are better)` : ''}.`;
    run.operator.log(summary);
    requireNotRefused(judgement, 'stage-stretch/bad-points');
    const [doubt] = judgement.reasons;
    const text =
      `From ${counted(pairs.length, 'point')}: magnification ${withError(found.magnification, errors.magnification)} (1 is right), ` +
      `stretch ${withError(found.stretch, errors.stretch)} along ${withError(found.axis, errors.axis)} degrees, ` +
      `ratio of the axes ${readable(found.stretch ** 2, 4)}. ${doubt ? `${describeReason(doubt)} ` : ''}Use it?`;
    if (!(await run.ask('use', { text, default: !doubt }))) throw notUsed();
    return run.accept({
      summary,
      values: {
        pairs: pairs.length,
        magnification: found.magnification,
        stretch: found.stretch,
        ratio: found.stretch ** 2,
        axis: found.axis,
        rotation: found.rotation,
        deviation: fit.deviation ?? 0,
      },
      standardErrors: { ...errors, ratio: 2 * found.stretch * errors.stretch },
      quality: { ...judgement, remarks: pairs.length < enoughPairs ? [`${enoughPairs} points are better.`] : [] },
      changes: [put('StageStretchXform', elementsOf(fit.matrix))],
    });
  },
} as const;

/** The points that the present registration shares with the one that shares most with it. */
const pairsOf = (points: RegistrationPoints) => {
  const partner = points.partner();
  return partner === undefined ? [] : points.pairs(partner, points.registration);
};

function judgeStretch(
  fit: PointTransform,
  { magnification: mean, stretch, rotation }: StageStretch,
  errors: StretchErrors,
): Judgement {
  const markAgain =
    'Mark the points again on images where they are seen well, and leave out the one that is farthest off.';
  const turn = Math.abs(rotation);
  const away = Math.max(rotations.least - turn, turn - rotations.most, 0);
  return judge(
    aboveLimit({
      kind: 'implausible',
      what: `Turn of the grid away from ${rotations.least} to ${rotations.most} degrees`,
      number: away,
      unit: 'degrees',
      refusedAbove: 0,
      why: `The grid was turned by ${readable(rotation, 1)} degrees, which shows little of the stretch.`,
      change: 'Turn the grid by about 90 degrees, and mark the points again.',
    }),
    aboveLimit({
      kind: 'disagreement',
      what: 'Deviation of the points',
      number: fit.deviation ?? Infinity,
      unit: 'um',
      doubtfulAbove: deviation.doubtful,
      refusedAbove: deviation.refused,
      why: 'The points do not fit one transformation.',
      change: markAgain,
    }),
    aboveLimit({
      kind: 'implausible',
      what: 'Difference of the mean magnification from 1',
      number: Math.abs(mean - 1) > magnification.significant * errors.magnification ? Math.abs(mean - 1) : 0,
      unit: '',
      doubtfulAbove: magnification.doubtful,
      refusedAbove: magnification.refused,
      why: 'A stage cannot grow: some points are not the same features.',
      change: markAgain,
    }),
    aboveLimit({
      kind: 'implausible',
      what: 'Stretch',
      number: stretch,
      unit: '',
      refusedAbove: maxStretch,
      why: 'No stage that works is stretched so much; some points are not the same features.',
      change: markAgain,
    }),
    aboveLimit({
      kind: 'weak signal',
      what: 'Standard error of the stretch',
      number: errors.stretch,
      unit: '',
      doubtfulAbove: maxError,
      why: 'The points lie too near to each other, or scatter.',
      change: 'Mark more points, near opposite edges of the grid.',
    }),
  );
}

const tooFew = (pairs: number): EucentricError =>
  new EucentricError({
    code: 'stage-stretch/too-few-points',
    message: `${counted(pairs, 'point')} before and after the turn do not determine a stretch; ${minPairs} do.`,
    hint: 'Mark more of the same features in both registrations.',
  });
const turnedOver = (): EucentricError =>
  new EucentricError({
    code: 'stage-stretch/turned-over',
    message:
      'The points say that the grid was turned over. A stretch follows only from a grid that was turned in its plane.',
    hint: 'Load the grid the same side up, turned by about 90 degrees, or check the numbers of the points.',
  });
const notTurned = (angle: number): EucentricError =>
  new EucentricError({
    code: 'stage-stretch/not-turned',
    message: `The grid was turned by ${readable(angle, 1)} degrees, which does not show a stretch.`,
    hint: 'Turn it by about 90 degrees, and mark the points again.',
  });
const notUsed = (): EucentricError =>
  new EucentricError({
    code: 'stage-stretch/not-used',
    message: 'The stretch was not used; what was stored before is still in use.',
    hint: 'Mark the points again, or more of them.',
  });
