import { EucentricError } from '../base';

/** The errors that this room raises, each with a stable code. */
export const bufferErrors = {
  empty: (buffer: string): EucentricError =>
    new EucentricError({
      code: 'buffers/empty',
      message: `There is no image in buffer ${buffer}.`,
      hint: 'Take one, or name a buffer that holds one.',
    }),
  unsavedRecord: (buffer: string): EucentricError =>
    new EucentricError({
      code: 'buffers/unsaved-record',
      message: `The Record image in ${buffer} was not saved and would be dropped.`,
      hint: 'Save it or copy it to a free buffer first, or drop it. The user setting ProtectRecordImages switches the question off.',
    }),
  notComparable: (buffer: string, reason: string, hint: string): EucentricError =>
    new EucentricError({
      code: 'buffers/not-comparable',
      message: `The image in A cannot be aligned with that in ${buffer}: ${reason}. Nothing was moved.`,
      hint,
    }),
  doubtful: (buffer: string, findings: readonly string[]): EucentricError =>
    new EucentricError({
      code: 'buffers/doubtful-alignment',
      message: `The shift between A and ${buffer} may be wrong: ${findings.join(' ')} Nothing was moved.`,
      hint: 'Take the image again with more counts or more in common with the other one, or align by eye.',
    }),
  repeating: (buffer: string, period: number): EucentricError =>
    new EucentricError({
      code: 'buffers/repeating',
      message: `A and ${buffer} repeat every ${period.toPrecision(3)} pixels of A, and without what repeats they show another shift, or none. Nothing was moved.`,
      hint: 'Leave out what repeats ("--erase-periodic", or the user setting ErasePeriodicPeaks), or align by eye.',
    }),
  tooFar: (buffer: string, distance: number, limit: number): EucentricError =>
    new EucentricError({
      code: 'buffers/too-far',
      message: `A and ${buffer} are ${distance.toFixed(2)} um apart on the specimen, and the limit given is ${limit} um. Nothing was moved.`,
      hint: 'Look at both images; give a larger limit if the shift is right.',
    }),
  noColumn: (): EucentricError =>
    new EucentricError({
      code: 'buffers/no-column',
      message: 'The instrument has no column and camera whose image shift could follow. Nothing was moved.',
      hint: 'Align without the column ("--leave-column").',
    }),
  noMatrix: (camera: number): EucentricError =>
    new EucentricError({
      code: 'buffers/no-matrix',
      message: `No image-shift calibration says how far image shift moves the image of camera ${camera} at its magnification. Nothing was moved.`,
      hint: 'Calibrate Image Shift at that magnification, or align without the column.',
    }),
};
