import { type Matrix, type Vector, apply } from '../../../../core/base';
import type { CauseHypothesis } from '../../../../imaging';
import type { MeasuredPair } from './image-shift-analysis';

/** Unsettled share of a step: how large it may typically be, and how likely each is beforehand; settled is twice as likely as not. */
const lagSizes = [
  { size: 0, weight: 8 },
  { size: 0.0003, weight: 1 },
  { size: 0.001, weight: 1 },
  { size: 0.004, weight: 1 },
  { size: 0.02, weight: 1 },
];
/** Share of an unsettled step that typically remains for the image after the next one. */
const lagMemory = 0.12;
/** Part that is missing at the first image of a series, as a share of the part at the others, and its spread. The first image waits longer. */
const lagOfFirst = { share: 0.6, spread: 0.35 };
/** Difference between the unsettled shares of X and Y steps, as a share. */
const lagDifference = 0.15;
/**
 * A part of each step that arrives so slowly that several later images still miss some of it: how large it may typically be, and how likely
 * such a part is beforehand. Its time constants are in intervals between images.
 */
const slowLagSizes = [0.003, 0.02, 0.1, 0.4];
const slowLagWeight = 2;
/** Tail of a slow part, whose end is slower than its beginning: its time constant in those of the part, and its typical share of it. */
const slowTail = { time: 4, share: 0.3 };
/** Time constants of the slow part with which a fit begins. */
export const slowLagTimes = [0.6, 1.2, 2.4, 5];
/**
 * Play of the coils: half of what they stay back after they have turned round, in shares of a step, and how likely it is beforehand. In six
 * images it looks like a part that arrives slowly, which would mean something else for the matrix.
 */
const playSizes = [0.0005, 0.003, 0.015, 0.06];
const playWeight = 2;
/** Displacement over the series that a drift which dies away makes beyond the steady one, in binned pixels, and its time constants in durations of the series. */
const bendSizes = [0, 0.02, 0.1, 0.5, 3, 15, 80];
const bendTimes = [0.12, 0.22, 0.4, 0.75, 1.5, 4];
/** Steady drifts in binned pixels an image that the errors include when no pair shows the drift. */
const unseenDrifts = [0.1, 0.5, 2, 5];

/** Circumstances of the pairs on which the effects of the causes depend. */
export interface CauseCircumstances {
  readonly pairs: readonly MeasuredPair[];
  readonly positions: readonly Vector[];
  readonly moments: readonly number[];
  /** Binned pixels for one image-shift unit. */
  readonly rough: Matrix;
  readonly seesDrift: boolean;
  /** True where each step is taken back, so that the pairs show the slow end of what arrives late. */
  readonly seesTail: boolean;
}

/** A hypothesis about the errors beyond the noise; `slowTime` is that of a slow part, in intervals between images. */
export interface SeriesHypothesis extends CauseHypothesis {
  readonly slowTime?: number;
  /** True for coils that stick. */
  readonly sticks?: boolean;
}

/** All hypotheses about the errors of a series beyond the noise: drift that dies away, steps that have not arrived, drift that no pair shows. */
export function seriesHypotheses(
  { pairs, positions, moments, rough, seesDrift, seesTail }: CauseCircumstances,
  slowTimes: readonly number[],
): readonly SeriesHypothesis[] {
  const between = (of: readonly number[]): number[] => pairs.map(({ earlier, later }) => of[later]! - of[earlier]!);
  const bends = bendSizes.flatMap((size) => {
    if (size === 0) return [{ causes: [], weight: 2 * (bendTimes.length - 1) }];
    // Two neighbouring time constants together stand for all between them.
    const courses = bendTimes.map((time) => {
      const course = between(bend(moments, time * moments.at(-1)!).map((each) => each * size));
      return [alongX(course), alongY(course)];
    });
    return courses.slice(1).map((course, index) => ({ causes: [...course, ...courses[index]!], weight: 1 }));
  });
  const [stepsX, stepsY] = (['x', 'y'] as const).map((axis) =>
    positions.map((position, index) => position[axis] - (positions[index - 1]?.[axis] ?? 0)),
  ) as [number[], number[]];
  /** The effect on the pairs of what is missing along an axis at each image. */
  const onPairs = (axis: 'x' | 'y', missing: readonly number[]): readonly number[] => {
    const onCamera = missing.map((each) => apply(rough, axis === 'x' ? { x: -each, y: 0 } : { x: 0, y: -each }));
    return interleaved(between(onCamera.map(({ x }) => x)), between(onCamera.map(({ y }) => y)));
  };
  const [lagX, lagY] = (['x', 'y'] as const).map((axis) => {
    // At each image the last step is missing in part; the one before it has had one more interval to arrive.
    const lastSteps = axis === 'x' ? stepsX : stepsY;
    // The first image has waited longer than the others, because of the preparations of a series.
    const [last, older, first] = [
      lastSteps.map((step, index) => (index === 0 ? 0 : step)),
      [0, ...lastSteps.slice(0, -1)],
      lastSteps.map((step, index) => (index === 0 ? step : 0)),
    ].map((missing) => onPairs(axis, missing));
    return { last: last!, older: older!, first: first! };
  }) as [Lag, Lag];
  const fastLags = lagSizes.map(({ size, weight }) => ({
    causes: size === 0 ? [] : lagVectors(lagX, lagY, size),
    weight,
  }));
  const slow = slowTimes.flatMap((time) => {
    const [x, y] = [
      onPairs('x', stillMissing(stepsX, moments, time)),
      onPairs('y', stillMissing(stepsY, moments, time)),
    ];
    const [laterX, laterY] = (['x', 'y'] as const).map((axis) =>
      onPairs(axis, stillMissing(axis === 'x' ? stepsX : stepsY, moments, slowTail.time * time)),
    ) as [readonly number[], readonly number[]];
    return slowLagSizes.map((size) => ({
      causes: [
        x.map((each, index) => size * (each + y[index]!)),
        ...(seesTail ? [laterX.map((each, index) => slowTail.share * size * (each + laterY[index]!))] : []),
        x.map((each) => size * lagDifference * each),
        y.map((each) => size * lagDifference * each),
      ],
      weight: slowLagWeight / slowTimes.length,
      slowTime: time,
    }));
  });
  const plays = playSizes.map((size) => ({
    causes: (['x', 'y'] as const).flatMap((axis) => {
      const { stays, first } = playAlong(positions.map((position) => position[axis]));
      return [stays, first].map((missing) => onPairs(axis, missing).map((each) => size * each));
    }),
    weight: playWeight,
    sticks: true,
  }));
  const drifts = seesDrift
    ? [[]]
    : unseenDrifts.map((size) => {
        const drift = between(moments).map((each) => each * size);
        return [alongX(drift), alongY(drift)];
      });
  return drifts.flatMap((drift) =>
    bends.flatMap(({ causes, weight }) =>
      [...fastLags, ...slow, ...plays].map((lag) => ({
        ...lag,
        causes: [...drift, ...causes, ...lag.causes],
        weight: weight * lag.weight,
      })),
    ),
  );
}

/** Sum of the parts of all steps so far that have not arrived at each image, for a share of 1 that falls to 1/e in a time. */
const stillMissing = (steps: readonly number[], moments: readonly number[], time: number): readonly number[] =>
  steps.map((_, index) =>
    steps
      .slice(0, index + 1)
      .reduce((sum, step, earlier) => sum + step * Math.exp((moments[earlier]! - moments[index]!) / time), 0),
  );

/** Smallest move as a share of the largest that takes up the play of an axis. */
const minTurn = 0.02;

/** Missing parts at each image for a half play of the largest step: behind the last move of the axis, and at those before its first. */
function playAlong(positions: readonly number[]): {
  readonly stays: readonly number[];
  readonly first: readonly number[];
} {
  const moves = positions.map((position, index) => position - (positions[index - 1] ?? position));
  const largest = Math.max(...moves.map(Math.abs));
  let direction = 0;
  const directions = moves.map((move) => {
    if (Math.abs(move) > minTurn * largest) direction = Math.sign(move);
    return direction;
  });
  return {
    stays: directions.map((each) => each * largest),
    first: directions.map((each) => (each === 0 ? largest : 0)),
  };
}

/** Parts that are missing in the pairs for a share of 1: of the step before an image, of the one before that, and of the step to the first image. */
interface Lag {
  readonly last: readonly number[];
  readonly older: readonly number[];
  readonly first: readonly number[];
}

/** The common share of the steps of both axes that is missing, what is left of it one image later, that of the first image, and how the two axes differ. */
function lagVectors(x: Lag, y: Lag, size: number): readonly (readonly number[])[] {
  const both = (pick: (lag: Lag) => readonly number[], share: number): readonly number[] =>
    pick(x).map((each, index) => share * (each + pick(y)[index]!));
  const alone = (lag: Lag): readonly number[] => lag.last.map((each) => each * size * lagDifference);
  const last = (lag: Lag): readonly number[] =>
    lag.last.map((each, index) => each + lagOfFirst.share * lag.first[index]!);
  return [
    both(last, size),
    both(({ older }) => older, size * lagMemory),
    both(({ first }) => first, size * lagOfFirst.spread),
    alone(x),
    alone(y),
  ];
}

/** The course of a drift that dies away, less the straight line from its start to its end, the largest deviation from which is 1. */
function bend(moments: readonly number[], timeConstant: number): readonly number[] {
  const course = moments.map((moment) => -Math.expm1(-moment / timeConstant));
  const duration = moments.at(-1)!;
  const straight = course.map((each, index) => each - (course.at(-1)! * moments[index]!) / duration);
  const largest = Math.max(...straight.map(Math.abs));
  return straight.map((each) => each / largest);
}

const interleaved = (x: readonly number[], y: readonly number[]): readonly number[] =>
  x.flatMap((each, index) => [each, y[index]!]);
/** A course along X of the camera as an effect on all observations, X and Y in turn. */
export const alongX = (course: readonly number[]): readonly number[] => course.flatMap((each) => [each, 0]);
/** The same along Y. */
export const alongY = (course: readonly number[]): readonly number[] => course.flatMap((each) => [0, each]);
