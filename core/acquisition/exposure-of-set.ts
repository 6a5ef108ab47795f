import { seconds } from '../base';
import type { CameraArea, CameraTraits, Exposure } from '../devices';
import { areaNamed, type ParameterSet } from '../settings';

/** The exposure that a parameter set asks of a camera. Its frames are left out where the camera cannot divide exposures. */
export function exposureOf(set: ParameterSet, camera: Pick<CameraTraits, 'width' | 'height' | 'frames'>): Exposure {
  const { fractions } = set;
  return {
    ...singleExposureOf(set, camera),
    ...(fractions && camera.frames && { frames: { frameTime: seconds(fractions.frameTime) } }),
  };
}

/** The fields of a parameter set that every exposure has. */
export type SingleExposureFields = Pick<
  ParameterSet,
  'binning' | 'exposure' | 'area' | 'driftSettling' | 'processing' | 'readMode'
>;

/** As `exposureOf`, for one image without frames, as calibrations take it. */
export const singleExposureOf = (
  { binning, exposure, area, driftSettling, processing, readMode }: SingleExposureFields,
  camera: Pick<CameraTraits, 'width' | 'height'>,
): Exposure => ({ binning, exposure, area: cameraArea(area, camera), driftSettling, processing, readMode });

/** An area in unbinned pixels: shares of width and height lie around the centre. */
export function cameraArea(
  area: ParameterSet['area'],
  { width, height }: Pick<CameraTraits, 'width' | 'height'>,
): CameraArea {
  return typeof area === 'string' ? areaNamed(area, width, height) : area;
}
