import { EucentricError, describe, hintOf } from '../../core/base';

/** Hint for an error that has none of its own. */
const unexplained = 'Look at the window of SerialEM; a message may be waiting there.';

/** The errors that this plugin raises, each with a stable code. */
export const serialEmErrors = {
  strangeAperture: (size: number): EucentricError =>
    new EucentricError({
      code: 'serialem/strange-aperture',
      message: `SerialEM: it reports an aperture of ${size}, which is the number of a hole or an error and not a size in micrometres.`,
      hint: 'Write the sizes of the apertures into ApertureSizes in the properties of SerialEM, or set the option "apertures" to false.',
    }),
  notConnected: (): EucentricError =>
    new EucentricError({
      code: 'serialem/not-connected',
      message: 'SerialEM: it was used before it was connected.',
      hint: 'Start the program again; it connects at the start.',
    }),
  notAllowed: (): EucentricError =>
    new EucentricError({
      code: 'serialem/not-allowed',
      message: 'SerialEM does not let itself be controlled from outside now.',
      hint: 'Wait until it is idle, switch on EnableExternalPython in its menu or properties, then try again.',
    }),
  /** @param complaint the text that SerialEM gave with it, if any */
  commandFailed: (name: string, complaint = ''): EucentricError =>
    new EucentricError({
      code: 'serialem/command-failed',
      message: `SerialEM could not do ${name}${complaint ? `: ${complaint}` : '.'}`,
      hint: 'Its log window says why; close any message that waits there.',
    }),
  strangeReport: (name: string, reported: readonly unknown[]): EucentricError =>
    new EucentricError({
      code: 'serialem/strange-report',
      message: `SerialEM: ${name} reported ${JSON.stringify(reported).slice(0, 80)}, which is not an answer to it.`,
      hint: 'Check that its version knows this command, and that nothing else answers on its port.',
    }),
  callFailed: (name: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'serialem/call-failed',
      message: `SerialEM: ${name}: ${describe(cause)}`,
      hint: hintOf(cause, unexplained),
      cause,
    }),
  noAnswer: (name: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'serialem/no-answer',
      message: `SerialEM: no answer to ${name} within ${seconds} s.`,
      hint: 'See whether a message waits in its window, then try again.',
    }),
  notOnThisWire: (what: string): EucentricError =>
    new EucentricError({
      code: 'serialem/not-on-this-wire',
      message: `SerialEM: its commands do not report ${what}; nothing was sent.`,
      hint: 'Enter it in the options of the plugin, or use the plugin of the vendor.',
    }),
  noNanoprobe: (magIndex: number): EucentricError =>
    new EucentricError({
      code: 'serialem/no-nanoprobe-in-low-magnification',
      message: `SerialEM: nanoprobe cannot be chosen at mag index ${magIndex}, which lies in the low-magnification range; nothing was sent.`,
      hint: 'Go to a magnification outside the low range first.',
    }),
  lowDose: (name: string): EucentricError =>
    new EucentricError({
      code: 'serialem/low-dose',
      message: `SerialEM is in its Low Dose mode, in which taking an image with ${name} would change the column; no image was taken.`,
      hint: 'Leave Low Dose in SerialEM, then take the image again.',
    }),
  badExposure: (name: string, what: string, asked: string, allowed: string): EucentricError =>
    new EucentricError({
      code: 'serialem/bad-exposure',
      message: `${name} does not take ${asked} as ${what} (it takes ${allowed}); nothing was sent.`,
      hint: 'Change the camera parameters.',
    }),
  noImage: (): EucentricError =>
    new EucentricError({
      code: 'serialem/no-image',
      message: 'SerialEM has no image in buffer A, although it said that it took one.',
      hint: 'Look at its window, then take the image again.',
    }),
  wrongImage: (name: string, is: string, wanted: string): EucentricError =>
    new EucentricError({
      code: 'serialem/wrong-image',
      message: `SerialEM gave an image of ${is} for ${name} where ${wanted} were asked for; it was not used.`,
      hint: 'Check that the cameras, their sizes and ActiveCameraList are the same here and in the properties of SerialEM.',
    }),
  stageBusy: (): EucentricError =>
    new EucentricError({
      code: 'serialem/stage-busy',
      message: 'SerialEM: the stage is still moving, so the new move was not sent.',
      hint: 'Wait until the stage stands still, then try again.',
    }),
};
