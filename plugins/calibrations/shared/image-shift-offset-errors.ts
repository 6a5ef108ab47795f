import { EucentricError } from '../../../core/base';

/** How the calibration of image-shift offsets can be refused. */
export const offsetErrors = {
  notStarted: (): EucentricError =>
    new EucentricError({ code: 'image-shift-offsets/not-started', message: 'The calibration of image-shift offsets was not started.', hint: 'Nothing was changed. Start it again with a feature centred at the highest magnification of interest.' }),
  secondaryRange: (): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/secondary-range',
      message: 'With a regular and an energy-filter camera, offsets cannot be calibrated from the secondary range of magnifications.',
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
  nothingReachable: (magnification: number): EucentricError =>
    new EucentricError({
      code: 'image-shift-offsets/nothing-to-calibrate',
      message: `Nothing can be calibrated from ${magnification}x: the next lower magnification has no image-shift calibration of its own.`,
      hint: 'Run Image Shift at each lower magnification first; with the projector deflector each needs its own.',
    }),
};
