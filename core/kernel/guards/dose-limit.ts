import type { CameraIndex } from '../../base';
import type { Exposure, Frame } from '../../devices';
import { kernelErrors } from '../errors';
import type { DeviceLimits } from './limits';

/** Number of pixels that give the mean of an image precisely enough. */
const enoughPixels = 20_000;

/**
 * Keeps the dose of an exposure within its limit, by the dose rate of the last image of the camera. After a change of the beam nothing is
 * known of it until an image was taken, so the first one is not held to the limit: take it short.
 */
export class DoseLimit {
  /** Electrons in a pixel and second, by the number of the camera. */
  private readonly rates = new Map<number, number>();

  constructor(private readonly limits: DeviceLimits) {}

  /** The beam is another one from now on. */
  forget(): void {
    this.rates.clear();
  }

  /** Takes the dose rate of an image; one that holds the dark current too tells nothing. */
  remember({ image: { data }, exposure, camera }: Frame): void {
    const countsPerElectron = this.limits.dose?.countsPerElectron(camera) ?? 0;
    if (!(countsPerElectron > 0) || exposure.processing === 'unprocessed') return;
    const step = Math.max(1, Math.floor(data.length / enoughPixels));
    let [sum, count] = [0, 0];
    for (let at = 0; at < data.length; at += step, count++) sum += data[at]!;
    this.rates.set(camera, Math.max(0, sum / count) / countsPerElectron / exposure.exposure);
  }

  /** Throws `limits/out-of-range` for an exposure that would bring too many electrons. */
  check({ exposure }: Exposure, camera: CameraIndex): void {
    const { dose } = this.limits;
    const rate = this.rates.get(camera);
    if (!dose || rate === undefined) return;
    const expected = rate * exposure;
    if (expected > dose.electronsPerPixel)
      throw kernelErrors.outOfRange(
        'detector dose',
        `${expected.toFixed(1)} electrons in a pixel (${rate.toFixed(2)} a second in the last image)`,
        `at most ${dose.electronsPerPixel}, by "detectorDose" under "limits:"`,
      );
  }
}
