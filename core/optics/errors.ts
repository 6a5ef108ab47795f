import { type CameraIndex, EucentricError, inMicrometres } from '../base';
import type { ImageShiftReach } from './image-shift-limits';

/** The errors that this room raises, each with a stable code. */
export const opticsErrors = {
  imageShiftOutOfRange: ({ distance, limit }: ImageShiftReach): EucentricError =>
    new EucentricError({
      code: 'image-shift/out-of-range',
      message: Number.isFinite(distance)
        ? `An image shift of ${inMicrometres(distance).toFixed(2)} um on the specimen was asked for; the limit is ${inMicrometres(limit).toFixed(2)} um. Nothing was sent.`
        : 'An image shift that is not a number was asked for. Nothing was sent.',
      hint: 'Reset the image shift and move the stage instead, or raise ImageShiftLimit or LowMagShiftLimit if the column really reaches farther.',
    }),
  unknownCamera: (camera: CameraIndex, known: readonly CameraIndex[]): EucentricError =>
    new EucentricError({
      code: 'optics/unknown-camera',
      message: `Nothing is known about camera ${camera}; the settings describe ${known.length === 0 ? 'no camera' : `camera ${known.join(', ')}`}.`,
      hint: 'Describe the camera under "cameras:" in the configuration, with its number as index.',
    }),
};
