import { type CameraIndex, EucentricError, type MagIndex, readable } from '../../../../core/base';
import type { LatticeNotFound } from '../../../../imaging';

const another =
  'Look at the autocorrelation in buffer A: with Try Again with Marker, mark one of the four peaks nearest to its centre, or take an image with more repeats in it.';

/** Errors that end the search for a pixel size without a result. */
export const latticeErrors = {
  noImage: (buffer: string): EucentricError =>
    new EucentricError({
      code: 'pixel-size/no-image',
      message: `There is no image in buffer ${buffer}.`,
      hint: 'Take an image of a cross-line grating first.',
    }),
  notFound: (failure: LatticeNotFound): EucentricError => {
    switch (failure.reason) {
      case 'no peak':
        return new EucentricError({
          code: 'pixel-size/no-peak',
          message: 'The autocorrelation of the image has no peak away from its centre.',
          hint: 'The image shows nothing that repeats; take one of a grating, in focus and with more electrons.',
        });
      case 'no second peak':
        return new EucentricError({
          code: 'pixel-size/no-second-peak',
          message: 'The autocorrelation of the image has no second peak at the proper angle to the first.',
          hint: another,
        });
      case 'no lattice':
        return new EucentricError({
          code: 'pixel-size/no-lattice',
          message:
            'The image shows no lattice: the peaks of its autocorrelation are not higher than chance makes them.',
          hint: 'Take an image of a grating, in focus and with more electrons; if it is one, mark a peak with Try Again with Marker.',
        });
      case 'one direction':
        return new EucentricError({
          code: 'pixel-size/one-direction',
          message: 'The image shows lines in one direction only.',
          hint: 'Use a cross-line grating, and look whether both sets of lines are in focus; if they are, mark a peak with Try Again with Marker.',
        });
      case 'angle':
        return new EucentricError({
          code: 'pixel-size/wrong-angle',
          message: `The two peaks that were found are at ${readable(failure.degrees, 1)} degrees to each other, not close enough to 90.`,
          hint: another,
        });
      case 'distances':
        return new EucentricError({
          code: 'pixel-size/unequal-distances',
          message: `The distances along the two axes, ${readable(failure.first, 1)} and ${readable(failure.second, 1)} binned pixels, do not go together.`,
          hint: another,
        });
    }
  },
  unusable: (cause: Error): EucentricError =>
    new EucentricError({
      code: 'pixel-size/unusable-image',
      message:
        'The image cannot be searched for a lattice: it is too small, or some of its pixels hold no finite number.',
      hint: 'Take a new image; if it was read from a file, check the file.',
      cause,
    }),
  tooSmall: (pixels: number): EucentricError =>
    new EucentricError({
      code: 'pixel-size/image-too-small',
      message: `The image is only ${pixels} binned pixels wide where the specimen is bright.`,
      hint: 'Take an image of a larger area, or set a larger size with Set Binned Size.',
    }),
  notMeasured: (magIndex: MagIndex, camera: CameraIndex): EucentricError =>
    new EucentricError({
      code: 'pixel-size/not-measured',
      message: `The pixel size of camera ${camera} at mag index ${magIndex} has not been measured.`,
      hint: 'List Relative Rotations shows what has been measured; run Find Pixel Size on an image from that magnification first.',
    }),
};
