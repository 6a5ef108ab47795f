import { seconds } from '../base';
import type { CameraArea, CameraTraits, Exposure, ScanSettings, ScanTraits } from '../devices';
import { areaNamed, type ParameterSet } from '../settings';

/** The exposure that a parameter set asks of a camera. Its frames are left out where the camera cannot divide exposures. */
export function exposureOf(
  set: ParameterSet,
  camera: Pick<CameraTraits, 'width' | 'height' | 'frames' | 'scan'>,
): Exposure {
  const { fractions } = set;
  return {
    ...singleExposureOf(set, camera),
    ...(fractions && camera.frames && { frames: { frameTime: seconds(fractions.frameTime) } }),
  };
}

/** The fields of a parameter set that every exposure has. */
export type SingleExposureFields = Pick<
  ParameterSet,
  'binning' | 'exposure' | 'area' | 'driftSettling' | 'processing' | 'readMode' | 'scan'
>;

/** As `exposureOf`, for one image without frames, as calibrations take it. */
export const singleExposureOf = (
  { binning, exposure, area, driftSettling, processing, readMode, scan }: SingleExposureFields,
  camera: Pick<CameraTraits, 'width' | 'height' | 'scan'>,
): Exposure => ({
  binning,
  exposure,
  area: cameraArea(area, camera),
  driftSettling,
  processing,
  readMode,
  ...(scan && camera.scan && scanningOf(scan, camera.scan)),
});

/** The detectors and the lines of a scan, as far as its camera has them. */
function scanningOf(
  { detectors: numbers, lineSync }: NonNullable<ParameterSet['scan']>,
  traits: ScanTraits,
): { readonly scanning?: ScanSettings } {
  const detectors = numbers.flatMap((number) => traits.detectors[number] ?? []).slice(0, traits.maxDetectors);
  const synchronous = lineSync && traits.lineSync;
  if (detectors.length === 0 && !synchronous) return {};
  return {
    scanning: { ...(detectors.length > 0 && { detectors }), ...(synchronous && { lineSync: true as const }) },
  };
}

/** An area in unbinned pixels: shares of width and height lie around the centre. */
export function cameraArea(
  area: ParameterSet['area'],
  { width, height }: Pick<CameraTraits, 'width' | 'height'>,
): CameraArea {
  return typeof area === 'string' ? areaNamed(area, width, height) : area;
}
