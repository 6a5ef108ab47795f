import { EucentricError, describe, hintOf } from '../../core/base';

/** Hint for an error that has none of its own. */
const unexplained =
  'Look for a message on the microscope computer; the state of the column or of a valve may forbid this.';

/** The errors that this plugin raises, each with a stable code. */
export const feiErrors = {
  noNanoprobe: (magIndex: number): EucentricError =>
    new EucentricError({
      code: 'fei/no-nanoprobe-in-low-magnification',
      message: `FEI column: nanoprobe cannot be chosen at mag index ${magIndex}, which lies in the low-magnification range; nothing was sent.`,
      hint: 'Go to a magnification outside the low range first.',
    }),
  stillDiffracting: (seconds: number): EucentricError =>
    new EucentricError({
      code: 'fei/diffraction-timeout',
      message: `FEI column: it did not leave diffraction within ${seconds} s.`,
      hint: 'Leave diffraction with the button on the hand panel, then try again.',
    }),
  stillInOtherMode: (wanted: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'fei/stem-timeout',
      message: `FEI column: it was not in ${wanted} within ${seconds} s.`,
      hint: 'See whether the microscope software shows a message, change the mode there, then try again.',
    }),
  notScannedMagnification: (asked: number): EucentricError =>
    new EucentricError({
      code: 'fei/no-such-scan',
      message: `FEI column: there is no scanned magnification of mag index ${asked}; nothing was sent.`,
      hint: 'Choose a mag index of STEMMagTable, or leave STEM.',
    }),
  scanOfOtherProbe: (asked: number, probe: string): EucentricError =>
    new EucentricError({
      code: 'fei/scan-of-other-probe',
      message: `FEI column: the scanned magnification of mag index ${asked} is one of ${probe}probe; nothing was sent.`,
      hint: 'Change the probe mode first.',
    }),
  scanInOtherRange: (asked: number, low: boolean): EucentricError =>
    new EucentricError({
      code: 'fei/scan-in-other-range',
      message: `FEI column: the scanned magnification of mag index ${asked} is ${low ? 'in' : 'outside'} low magnification, and the scripting cannot take a scan ${low ? 'there' : 'out of it'}; nothing was sent.`,
      hint: 'Step the magnification knob at the column into that range, then try again.',
    }),
  strangeScannedMagnification: (found: number): EucentricError =>
    new EucentricError({
      code: 'fei/unknown-scan',
      message: `FEI column: it scans at a magnification of ${found}, which is not in STEMMagTable.`,
      hint: 'Step the magnification knob to one of the table, or enter what it shows in STEMMagTable.',
    }),
  screenStuck: (wanted: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'fei/screen-timeout',
      message: `FEI column: the viewing screen was not ${wanted} within ${seconds} s.`,
      hint: 'See whether something else is moving the screen or the binoculars are in the way, then try again.',
    }),
  stageBusy: (): EucentricError =>
    new EucentricError({
      code: 'fei/stage-busy',
      message: 'FEI stage: it is still moving, so the new move was not sent.',
      hint: 'Wait until the stage stands still, then try again.',
    }),
  stageLeftMoving: (seconds: number): EucentricError =>
    new EucentricError({
      code: 'fei/stage-timeout',
      message: `FEI stage: it was still not ready ${seconds} s after the move.`,
      hint: 'Look at the stage control panel: the stage may have been touched or locked. Clear it there, then try again.',
    }),
  noAnswer: (call: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'fei/no-answer',
      message: `FEI column: no answer to ${call} within ${seconds} s.`,
      hint: 'Check that the microscope software and its scripting server are running. A message box may be waiting on the microscope computer.',
    }),
  callFailed: (call: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'fei/call-failed',
      message: `FEI column: ${call} failed: ${describe(cause)}`,
      hint: hintOf(cause, unexplained),
      cause,
    }),
  strangeAnswer: (call: string, answer: unknown): EucentricError =>
    new EucentricError({
      code: 'fei/strange-answer',
      message: `FEI column: ${call} was answered by ${JSON.stringify(answer)?.slice(0, 80) ?? 'nothing'}, which is not an answer to it.`,
      hint: 'Check that the server on the microscope computer is of a version that this program knows, and that nothing else answers on its port.',
    }),
  serverRefused: (call: string, status: number): EucentricError =>
    new EucentricError({
      code: 'fei/server-refused',
      message: `FEI column: the server on the microscope computer answered "${call}" with status ${status}${status === 404 ? ', that it does not know it' : ''}.`,
      hint: 'Look at the window of the server and for a message of the microscope software; the state of the column or of a valve may forbid this.',
    }),
  notOnThisWire: (what: string): EucentricError =>
    new EucentricError({
      code: 'fei/not-on-this-wire',
      message: `FEI column: there is no ${what} over this wire; nothing was sent.`,
      hint: 'Use "wire: com" on the microscope computer for what needs it.',
    }),
  notOnThisColumn: (what: string): EucentricError =>
    new EucentricError({
      code: 'fei/not-on-this-column',
      message: `FEI column: its scripting has no ${what}; nothing was sent.`,
      hint: 'The version of the scripting is older than this function, or the column does not have it. Do by hand what needs it, or leave it out.',
    }),
  needsWindows: (platform: string): EucentricError =>
    new EucentricError({
      code: 'fei/needs-windows',
      message: `FEI column: its scripting is reached from Windows only, and this is ${platform}.`,
      hint: 'Run this program on the microscope computer, or use "wire: temscript" to reach it from here.',
    }),
  notOpen: (call: string): EucentricError =>
    new EucentricError({
      code: 'fei/not-connected',
      message: `FEI column: ${call} was requested before the column was connected.`,
      hint: 'Start the program again; it connects at the start.',
    }),
};
