import { type CameraIndex, seconds } from '../base';
import type { CameraTraits, ScanTraits } from '../devices';
import type { CameraSettings } from '../settings';

/** Description of a camera that reads its pixels out, by the site's properties. Times in seconds. */
interface ReadOutModel {
  readonly index: CameraIndex;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly binnings: readonly number[];
  readonly shortestExposure: number;
  readonly startupDelay: number;
}

/** Traits of a camera that reads its pixels out, but for its shutters and for what is allowed while it does so. */
export const readOutTraits = (
  { index, name, width, height, binnings, shortestExposure, startupDelay }: ReadOutModel,
  camera: CameraSettings,
): Omit<CameraTraits, 'shutters' | 'extraBeamTime' | 'allowsPostActions'> => ({
  index,
  name,
  width,
  height,
  binnings: Object.freeze([...binnings]),
  directDetector: camera.isDirectDetector,
  behindFilter: camera.isGif,
  stem: false,
  shortestExposure: seconds(shortestExposure),
  deadTime: seconds(camera.get('ShutterDeadTime')),
  startupDelay: seconds(startupDelay),
  builtInSettling: seconds(camera.get('BuiltInSettling')),
});

/** Description of a STEM camera by the site's properties. Times of pixels in microseconds, others in seconds. */
interface ScanCameraModel {
  readonly index: CameraIndex;
  readonly name: string;
  /** Size of the largest scan. */
  readonly width: number;
  readonly height: number;
  readonly binnings: readonly number[];
  readonly shortestPixelTime: number;
  readonly pixelTimeStep: number;
  readonly startupDelay: number;
}

/** Characteristics of a STEM camera that its generator decides. */
interface ScanGenerator extends Pick<
  ScanTraits,
  'detectors' | 'maxDetectors' | 'lineSync' | 'rotates' | 'blocksColumn'
> {
  /** Share of the field that the smallest area of a scan covers; the whole by default. */
  readonly smallestShare?: number;
}

const micro = 1e6;

/** Traits of a STEM camera: it counts nothing, and nothing can be done in the column while it reads out. */
export function scanCameraTraits(
  { index, name, width, height, binnings, shortestPixelTime, pixelTimeStep, startupDelay }: ScanCameraModel,
  { smallestShare = 1, detectors, ...generator }: ScanGenerator,
  own: Partial<Pick<CameraTraits, 'behindFilter' | 'blankedUntilStart'>> = {},
): CameraTraits {
  const fewestPixels = (smallestShare * width * height) / (binnings.at(-1) ?? 1) ** 2;
  return Object.freeze({
    index,
    name,
    width,
    height,
    binnings: Object.freeze([...binnings]),
    directDetector: false,
    behindFilter: false,
    stem: true,
    shortestExposure: seconds((shortestPixelTime * fewestPixels) / micro),
    deadTime: seconds(0),
    startupDelay: seconds(startupDelay),
    builtInSettling: seconds(0),
    allowsPostActions: false,
    ...own,
    scan: Object.freeze({
      detectors: Object.freeze([...detectors]),
      shortestPixelTime: seconds(shortestPixelTime / micro),
      pixelTimeStep: seconds(pixelTimeStep / micro),
      ...generator,
    }),
  });
}
