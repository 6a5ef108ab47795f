import { EucentricError, readable } from '../../../../core/base';
import type { BeamInImage, BeamVerdict } from '../../../../imaging';

const hints: Readonly<Record<Exclude<BeamVerdict, 'inside'>, string>> = {
  'cut by the frame':
    'Centre the beam and condense it, so that it lies in the image with room around it; then start again.',
  saturated: 'Take a shorter exposure or a dimmer spot size; then start again.',
  'not there':
    'Look for the beam on the screen, condense it until it ends within the image, and centre it; then start again.',
  uneven:
    'Go to an empty place of the specimen, see that no aperture cuts the beam, and correct the condenser astigmatism; then start again.',
};

/** The errors of items that measure the beam in images. */
export const beamErrors = {
  notMeasurable: (which: string, { verdict, why }: Pick<BeamInImage, 'verdict' | 'why'>): EucentricError =>
    new EucentricError({
      code: `beam/${verdict.replaceAll(' ', '-')}`,
      message: `The beam cannot be measured in ${which}: ${why}`,
      hint: `${hints[verdict as Exclude<BeamVerdict, 'inside'>]} Nothing was stored.`,
    }),
  noImageShift: (): EucentricError =>
    new EucentricError({
      code: 'beam/no-image-shift',
      message:
        'It is not known how image shift moves the image at this magnification, so beam shift cannot be related to it.',
      hint: 'Run Image Shift at this magnification first.',
    }),
  noRoom: (pixels: number, wanted: number): EucentricError =>
    new EucentricError({
      code: 'beam/no-room',
      message: `The beam has room for ${readable(pixels, 0)} pixels around it in the image; moving it needs ${readable(wanted, 0)}.`,
      hint: 'Centre the beam and condense it to less than half of the image; then start again.',
    }),
  noMovement: (): EucentricError =>
    new EucentricError({
      code: 'beam/no-movement',
      message: 'Beam shift does not move what is seen in the image.',
      hint: 'See whether what is in the image is the beam: it has to move with the beam shift. Nothing was stored.',
    }),
  matrixChanged: (percent: number): EucentricError =>
    new EucentricError({
      code: 'refine-beam-shift/changed-too-much',
      message: `The matrix changed by ${readable(percent, 0)} % of its largest element in one round, so the stored calibration is wrong.`,
      hint: 'Run Beam Shift at this magnification, then refine it. Nothing was stored.',
    }),
  outOfReach: (problem: string): EucentricError =>
    new EucentricError({
      code: 'refine-beam-shift/out-of-range',
      message: `The image shifts of this series cannot be reached: ${problem}`,
      hint: 'Bring the image shift near to zero, or choose a smaller distance. Nothing was stored.',
    }),
  noMatrix: (): EucentricError =>
    new EucentricError({
      code: 'refine-beam-shift/no-matrix',
      message:
        'Beam shift, image shift and pixel size have to be calibrated at this magnification before beam shift can be refined.',
      hint: 'Run Find Pixel Size, Image Shift and Beam Shift first.',
    }),
  notKept: (): EucentricError =>
    new EucentricError({
      code: 'beam/not-kept',
      message: 'The result was not kept; the earlier calibration, if there was one, is still in use.',
      hint: 'Do what the reasons in the log say, and measure again.',
    }),
};
