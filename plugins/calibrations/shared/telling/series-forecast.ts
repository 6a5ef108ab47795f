import type { Camera, Exposure } from '../../../../core/devices';
import type { Forecast } from '../../../../core/kernel';

/** Reading out and correlating an image, in seconds. */
const readoutSeconds = 1.5;
/** Lenses that are normalized before a series, in seconds. */
const normalizationSeconds = 4;

/** What a series of images will do: `settling` is what each image waits for besides the camera, in seconds. */
export function seriesForecast(camera: Pick<Camera, 'traits'>, exposure: Pick<Exposure, 'exposure' | 'driftSettling'>, images: number, settling: number, changes: readonly string[]): Forecast {
  const perImage = exposure.exposure + exposure.driftSettling + camera.traits.startupDelay + settling + readoutSeconds;
  return { images, exposure: images * (exposure.exposure + exposure.driftSettling), duration: normalizationSeconds + images * perImage, changes };
}
