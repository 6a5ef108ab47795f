import { EucentricError, readable } from '../../../../core/base';

const again =
  'Take an image of the bare beam with a parameter set, on an empty place, with a beam that covers the image; then start again.';

/** The errors of Electron Dose. */
export const doseErrors = {
  noImage: (why: string): EucentricError =>
    new EucentricError({
      code: 'dose/no-image',
      message: `The dose cannot be found from buffer A: ${why}.`,
      hint: again,
    }),
  noCounts: (camera: string): EucentricError =>
    new EucentricError({
      code: 'dose/no-counts-per-electron',
      message: `It is not known how many counts an electron makes in the ${camera}.`,
      hint: 'Enter CountsPerElectron of the camera in the configuration.',
    }),
  saturated: (percent: number): EucentricError =>
    new EucentricError({
      code: 'dose/saturated',
      message: `${readable(percent)} % of the pixels of the image are saturated, so it shows less than the dose.`,
      hint: 'Spread the beam, or take a shorter exposure; then start again. Nothing was stored.',
    }),
  notCovered: (darkest: number): EucentricError =>
    new EucentricError({
      code: 'dose/not-covered',
      message: `The beam does not cover the image: its darkest part has ${readable(100 * darkest, 0)} % of the usual brightness.`,
      hint: 'Spread and centre the beam so that it covers the image; then take another one. Nothing was stored.',
    }),
  countingLoss: (rate: number, percent: number): EucentricError =>
    new EucentricError({
      code: 'dose/counting-loss',
      message: `The camera counted ${readable(rate, 2)} electrons per physical pixel and second. At this rate it may have missed ${readable(percent)} % of them, and it is not known how many.`,
      hint: 'Take the image in linear mode or with a dimmer beam, or enter DoseRateTable of the camera in the configuration.',
    }),
  beyondTable: (rate: number, highest: number): EucentricError =>
    new EucentricError({
      code: 'dose/beyond-table',
      message: `The camera counted ${readable(rate, 2)} electrons per physical pixel and second; DoseRateTable ends at ${readable(highest, 2)}.`,
      hint: 'Take the image with a dimmer beam.',
    }),
  noTable: (spot: number, side: string): EucentricError =>
    new EucentricError({
      code: 'dose/no-table',
      message: `There is no calibration of beam intensity for spot size ${spot} ${side} crossover, so the dose could not be used at any other intensity.`,
      hint: 'Run Beam Intensity for this spot size and side first.',
    }),
  outsideTables: (intensity: string, ranges: string): EucentricError =>
    new EucentricError({
      code: 'dose/outside-tables',
      message: `The image was taken at an intensity of ${intensity}; it is calibrated ${ranges}.`,
      hint: 'Take the image at an intensity within that range.',
    }),
  notBare: (): EucentricError =>
    new EucentricError({
      code: 'dose/not-bare',
      message: 'The dose was not stored, because the image is not one of the bare beam.',
      hint: again,
    }),
};
