import { largestElement } from '../../../../core/base';
import { type Evidence, type Reason, aboveLimit, certainty, misfit, plausibleLength } from '../../../../core/judgement';
import { type MeasuredAstigmatism, restOfPowers, tuningOf } from '../../../../core/tuning';
import type { SeenInImages } from './btid-images';

/** Circumstances by which a response is judged. */
export interface AstigmatismCircumstances {
  readonly seen: SeenInImages;
  /** Nanometres of the swing for a micrometre and a unit of tilt, as the focus calibration says. */
  readonly curveColumn: number;
  /** True where the focus calibration was measured at this place. */
  readonly curveMeasured: boolean;
  /** Middle of the defocus values in micrometres. */
  readonly defocus: number;
}

/** Standard error of the largest number of a matrix in percent of it. */
const errorLimits = { focus: { doubtful: 1, refused: 5 }, stigmator: { doubtful: 3, refused: 12 } };
/** Correlation of a pattern of the camera from which it pulls small shifts. */
const seriousPattern = 0.1;
/** Difference in micrometres of the defocus that the images show from the one that was asked for. */
const offDefocus = { doubtful: 1, refused: 4 };
/** Ratio of the two axes of the stigmator, and deviation of their angle in degrees from 45. */
const axes = { ratio: { doubtful: 2, refused: 8 }, angle: { doubtful: 20, refused: 40 } };
/** Factor between the column of focus and that of the focus calibration. */
const columnFactor = { doubtful: 1.05, refused: 1.5 };
/** Advice against noise. */
const better = 'Take more exposure, or a specimen with more detail, and let the specimen come to rest.';

/** Evidence about a measured response. */
export function astigmatismEvidence(
  measured: MeasuredAstigmatism,
  { seen, curveColumn, curveMeasured, defocus }: AstigmatismCircumstances,
): Evidence {
  const { response, powers, middle } = measured;
  const { focus, stigmatorX, stigmatorY } = response;
  const found = tuningOf(middle, {
    focus: focus.value,
    stigmatorX: stigmatorX.value,
    stigmatorY: stigmatorY.value,
  });
  const size = (of: 'x' | 'y'): number => Math.hypot(powers[of].value.x, powers[of].value.y);
  const turn = angleBetween(powers.x.value, powers.y.value);
  return [
    misfit({ ...measured.misfit, what: 'Misfit of the shifts', change: better }),
    misfit({
      ...restOfPowers(powers),
      what: 'Part of the effect of the stigmator that is not astigmatism',
      change:
        'Check that the images move alike everywhere, and that the stigmator has come to rest: AstigmatismComaDelays.',
    }),
    ...(['focus', 'stigmatorX', 'stigmatorY'] as const).map((name) => {
      const { doubtful, refused } = errorLimits[name === 'focus' ? 'focus' : 'stigmator'];
      return certainty({
        what: name === 'focus' ? 'effect of focus' : `effect of the ${name === 'stigmatorX' ? 'X' : 'Y'} stigmator`,
        value: largestElement(response[name].value),
        standardError: largestElement(response[name].standardErrors),
        doubtfulPercent: doubtful,
        refusedPercent: refused,
        change: `${better} A larger step of the stigmator helps, too.`,
      });
    }),
    plausibleLength({
      what: 'Effect of focus along X',
      value: Math.hypot(focus.value.xpx, focus.value.ypx),
      nominal: curveColumn,
      doubtfulFactor: curveMeasured ? columnFactor.doubtful : 2 * columnFactor.doubtful - 1,
      refusedFactor: columnFactor.refused,
      why: 'The focus calibration expects another one.',
      change: 'Calibrate Autofocus here again, and check that focus and beam tilt follow their values.',
    }),
    plausibleLength({
      what: 'Ratio of the effects of focus along Y and X',
      value: Math.hypot(focus.value.xpy, focus.value.ypy) / Math.hypot(focus.value.xpx, focus.value.ypx),
      nominal: 1,
      doubtfulFactor: 1.4,
      refusedFactor: 4,
      why: 'The coils of the beam tilt along X and Y are nearly alike.',
      change: 'Check the calibration of the beam tilt of the column.',
    }),
    plausibleLength({
      what: 'Ratio of the two axes of the stigmator',
      value: size('x') / size('y'),
      nominal: 1,
      doubtfulFactor: axes.ratio.doubtful,
      refusedFactor: axes.ratio.refused,
      why: 'Both axes of a stigmator are nearly alike.',
      change: 'Check that the stigmator follows on both axes.',
    }),
    aboveLimit({
      kind: 'implausible',
      what: 'Angle of the two axes of the stigmator, off 45 degrees',
      number: Math.abs(Math.abs(turn) / 2 - 45),
      unit: 'degrees',
      doubtfulAbove: axes.angle.doubtful,
      refusedAbove: axes.angle.refused,
      why: 'The axes of a stigmator act at 45 degrees to each other.',
      change: 'Check that the stigmator follows on both axes, and that the specimen has detail in all directions.',
    }),
    aboveLimit({
      kind: 'implausible',
      what: 'Defocus that the images show, off the one that was set',
      number: Math.abs(found.defocus - defocus),
      unit: 'um',
      doubtfulAbove: offDefocus.doubtful,
      refusedAbove: offDefocus.refused,
      why: 'The focus calibration or the change of focus is wrong here, or the images were misled.',
      change: 'Calibrate Autofocus again.',
    }),
    ...imageEvidence(seen),
    measured.unrest !== undefined && measured.unrest > 0.95
      ? aboveLimit({
          kind: 'misfit',
          what: 'Probability that images moved after a change of the lens',
          number: 100 * measured.unrest,
          unit: '%',
          doubtfulAbove: 95,
          why: 'The lens had not come to rest when the first image was taken.',
          change: 'Enter longer waits for stigmator and focus as AstigmatismComaDelays.',
        })
      : undefined,
  ];
}

/** Evidence by what is seen in the images of a run. */
export function imageEvidence({ period, pattern, largestShift }: SeenInImages): readonly (Reason | undefined)[] {
  return [
    period === undefined
      ? undefined
      : aboveLimit({
          kind: 'rival',
          what: 'Largest shift as a share of half the period of the specimen',
          number: largestShift / (period / 2),
          unit: '',
          doubtfulAbove: 0.5,
          refusedAbove: 0.9,
          why: 'The specimen repeats, so its images fit together at many shifts, and a shift may be off by a period.',
          change: 'Go to a place with detail that does not repeat.',
        }),
    aboveLimit({
      kind: 'pattern',
      what: 'Correlation of a pattern of the camera that does not move with the specimen',
      number: pattern,
      unit: '',
      doubtfulAbove: seriousPattern,
      why: 'It pulls small shifts to zero.',
      change: 'Take a new gain reference, or more exposure.',
    }),
  ];
}

/** Angle in degrees from one vector to another, -180 to 180. */
function angleBetween(
  one: { readonly x: number; readonly y: number },
  other: { readonly x: number; readonly y: number },
): number {
  return (Math.atan2(one.x * other.y - one.y * other.x, one.x * other.x + one.y * other.y) * 180) / Math.PI;
}

/** Angle in degrees on the specimen between the directions in which both axes of the stigmator act. */
export const stigmatorAngle = ({ powers }: Pick<MeasuredAstigmatism, 'powers'>): number =>
  angleBetween(powers.x.value, powers.y.value) / 2;
