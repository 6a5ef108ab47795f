import { EucentricError, readable } from '../../../../core/base';

const nothing = 'Nothing was stored.';

/** The errors of Beam Size. */
export const sizeErrors = {
  noCrossover: (spot: number): EucentricError =>
    new EucentricError({
      code: 'beam-size/no-crossover',
      message: `Crossover is not calibrated at spot size ${spot} in this probe mode, so the side of the beam is not known.`,
      hint: 'Run Beam Crossover first.',
    }),
  notCalibrated: (what: string, magnification: number): EucentricError =>
    new EucentricError({
      code: 'beam-size/not-calibrated',
      message: `The ${what} is not known at ${magnification}x, which the measurement needs.`,
      hint: `Calibrate ${what === 'pixel size' ? 'the pixel size' : 'Image Shift and Beam Shift'} at that magnification, or choose a smaller factor. ${nothing}`,
    }),
  noWiderField: (): EucentricError =>
    new EucentricError({
      code: 'beam-size/no-wider-field',
      message: 'No magnification outside low magnification has a field for the second diameter.',
      hint: `Start with a smaller beam at a higher magnification, or choose a smaller factor. ${nothing}`,
    }),
  noRange: (size: number): EucentricError =>
    new EucentricError({
      code: 'beam-size/no-range',
      message: `The range of intensity ends before the beam gets noticeably wider than ${readable(size)} um.`,
      hint: `Start with a smaller beam, nearer to crossover. ${nothing}`,
    }),
  notWider: (before: number, size: number): EucentricError =>
    new EucentricError({
      code: 'beam-size/not-wider',
      message: `The beam has ${readable(size)} um after ${readable(before)} um, although the intensity moved away from crossover.`,
      hint: `Run Beam Crossover again at this spot size: the stored crossover is wrong, or the lens does not follow. ${nothing}`,
    }),
  startTooLarge: (percent: number): EucentricError =>
    new EucentricError({
      code: 'beam-size/start-too-large',
      message: `The beam fills ${readable(percent, 0)} % of the width of the first image, so its whole edge is not seen for certain.`,
      hint: `Condense the beam to less than nine tenths of the image, and start again. ${nothing}`,
    }),
  otherSide: (): EucentricError =>
    new EucentricError({
      code: 'beam-size/other-side',
      message: 'The intensity is on the other side of crossover than you want.',
      hint: `Bring the beam to the other side of crossover, and start again. ${nothing}`,
    }),
  givenUp: (which: string, why: string): EucentricError =>
    new EucentricError({
      code: 'beam-size/given-up',
      message: `The ${which} diameter could not be measured: ${why}`,
      hint: `Centre the beam on an empty place of the specimen, see that it is not saturated, and start again. ${nothing}`,
    }),
};
