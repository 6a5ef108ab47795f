import { EucentricError, readable } from '../../../../core/base';
import { type Reason, describeReason } from '../../../../core/judgement';

/** Errors that end an image-shift calibration without a result. */
export const imageShiftErrors = {
  notStarted: (): EucentricError =>
    new EucentricError({
      code: 'image-shift/not-started',
      message: 'The calibration was not started.',
      hint: 'Nothing was changed. Start it again when beam and specimen are ready.',
    }),
  outOfRange: (problem: string): EucentricError =>
    new EucentricError({
      code: 'image-shift/out-of-range',
      message: `The image shifts that the calibration needs cannot be reached: ${problem}.`,
      hint: 'Image shift is too close to the end of its range, or the earlier calibration is wrong. Reset image shift, or use IS from Scratch.',
    }),
  deadAxis: (axis: 'X' | 'Y', pixels: number, other: number): EucentricError =>
    new EucentricError({
      code: 'image-shift/dead-axis',
      message: `Image shift in ${axis} moved the image by only ${readable(pixels, 1)} binned pixels, in the other axis by ${readable(other, 0)}: the ${axis} axis does not act.`,
      hint: `Move image shift in ${axis} at the microscope and watch the image. If it does not move, have the deflector looked at. Nothing was stored.`,
    }),
  tooSmall: (pixels: number): EucentricError =>
    new EucentricError({
      code: 'image-shift/displacement-too-small',
      message: `The image moved by only ${readable(pixels, 1)} binned pixels, too little for a measurement.`,
      hint: 'The pixel size is probably wrong. Enter a measured one in RotationAndPixel, or run Find Pixel Size first.',
    }),
  forgotten: (reason: Reason): EucentricError =>
    new EucentricError({
      code: 'image-shift/forgotten',
      message: `The doubtful calibration was forgotten; the earlier one, if there was one, is still in use. ${describeReason(reason)}`,
      hint: 'Do what the reason says, then take the calibration again.',
    }),
  cancelled: (): EucentricError =>
    new EucentricError({
      code: 'image-shift/cancelled',
      message: 'The calibration was cancelled.',
      hint: 'Nothing was changed. Find Pixel Size measures the pixel size that is in doubt.',
    }),
  noPixelSize: (): EucentricError =>
    new EucentricError({
      code: 'image-shift/no-pixel-size',
      message: 'No pixel size is known for this magnification and camera.',
      hint: 'Enter PixelSizeInMicrons for the camera, or a RotationAndPixel line for this mag index.',
    }),
};
