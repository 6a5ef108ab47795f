import { EucentricError, StoppedError } from '../../core/base';
import type { ExposureRefusal } from '../../core/devices';
import { WireError } from '../../wires';

/** Meanings of the server's error numbers. */
const meanings: Readonly<Record<number, string>> = {
  1: 'the image was not found',
  2: 'the image is of the wrong type',
  3: 'DigitalMicrograph raised an exception',
  4: 'the stack has no number',
  5: 'the stack has no third dimension',
  6: 'a file could not be opened',
  7: 'a file could not be positioned',
  8: 'a file could not be written',
  9: 'a file header could not be written',
  10: 'there was no memory to rotate the image',
  11: 'the folder exists already',
  12: 'the folder could not be made',
  13: 'the folder does not exist',
  14: 'the folder to save in is a file',
  15: 'the folder cannot be written to',
  16: 'the file exists already',
  17: 'DigitalMicrograph was quit while it saved',
  18: 'the defect file could not be opened',
  19: 'the defect file could not be written',
  20: 'a thread could not be started',
  21: 'early return does not go with synchronous saving',
  22: 'continuous acquisition has ended',
  23: 'the list of frame sums is bad',
  24: 'the way of antialiasing is bad',
  25: 'the script of the client failed',
  26: 'a script of the server failed',
  27: 'the defects could not be read',
  28: 'there is no such channel',
  29: 'there is no deferred sum',
  30: 'there is no graphics processor',
  31: 'the defect list could not be understood',
  32: 'the gain reference could not be loaded',
  33: 'the sizes for reducing the image are bad',
  51: 'there is no image',
  52: 'there are no tilt angles',
  53: 'a view is running in DigitalMicrograph',
};

const advice: Readonly<Record<number, string>> = {
  2: 'Take a new gain reference in DigitalMicrograph if the camera asks for one, then try again.',
  3: 'Look at the results window of DigitalMicrograph; restart it if it does not recover.',
  32: 'Take a new gain reference in DigitalMicrograph, then try again.',
  53: 'End the view in DigitalMicrograph, then try again.',
};

/** The errors that the camera raises, each with a stable code. */
export const gatanErrors = {
  failed: (server: string, packet: string, status: number, detail: number): EucentricError =>
    new EucentricError({
      code: 'gatan/failed',
      message: `${server} could not do ${packet}: ${meanings[detail] ?? `error ${detail || status}`}.`,
      hint: advice[detail] ?? 'Look at the results window of DigitalMicrograph, then try again.',
    }),
  tooFewCameras: (server: string, found: number, wanted: number, name: string): EucentricError =>
    new EucentricError({
      code: 'gatan/no-such-camera',
      message: `${server} has ${found} camera${found === 1 ? '' : 's'}; ${name} would be number ${wanted} counted from 0.`,
      hint: 'Check ActiveCameraList and IgnoreSocketCameras, or give the number under "cameras" in the options of gatan-k2k3.',
    }),
  oldServer: (server: string, version: number, needed: number, name: string): EucentricError =>
    new EucentricError({
      code: 'gatan/old-server',
      message: `${server} runs version ${version} of the SerialEMCCD plugin; ${name} needs ${needed}.`,
      hint: 'Install a newer SerialEMCCD plugin in DigitalMicrograph.',
    }),
  noDoubleSampling: (server: string, name: string): EucentricError =>
    new EucentricError({
      code: 'gatan/no-double-sampling',
      message: `${server} is too old for the correlated double sampling of ${name}.`,
      hint: 'Update DigitalMicrograph and the SerialEMCCD plugin, or leave "correlatedDoubleSampling" out of the options of gatan-k2k3.',
    }),
  wrongImage: (name: string, is: string, wanted: string): EucentricError =>
    new EucentricError({
      code: 'gatan/wrong-image',
      message: `${name} delivered an image of ${is} pixels where ${wanted} were asked for; it was not used.`,
      hint: 'Check CameraSizeX, CameraSizeY and RotationAndFlip of the camera, then take the image again.',
    }),
  badExposure: (name: string, { what, asked, allowed }: ExposureRefusal): EucentricError =>
    new EucentricError({
      code: 'gatan/bad-exposure',
      message: `${name} does not take ${asked} as ${what} (it takes ${allowed}); nothing was sent.`,
      hint: 'Change the camera parameters.',
    }),
  cannotSave: (server: string, detail: number): EucentricError =>
    new EucentricError({
      code: 'gatan/cannot-save',
      message: `${server} cannot save the frames: ${meanings[detail] ?? `error ${detail}`}; no image was taken.`,
      hint: 'Check the folder and the name on the computer of the camera, and the space on its disk.',
    }),
  notSaved: (server: string, saved: number, detail: number): EucentricError =>
    new EucentricError({
      code: 'gatan/not-saved',
      message: `${server} took the image but saved only ${saved} frame${saved === 1 ? '' : 's'} of it: ${meanings[detail] ?? `error ${detail}`}.`,
      hint: 'Check the space and the rights in the folder on the computer of the camera, then take the image again.',
    }),
  noDeferredSum: (name: string): EucentricError =>
    new EucentricError({
      code: 'gatan/no-deferred-sum',
      message: `${name} has no sum waiting: its last exposure did not return early, or its sum has been fetched.`,
      hint: 'Take an image whose frames are saved with a return after some of them.',
    }),
  spectroscopy: (server: string): EucentricError =>
    new EucentricError({
      code: 'gatan/spectroscopy',
      message: `The energy filter of ${server} is in its spectroscopy mode, so nothing of it was set.`,
      hint: 'Set it to imaging in DigitalMicrograph, then try again.',
    }),
  filterRefused: (server: string, what: string, wanted: string, is: string): EucentricError =>
    new EucentricError({
      code: 'gatan/filter-refused',
      message: `The energy filter of ${server} did not take ${what} of ${wanted}: it is at ${is}.`,
      hint: 'Look at the filter in DigitalMicrograph; set it there once by hand, then try again.',
    }),
  notConnected: (name: string): EucentricError =>
    new EucentricError({
      code: 'gatan/not-connected',
      message: `${name} is not connected.`,
      hint: 'Start the program with the camera server running.',
    }),
};

/** Gives the failures of the wire the form that the rest of the program knows; stops stay stops. */
export function gatanErrorOf(error: unknown, signal?: AbortSignal): unknown {
  const reason: unknown = signal?.aborted ? signal.reason : undefined;
  if (signal?.aborted && (error === reason || (error instanceof WireError && error.code === 'wire/stopped')))
    return reason instanceof EucentricError ? reason : new StoppedError('The exposure');
  if (!(error instanceof WireError)) return error;
  return new EucentricError({ code: error.code, message: error.message, hint: error.hint, cause: error });
}
