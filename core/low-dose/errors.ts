import { CombinedError, EucentricError, describe } from '../base';
import type { LowDoseAreaName } from '../kernel';

/** The errors that this room raises, each with a stable code. */
export const lowDoseErrors = {
  off: (): EucentricError =>
    new EucentricError({
      code: 'low-dose/off',
      message: 'Low Dose is off.',
      hint: 'Switch it on first.',
    }),
  refused: (reason: string, hint: string): EucentricError =>
    new EucentricError({ code: 'low-dose/refused', message: `Low Dose stays as it is: ${reason}.`, hint }),
  busy: (): EucentricError =>
    new EucentricError({
      code: 'low-dose/busy',
      message: 'Low Dose is on its way to an area.',
      hint: 'Wait until it has arrived.',
    }),
  noMatrix: (area: LowDoseAreaName): EucentricError =>
    new EucentricError({
      code: 'low-dose/no-matrix',
      message: `${area} stands beside the optic axis, and no image-shift calibration says how far image shift moves at its magnification. Nothing was moved.`,
      hint: 'Calibrate Image Shift at that magnification, or put the area on the axis.',
    }),
  outOfReach: (area: LowDoseAreaName, reason: string): EucentricError =>
    new EucentricError({
      code: 'low-dose/out-of-reach',
      message: `${area} cannot be reached: ${reason}. Nothing was moved.`,
      hint: 'Put the area nearer to the axis, or reset image shift first.',
    }),
  notRestored: (area: LowDoseAreaName, cause: unknown, left: readonly unknown[]): CombinedError =>
    new CombinedError(
      {
        code: 'low-dose/not-restored',
        message: `On the way to ${area}: ${describe(cause)}. The column could not be put back as it was:`,
        hint: 'Look at magnification, focus, image shift and beam before you go on; Low Dose removes no offset until an area is entered again.',
        cause,
      },
      left,
    ),
  diffraction: (area: LowDoseAreaName): EucentricError =>
    new EucentricError({
      code: 'low-dose/diffraction',
      message: `${area} is an area in diffraction, which this program does not enter. Nothing was moved.`,
      hint: 'Give the area a magnification.',
    }),
  notSupported: (area: LowDoseAreaName, refusals: readonly string[], file: string): EucentricError =>
    new EucentricError({
      code: 'low-dose/not-supported',
      message: `${area} is not entered: ${refusals.join(' and ')}, which this program does not do. Nothing was moved.`,
      hint: `Switch that off for the area in SerialEM and import the settings again, or take the line of the area out of ${file}.`,
    }),
};
