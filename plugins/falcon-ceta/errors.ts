import { EucentricError, describe } from '../../core/base';

/** The errors that this plugin raises, each with a stable code. */
export const feiCameraErrors = {
  unknownCamera: (name: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/unknown-camera',
      message: `The FEI software has no camera "${name}".`,
      hint: 'Give its exact name there, as "DetectorName: [[0, name]]" or as Name of the camera. With standard scripting TIA must be running.',
    }),
  badExposure: (name: string, what: string, limits: string): EucentricError =>
    new EucentricError({ code: 'falcon-ceta/bad-exposure', message: `${name} does not take ${what} (it takes ${limits}); nothing was sent.`, hint: 'Change the camera parameters.' }),
  wrongImage: (name: string, got: string, wanted: string): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/wrong-image',
      message: `${name} delivered an image of ${got} pixels instead of ${wanted}; it was thrown away.`,
      hint: 'Check CameraSizeX, CameraSizeY and Binnings of the camera in the configuration.',
    }),
  busy: (name: string): EucentricError =>
    new EucentricError({ code: 'falcon-ceta/busy', message: `${name} is still taking an image.`, hint: 'Wait until it has ended; FEI cameras cannot be stopped in the middle of an exposure.' }),
  noAnswer: (name: string, seconds: number): EucentricError =>
    new EucentricError({ code: 'falcon-ceta/no-answer', message: `${name}: no image within ${seconds.toFixed(0)} s.`, hint: 'Check the camera in the microscope software; a message may be waiting there.' }),
  callFailed: (name: string, cause: unknown): EucentricError =>
    new EucentricError({
      code: 'falcon-ceta/call-failed',
      message: `${name}: the image could not be taken: ${describe(cause)}`,
      hint: 'A Falcon may have protected itself from too strong a beam; look for a message on the microscope computer.',
      cause,
    }),
  notConnected: (name: string): EucentricError => new EucentricError({ code: 'falcon-ceta/not-connected', message: `${name} is not connected.`, hint: 'Connect first.' }),
};
