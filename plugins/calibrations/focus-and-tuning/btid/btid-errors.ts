import { EucentricError, readable } from '../../../../core/base';
import type { Reason } from '../../../../core/judgement';

/** Code of the error of a refused result. */
export const refusedByBtid = 'btid/refused';

/** The errors of calibrations and tasks by beam-tilt-induced displacement. */
export const btidErrors = {
  noPixelSize: (magnification: number): EucentricError =>
    new EucentricError({
      code: 'btid/no-pixel-size',
      message: `Pixel size and rotation of ${magnification}x are not known, so displacements on the specimen cannot be calculated.`,
      hint: 'Run Find Pixel Size, or enter RotationAndPixel lines for the camera.',
    }),
  noDefocus: (why: string): EucentricError =>
    new EucentricError({
      code: 'btid/no-defocus',
      message: `The present defocus could not be measured: ${why}.`,
      hint: 'Focus by hand to within some micrometres, check beam, exposure and specimen, and start again.',
    }),
  lost: (when: string, why: string): EucentricError =>
    new EucentricError({
      code: 'btid/images-lost',
      message: `The images ${when} could not be compared, twice: ${why}. Nothing was changed.`,
      hint: 'Check that the beam is on. Take more exposure, and a specimen with detail that does not repeat, away from edges and holes; a larger defocus gives more contrast.',
    }),
  beamCut: (when: string, share: number): EucentricError =>
    new EucentricError({
      code: 'btid/beam-cut',
      message: `An image ${when} has only ${readable(100 * share, 0)} % of the intensity of the brightest one: something cuts the tilted beam.`,
      hint: 'Take the objective aperture out, or use a smaller beam tilt, and start again.',
    }),
  notKept: ({ what }: Reason): EucentricError =>
    new EucentricError({
      code: 'btid/not-kept',
      message: `The calibration was doubtful and was not kept: ${what}.`,
      hint: 'The log has the reason with what to do. The earlier calibration, if there was one, is still in use.',
    }),
  noCalibration: (item: string): EucentricError =>
    new EucentricError({
      code: 'btid/not-calibrated',
      message: `There is no calibration of ${item} for this probe mode and alpha.`,
      hint: `Run ${item} of the Calibration menu first.`,
    }),
  noProgress: (what: string): EucentricError =>
    new EucentricError({
      code: 'btid/no-progress',
      message: `The correction did not do what was calculated: ${what}. Everything was put back.`,
      hint: 'The calibration may be old or belong to other conditions. Calibrate again, or check that the specimen is at rest.',
    }),
};
