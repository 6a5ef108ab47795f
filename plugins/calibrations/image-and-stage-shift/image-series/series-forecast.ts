import type { Camera, Exposure } from '../../../../core/devices';
import type { Forecast } from '../../../../core/kernel';

/** Reading out and correlating an image, in seconds. */
const readoutSeconds = 1;
/** Lenses that are normalized before a series, in seconds. */
const normalizationSeconds = 4;

/** The cost of images: their number, and seconds of exposure and of the run. */
export interface ImageCost {
  readonly images: number;
  readonly exposure: number;
  readonly duration: number;
}

/** The cost of a number of images; `settling` is what each image waits for, in seconds, while the camera begins. */
export function imageCost(
  camera: Pick<Camera, 'traits'>,
  exposure: Pick<Exposure, 'exposure' | 'driftSettling'>,
  images: number,
  settling: number,
): ImageCost {
  const perImage =
    exposure.exposure + exposure.driftSettling + Math.max(camera.traits.startupDelay, settling) + readoutSeconds;
  return {
    images,
    exposure: images * (exposure.exposure + exposure.driftSettling),
    duration: images > 0 ? normalizationSeconds + images * perImage : 0,
  };
}

/** The cost of a run that is known only between two limits. */
export const costBetween = (least: ImageCost, most: ImageCost): Pick<Forecast, keyof ImageCost> => ({
  images: { least: least.images, most: most.images },
  exposure: { least: least.exposure, most: most.exposure },
  duration: { least: least.duration, most: most.duration },
});
