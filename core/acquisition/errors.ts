import { type CameraIndex, EucentricError, type Seconds } from '../base';

/** The errors that this room raises, each with a stable code. */
export const acquisitionErrors = {
  unexpectedSize: (camera: CameraIndex, got: readonly number[], wanted: readonly number[]): EucentricError =>
    new EucentricError({
      code: 'camera/unexpected-size',
      message: `Camera ${camera} delivered an image of ${got[1]} x ${got[0]} pixels where ${wanted[1]} x ${wanted[0]} were asked for.`,
      hint: 'Check CameraSizeX, CameraSizeY and Binnings of the camera in the configuration, and that no other program changed its settings.',
    }),
  tooFewFocusSteps: (steps: number, least: number, shortest: Seconds): EucentricError =>
    new EucentricError({
      code: 'scan/too-short-for-focus',
      message: `The focus could be set ${steps} times during this scan; with fewer than ${least} it is wrong by too much between them. Nothing was scanned.`,
      hint: `Scan for ${shortest.toFixed(1)} s at least, or without dynamic focus.`,
    }),
  noFocusDuringScan: (camera: string): EucentricError =>
    new EucentricError({
      code: 'scan/no-focus-during-scan',
      message: `The focus cannot follow a scan of ${camera}: it does not scan, or the column takes no command while it scans.`,
      hint: 'Choose a STEM camera, or on an FEI column the wire "com", or scan without dynamic focus.',
    }),
  unknownPixels: (camera: string): EucentricError =>
    new EucentricError({
      code: 'scan/unknown-pixels',
      message: `The pixel size or the rotation of ${camera} is not known at this magnification, so that the focus cannot follow a tilted specimen.`,
      hint: 'Run Find Pixel Size with this camera, or enter RotationAndPixel and ImageRotation.',
    }),
  noFocusToHeight: (camera: string): EucentricError =>
    new EucentricError({
      code: 'scan/no-focus-to-height',
      message: `It is not known how much of defocus a height needs with ${camera} (STEMdefocusToDeltaZ).`,
      hint: 'Run STEM Focus Vs. Z, or enter STEMdefocusToDeltaZ.',
    }),
  noBinning: (camera: string): EucentricError =>
    new EucentricError({
      code: 'camera/no-binning',
      message: `The settings of ${camera} name no binning.`,
      hint: 'Enter the property Binnings of the camera.',
    }),
};
