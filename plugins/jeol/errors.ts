import { EucentricError, describe, hintOf } from '../../core/base';

/** Hint for an error that has none of its own. */
const unexplained = 'Look for a message on the microscope computer.';

/** The errors that this plugin raises, each with a stable code. */
export const jeolErrors = {
  magnificationTimeout: (index: number, seconds: number): EucentricError =>
    new EucentricError({
      code: 'jeol/magnification-timeout',
      message: `JEOL column: it did not report mag index ${index} within ${seconds} s.`,
      hint: 'See which magnification it is at; if the lenses are relaxing, wait and try again. JeolMagEventWait sets how long it may take.',
    }),
  outsideCoils: (what: string, value: string, limits: string): EucentricError =>
    new EucentricError({
      code: 'jeol/outside-coils',
      message: `JEOL column: ${what} of ${value} is more than its coils or lenses can do (${limits}); nothing was sent.`,
      hint: 'Move the stage instead, or set the image shift back to zero first.',
    }),
  strangeUnit: (what: string, value: number, unit: string): EucentricError =>
    new EucentricError({
      code: 'jeol/strange-unit',
      message: `JEOL column: its display shows ${value} "${unit}", which is not ${what} in a unit that this program knows.`,
      hint: 'Read the display at the column and report what stands there; the value is not used.',
    }),
  shiftTooLow: (shift: number, least: number): EucentricError =>
    new EucentricError({
      code: 'jeol/energy-shift-too-low',
      message: `The energy shift, the loss and the zero-loss adjustment together, would be ${shift.toFixed(1)} eV; this filter is sent ${least.toFixed(0)} eV at least. Nothing was changed.`,
      hint: 'Adjust the slit offset at the filter, so that the zero-loss peak needs no such shift, or set OmegaCanDoNegativeShift if the filter can do one.',
    }),
  filterRefused: (what: string, wanted: string, taken: string): EucentricError =>
    new EucentricError({
      code: 'jeol/filter-refused',
      message: `JEOL column: the energy filter did not take ${what} of ${wanted}: it is at ${taken}.`,
      hint: 'See whether the filter is ready and within its range at the column, then try again.',
    }),
  stillInOtherMode: (wanted: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'jeol/stem-timeout',
      message: `JEOL column: it was not in ${wanted} within ${seconds} s.`,
      hint: 'See whether the microscope software shows a message, change the mode there, then try again.',
    }),
  noFocusInLowScan: (): EucentricError =>
    new EucentricError({
      code: 'jeol/no-focus-in-low-scan',
      message:
        'JEOL column: the focus of a scan in low magnification is that of a condenser lens, which this program does not set.',
      hint: 'Go to a scanned magnification outside the low range, or focus by hand.',
    }),
  screenStuck: (wanted: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'jeol/screen-timeout',
      message: `JEOL column: the viewing screen was not ${wanted} within ${seconds} s.`,
      hint: 'See whether something blocks the screen, then try again.',
    }),
  strangeAperture: (name: string, hole: number, sizes: readonly number[]): EucentricError =>
    new EucentricError({
      code: 'jeol/strange-aperture',
      message: `JEOL column: the ${name} is at hole ${hole}, of which ApertureSizes gives no size (${sizes.join(', ')} um).`,
      hint: 'Write the sizes of all its holes in their order into ApertureSizes.',
    }),
  apertureStuck: (name: string, size: number, seconds: number): EucentricError =>
    new EucentricError({
      code: 'jeol/aperture-timeout',
      message: `JEOL column: the ${name} was not at ${size} um within ${seconds} s.`,
      hint: 'See whether the aperture is driven by motor and not held by hand, then try again.',
    }),
  stageBusy: (): EucentricError =>
    new EucentricError({
      code: 'jeol/stage-busy',
      message: 'JEOL stage: it is still moving, so the new move was not sent.',
      hint: 'Wait until the stage stands still, then try again.',
    }),
  stageTimeout: (seconds: number): EucentricError =>
    new EucentricError({
      code: 'jeol/stage-timeout',
      message: `JEOL stage: it was still moving after ${seconds} s.`,
      hint: 'Look at the stage: it may have been touched or stopped at a limiter. StageTimeoutFactor sets how long a move may take.',
    }),
  stageAtLimiter: (): EucentricError =>
    new EucentricError({
      code: 'jeol/stage-limiter',
      message: 'JEOL stage: it ran into a limiter and stopped.',
      hint: 'Move it back by hand, then set StageLimits so that it does not go there again.',
    }),
  tooBusy: (call: string, tries: number, last: unknown): EucentricError =>
    new EucentricError({
      code: 'jeol/busy',
      message: `JEOL column: it was too busy for ${call}, ${tries} times in a row; the last answer: ${describe(last)}.`,
      hint: 'Something else may be controlling the column. Wait until it is idle, then try again.',
    }),
  noAnswer: (call: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'jeol/no-answer',
      message: `JEOL column: no answer to ${call} within ${seconds} s.`,
      hint: 'Check that the microscope software runs and that external control is allowed.',
    }),
  callFailed: (call: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'jeol/call-failed',
      message: `JEOL column: ${call} failed: ${describe(cause)}`,
      hint: hintOf(cause, unexplained),
      cause,
    }),
  notOpen: (): EucentricError =>
    new EucentricError({
      code: 'jeol/not-connected',
      message: 'JEOL column: it was used before it was connected.',
      hint: 'Start the program again; it connects at the start.',
    }),
  needsWindows: (platform: string): EucentricError =>
    new EucentricError({
      code: 'jeol/needs-windows',
      message: `JEOL column: its external control is reached from Windows only, and this is ${platform}.`,
      hint: 'Run this program on the computer of the column.',
    }),
  projectorShiftNotSimulated: (): EucentricError =>
    new EucentricError({
      code: 'jeol/projector-shift-not-simulated',
      message: 'JEOL column: the simulated wire cannot shift the image with the projector deflector.',
      hint: 'Take JeolUseProjectorForIS out of the configuration of a simulated column.',
    }),
};
