import { EucentricError, type Vector, add, apply, inMicrometres, inverse, length, product } from '../base';
import type { Cameras, StagePosition } from '../devices';
import type { BufferedImage } from '../kernel';
import type { Optics } from '../optics';
import { toCamera } from '../../imaging';

/** A place in the raster of an image. */
interface RasterPlace {
  readonly row: number;
  readonly column: number;
}

/** The place on the stage, in micrometres, of what is in the middle of the image now: where the stage is, and where image shift looks from there. */
export function placeOfCentre(
  optics: Pick<Optics, 'at' | 'specimenToStage'>,
  {
    stage,
    magIndex,
    camera,
    imageShift,
  }: {
    readonly stage: StagePosition;
    readonly magIndex: BufferedImage['context']['magIndex'];
    readonly camera: BufferedImage['frame']['camera'];
    readonly imageShift?: Vector;
  },
): Vector {
  const here = { x: inMicrometres(stage.x), y: inMicrometres(stage.y) };
  if (!imageShift || length(imageShift) === 0) return here;
  const at = optics.at({ magIndex, camera });
  const toStage = at.imageShiftToSpecimen && product(optics.specimenToStage(), at.imageShiftToSpecimen);
  if (!toStage) throw noImageShift();
  return add(here, apply(toStage, imageShift));
}

/**
 * The place on the stage, in micrometres, of a point of an image, from the stage position and image shift at which it was taken.
 * Throws `registration/no-stage-position`, `registration/no-stage-calibration`, `registration/no-image-shift`.
 */
export function placeOfMark(
  optics: Pick<Optics, 'at' | 'specimenToStage'>,
  cameras: Pick<Cameras, 'all'>,
  { frame, context }: Pick<BufferedImage, 'frame' | 'context'>,
  place: RasterPlace,
): Vector {
  const { stage, magIndex, netImageShift } = context;
  if (!stage) throw noStagePosition();
  const camera = frame.camera;
  const matrix = optics.at({ magIndex, camera }).stageToCamera?.matrix;
  const back = matrix && inverse(matrix);
  if (!back) throw noStageCalibration();
  const { area, binning } = frame.exposure;
  const size = cameras.all.find(({ traits }) => traits.index === camera)?.traits;
  const [width, height] = size ? [size.width, size.height] : [area.left + area.right, area.top + area.bottom];
  const inImage = toCamera(place, frame.image);
  const pixels = {
    x: binning * inImage.x + (area.left + area.right - width) / 2,
    y: binning * inImage.y - (area.top + area.bottom - height) / 2,
  };
  const centre = placeOfCentre(optics, {
    stage,
    magIndex,
    camera,
    ...(netImageShift && { imageShift: netImageShift }),
  });
  return add(centre, apply(back, pixels));
}

const noStagePosition = (): EucentricError =>
  new EucentricError({
    code: 'registration/no-stage-position',
    message: 'The image does not say at which stage position it was taken, so a point of it has no place on the stage.',
    hint: 'Mark the point on an image that the program has taken.',
  });
const noStageCalibration = (): EucentricError =>
  new EucentricError({
    code: 'registration/no-stage-calibration',
    message:
      'The stage is not calibrated at the magnification of the image, so a point of it has no place on the stage.',
    hint: 'Run Stage Shift there, or bring the feature to the centre and mark the stage position.',
  });
const noImageShift = (): EucentricError =>
  new EucentricError({
    code: 'registration/no-image-shift',
    message:
      'Image shift is not zero and not calibrated at this magnification, so it is not known where on the stage the centre is.',
    hint: 'Set image shift to zero, or run Image Shift.',
  });
