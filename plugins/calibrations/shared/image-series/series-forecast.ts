import type { Camera, Exposure } from '../../../../core/devices';
import type { Forecast, ImageCost } from '../../../../core/kernel';

/** Reading out and correlating an image, in seconds. */
const readoutSeconds = 1;
/** Lenses that are normalized before a series, in seconds. */
const normalizationSeconds = 4;

/** What so many images cost: `settling` is what each image waits for, in seconds, while the camera begins. */
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

/** What a series of images will do, with what it changes and gives back. */
export const seriesForecast = (
  ...[camera, exposure, images, settling, changes]: [...Parameters<typeof imageCost>, changes: readonly string[]]
): Forecast => ({ ...imageCost(camera, exposure, images, settling), changes });
