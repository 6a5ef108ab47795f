import { EucentricError } from '../../../../core/base';

const unchanged = 'The beam shift is as it was.';

/** The errors of Centre Beam from Image. */
export const centringErrors = {
  notSeen: (by: string): EucentricError =>
    new EucentricError({
      code: 'centre-beam/not-seen',
      message: `The beam is in the image, but its ${by === 'edge' ? 'edge is not seen well enough' : 'centre of intensity is not known: too little of the image lies beside the beam'}.`,
      hint: `Condense the beam, or centre it by the other of edge and centre of intensity. ${unchanged}`,
    }),
  tooFar: (distance: string, limit: string): EucentricError =>
    new EucentricError({
      code: 'centre-beam/too-far',
      message: `The beam would have to move by ${distance}, which is more than the limit of ${limit}.`,
      hint: `See that what is in the image is the beam; then centre it roughly, or allow a farther move. ${unchanged}`,
    }),
  notFollowing: (before: string, after: string): EucentricError =>
    new EucentricError({
      code: 'centre-beam/not-following',
      message: `The beam was ${before} from the middle and is ${after} from it after the move, so it does not follow the calibration of beam shift.`,
      hint: `Run Beam Shift at this magnification, and start again. ${unchanged}`,
    }),
  notReached: (images: number, distance: string): EucentricError =>
    new EucentricError({
      code: 'centre-beam/not-reached',
      message: `After ${images} images the beam is still ${distance} from the middle.`,
      hint: `See that the beam is steady, then run Beam Shift at this magnification. ${unchanged}`,
    }),
  badLimit: (given: string): EucentricError =>
    new EucentricError({
      code: 'centre-beam/bad-limit',
      message: `"${given}" is not a limit of the move.`,
      hint: 'Give micrometres above 0, or widths of the field as a number below 0.',
    }),
  notSmaller: (): EucentricError =>
    new EucentricError({
      code: 'centre-beam/not-smaller',
      message: 'The beam is not made smaller to be centred; the second argument has to be 0 or left out.',
      hint: 'Set the intensity first, so that the whole beam lies in the image, and give it back afterwards.',
    }),
  noPixelSize: (): EucentricError =>
    new EucentricError({
      code: 'centre-beam/no-pixel-size',
      message: 'The pixel size is not known at this magnification, so a limit in micrometres says nothing.',
      hint: 'Give the limit in widths of the field, as a number below 0, or calibrate the pixel size.',
    }),
};
