import { type CameraIndex, EucentricError } from '../base';

/** The errors that this room raises, each with a stable code. */
export const acquisitionErrors = {
  unexpectedSize: (camera: CameraIndex, got: readonly number[], wanted: readonly number[]): EucentricError =>
    new EucentricError({
      code: 'camera/unexpected-size',
      message: `Camera ${camera} delivered an image of ${got[1]} x ${got[0]} pixels where ${wanted[1]} x ${wanted[0]} were asked for.`,
      hint: 'Check CameraSizeX, CameraSizeY and Binnings of the camera in the configuration, and that no other program changed its settings.',
    }),
  noBinning: (camera: string): EucentricError =>
    new EucentricError({
      code: 'camera/no-binning',
      message: `The settings of ${camera} name no binning.`,
      hint: 'Enter the property Binnings of the camera.',
    }),
};
