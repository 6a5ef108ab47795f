import { EucentricError, describe, hintOf } from '../../core/base';
import type { ExposureRefusal } from '../../core/devices';

/** Hint for an error that has none of its own. */
const unexplained =
  'A Falcon may have protected itself from too strong a beam; look for a message on the microscope computer.';

/** The errors that this plugin raises, each with a stable code. */
export const feiCameraErrors = {
  unknownCamera: (name: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/unknown-camera',
      message: `The FEI software has no camera "${name}".`,
      hint: 'Give its exact name there, as "DetectorName: [[0, name]]" or as Name of the camera. With standard scripting TIA must be running.',
    }),
  badExposure: (name: string, { what, asked, allowed }: ExposureRefusal): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/bad-exposure',
      message: `${name} does not take ${asked} as ${what} (it takes ${allowed}); nothing was sent.`,
      hint: 'Change the camera parameters.',
    }),
  wrongImage: (name: string, got: string, wanted: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/wrong-image',
      message: `${name} delivered an image of ${got} pixels instead of ${wanted}; it was thrown away.`,
      hint: 'Check CameraSizeX, CameraSizeY and Binnings of the camera in the configuration.',
    }),
  busy: (name: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/busy',
      message: `${name} is still taking an image.`,
      hint: 'Wait until it has ended; FEI cameras cannot be stopped in the middle of an exposure.',
    }),
  noAnswer: (name: string, seconds: number): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/no-answer',
      message: `${name}: no image within ${seconds.toFixed(0)} s.`,
      hint: 'Check the camera in the microscope software; a message may be waiting there.',
    }),
  callFailed: (name: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/call-failed',
      message: `${name}: the image could not be taken: ${describe(cause)}`,
      hint: hintOf(cause, unexplained),
      cause,
    }),
  strangeImage: (name: string, what: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/strange-image',
      message: `${name}: the server sent an image that cannot be read (${what}); it was thrown away.`,
      hint: 'Check that the server on the microscope computer is of a version that this program knows, then take the image again.',
    }),
  notTaken: (name: string, what: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/setting-not-taken',
      message: `${name} did not take its settings: ${what}. No image was taken.`,
      hint: 'Choose an exposure and a binning that the camera has in the microscope software.',
    }),
  serverRefused: (call: string, status: number): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/server-refused',
      message: `The server on the microscope computer answered "${call}" with status ${status}.`,
      hint: 'Look at the window of the server and for a message of the microscope software; with standard scripting TIA must be running.',
    }),
  notOnThisWire: (name: string, what: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/not-on-this-wire',
      message: `${name}: there is no ${what.replace(/^an? /, '')} over this wire; nothing was sent.`,
      hint: 'Use "wire: com" on the microscope computer for what needs it.',
    }),
  needsWindows: (platform: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/needs-windows',
      message: `FEI cameras: their scripting is reached from Windows only, and this is ${platform}.`,
      hint: 'Run this program on the microscope computer, or use "wire: temscript" to reach it from here.',
    }),
  notConnected: (name: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/not-connected',
      message: `${name} is not connected.`,
      hint: 'Start the program again; it connects at the start.',
    }),
};
