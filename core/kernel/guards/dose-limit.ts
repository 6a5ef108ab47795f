import { type CameraIndex, readable, service } from '../../base';
import type { Exposure, Frame } from '../../devices';
import { kernelErrors } from '../errors';
import type { DeviceLimits } from './limits';

/** Number of pixels that give the mean of an image precisely enough. */
const enoughPixels = 20_000;

/** Finds the dose rate at a camera from the calibrations of the beam: electrons in an unbinned pixel and second; undefined where they do not tell. */
export type CalibratedDoseRate = (camera: CameraIndex) => Promise<number | undefined>;

/** The limit of the dose of the detectors, for those who are about to change the beam. */
export interface DetectorDose {
  /**
   * Throws `limits/out-of-range` for an exposure that would bring too many electrons with a beam that is brighter by a factor than the one of the
   * last image.
   */
  check(exposure: Pick<Exposure, 'exposure' | 'binning'>, camera: CameraIndex, brighter: number): Promise<void>;
}
/** The token of the limit of the dose of the detectors. */
export const DetectorDose = service<DetectorDose>('DetectorDose');

/**
 * Keeps the dose of an exposure within its limit, by the dose rate of the last image of the camera. After a change of the beam it goes by the
 * calibrations of the beam; where those do not tell, the first image is not held to the limit: take it short.
 */
export class DoseLimit implements DetectorDose {
  /** Electrons in an unbinned pixel and second, by the number of the camera. */
  private readonly rates = new Map<number, number>();
  /** Seconds, by the number of the camera. */
  private readonly deadTimes = new Map<number, number>();
  private calibrated: CalibratedDoseRate = () => Promise.resolve(undefined);

  constructor(private readonly limits: DeviceLimits) {}

  /** Has the calibrations of the beam tell what no image shows. */
  goBy(calibrated: CalibratedDoseRate): void {
    this.calibrated = calibrated;
  }

  /** The beam is another one from now on. */
  forget(): void {
    this.rates.clear();
  }

  /**
   * Takes the dose rate of an image; one that holds the dark current too tells nothing, and neither does one that had the beam for a part of it.
   * @param deadTime exposure that the shutter loses, in seconds
   */
  remember({ image: { data }, exposure, camera }: Frame, deadTime = 0): void {
    this.deadTimes.set(camera, deadTime);
    const countsPerElectron = this.limits.dose?.countsPerElectron(camera) ?? 0;
    if (!(countsPerElectron > 0) || exposure.processing === 'unprocessed' || hasPartOfBeam(exposure)) return;
    const step = Math.max(1, Math.floor(data.length / enoughPixels));
    let [sum, count] = [0, 0];
    for (let at = 0; at < data.length; at += step, count++) sum += data[at]!;
    const perPixel = Math.max(0, sum / count) / countsPerElectron / litTime(exposure.exposure, deadTime);
    this.rates.set(camera, perPixel / exposure.binning ** 2);
  }

  /** Throws `limits/out-of-range` for an exposure that would bring too many electrons. */
  async check(
    { exposure, binning }: Pick<Exposure, 'exposure' | 'binning'>,
    camera: CameraIndex,
    brighter = 1,
  ): Promise<void> {
    const { dose } = this.limits;
    if (!dose) return;
    const seen = this.rates.get(camera);
    const rate = seen ?? (await this.calibrated(camera));
    if (rate === undefined) return;
    const perPixel = rate * brighter * binning ** 2;
    const expected = perPixel * litTime(exposure, this.deadTimes.get(camera) ?? 0);
    if (expected > dose.electronsPerPixel)
      throw kernelErrors.outOfRange(
        'detector dose',
        `${expected.toFixed(1)} electrons in a pixel (${perPixel.toFixed(2)} a second ${seen === undefined ? 'by Electron Dose' : 'in the last image'}${brighter === 1 ? '' : ` and a beam ${readable(brighter)} times as bright`})`,
        `at most ${dose.electronsPerPixel}, by "detectorDose" under "limits:"`,
      );
  }
}

/** Seconds of the shortest time for which a shutter is open. */
const shortestLit = 0.0001;

/** Seconds for which the shutter is open. */
const litTime = (exposure: number, deadTime: number): number => Math.max(shortestLit, exposure - deadTime);

/** True for an image that had the beam for a part of its exposure, or not at all. */
const hasPartOfBeam = ({ blanker }: Pick<Exposure, 'blanker'>): boolean =>
  blanker !== undefined && (blanker.blankedFor > 0 || blanker.blankedFrom !== undefined);
