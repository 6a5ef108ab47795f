import { EucentricError, readable } from '../../../../core/base';

/** Errors that refuse the calibration of image-shift offsets. */
export const offsetErrors = {
  notStarted: (): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/not-started',
      message: 'The calibration of image-shift offsets was not started.',
      hint: 'Nothing was changed. Start it again with a feature centred at the highest magnification of interest.',
    }),
  none: (mode: string): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/none',
      message: `There are no image-shift offsets in ${mode} mode.`,
      hint: 'Mag IS Offsets measures them; select a camera of the other mode to remove those of that mode.',
    }),
  secondaryRange: (): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/secondary-range',
      message:
        'With a regular and an energy-filter camera, offsets cannot be calibrated from the secondary range of magnifications.',
      hint: 'Go to a magnification of the primary range and start again.',
    }),
  notFirstCamera: (camera: string, first: string): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/not-first-camera',
      message: `Offsets that are tied to the other mode by EFTEM IS Offset are calibrated with ${first}, not with ${camera}.`,
      hint: `Select ${first} and start again.`,
    }),
  notCalibrated: (magnification: number, camera: string): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/no-image-shift',
      message: `Image shift is not calibrated for ${camera} anywhere in the range of magnifications around ${magnification}x.`,
      hint: `Run Image Shift or IS from Scratch at ${magnification}x first.`,
    }),
  noImage: (buffer: string, what: string): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/no-image',
      message: `There is no image from a camera in buffer ${buffer}; it has to be ${what}.`,
      hint: 'Follow the instructions from the beginning: nothing was changed.',
    }),
  referenceShifted: (buffer: string): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/reference-shifted',
      message: `The reference image in buffer ${buffer} has been aligned or shifted, so its centre is not where image shift put it.`,
      hint: 'Take it again, without alignment, and keep it as the reference.',
    }),
  stageMoved: (x: number, y: number, limit: number): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/stage-moved',
      message: `The stage moved by ${readable(x, 3)}, ${readable(y, 3)} um between the two images, more than the ${limit} um that are allowed.`,
      hint: 'Let the stage come to rest and take both images again, using image shift only to centre the feature.',
    }),
  wrongCamera: (buffer: string, found: string, wanted: string): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/wrong-camera',
      message: `The image in buffer ${buffer} comes from ${found}; it has to come from ${wanted}.`,
      hint: `Take it with ${wanted}.`,
    }),
  lowMagnification: (buffer: string, magnification: number): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/low-magnification',
      message: `The image in buffer ${buffer} was taken at ${magnification}x, in low magnification.`,
      hint: 'Take both images outside low magnification.',
    }),
  elsewhere: (magnification: number, camera: string): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/elsewhere',
      message: `The image in buffer A was taken with ${camera} at ${magnification}x, and the microscope is no longer there, so its image shift does not belong to the feature in A.`,
      hint: 'Go back there, centre the feature with image shift, take the image again and start again.',
    }),
  nothingReachable: (magnification: number): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/nothing-to-calibrate',
      message: `Nothing can be calibrated from ${magnification}x: the next lower magnification has no image-shift calibration of its own.`,
      hint: 'Run Image Shift at each lower magnification first; with the projector deflector each needs its own.',
    }),
};
