import { EucentricError, counted, readable } from '../../../../core/base';
import type { Reason } from '../../../../core/judgement';
import type { MeasuredLevel } from './focus-analysis';

/** The errors of Autofocus and Extended Autofocus. */
export const focusCalibrationErrors = {
  notStarted: (): EucentricError =>
    new EucentricError({
      code: 'focus-calibration/not-started',
      message: 'The calibration of autofocus was not started.',
      hint: 'Nothing was changed.',
    }),
  tiltTooSmall: (tilt: number): EucentricError =>
    new EucentricError({
      code: 'focus-calibration/tilt-too-small',
      message: `The beam tilt of autofocus is ${readable(tilt)}, which moves no image.`,
      hint: 'Set AutofocusBeamTilt so that 10 um of defocus move the image by about 30 nm, and start again.',
    }),
  turned: (intervals: number): EucentricError =>
    new EucentricError({
      code: 'focus-calibration/slope-varies',
      message: `The displacement goes in quite another direction in ${counted(intervals, 'interval')} than in the middle of the range. Nothing was stored.`,
      hint: 'Look at the levels in the log. Check exposure, specimen and drift, and do it again; a smaller range or beam tilt helps where the images do not overlap.',
    }),
  lost: (levels: readonly MeasuredLevel[], why: string): EucentricError =>
    new EucentricError({
      code: 'focus-calibration/levels-lost',
      message: `The images at ${levels.map(({ defocus }) => `${readable(defocus, 1)} um`).join(', ')} could not be used, ${why}: ${levels[0]!.lost}. Nothing was stored.`,
      hint: 'Check that the beam is on and not cut by an aperture when it is tilted. Take more exposure and a specimen with detail that does not repeat; a smaller range or beam tilt helps where the images do not overlap.',
    }),
  notKept: ({ what }: Reason): EucentricError =>
    new EucentricError({
      code: 'focus-calibration/not-kept',
      message: `The calibration was doubtful and was not kept: ${what}.`,
      hint: 'The log has the reason with what to do. The earlier calibration, if there was one, is still in use.',
    }),
};

/** Throws where too many levels are lost: two in a row, or one at an end, which no neighbours replace. */
export function requireUsable(levels: readonly MeasuredLevel[]): void {
  const lost = levels.filter((level) => level.lost !== undefined);
  const regular = levels.filter((level) => level.regular);
  const ends = lost.filter((level) => [levels[0], levels.at(-1), regular[0], regular.at(-1)].includes(level));
  if (ends.length > 0) throw focusCalibrationErrors.lost(lost, 'at an end of the range');
  const rows = lost.filter((level) => levels[levels.indexOf(level) + 1]?.lost !== undefined);
  if (rows.length > 0) throw focusCalibrationErrors.lost(lost, 'two in a row');
}
