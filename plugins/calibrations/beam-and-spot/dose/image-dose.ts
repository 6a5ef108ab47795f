import type { CameraTraits } from '../../../../core/devices';
import type { BufferedImage } from '../../../../core/kernel';
import { type CameraSettings, countsElectrons } from '../../../../core/settings';
import { type BareBeam, bareBeam } from '../../../../imaging';
import { doseErrors } from './dose-errors';

/** The way in which what a camera missed was found. */
export type LossCorrection = 'linear readout' | 'DoseRateTable' | 'none';

/** The dose rate that an image of the bare beam shows. */
export interface ImageDose {
  readonly beam: BareBeam;
  /** Electrons per square angstrom and second on the specimen. */
  readonly dose: number;
  /** Electrons per physical pixel and second. */
  readonly pixelRate: number;
  readonly correctedBy: LossCorrection;
  /** Electrons that fell over those that were counted. */
  readonly lossFactor: number;
  /** Electrons over those in the time that the shutter was asked for. */
  readonly deadTimeFactor: number;
  readonly countsPerElectron: number;
  /** Standard error of the dose by the noise of the image, the shutter and what counting may have missed, over the dose. */
  readonly relativeError: number;
}

const angstromsPerMetre = 1e10;
/**
 * Share of the electrons that a counting camera misses, for one electron per physical pixel in a read-out: two that come close to each other
 * are counted once. A published efficiency of 0.95 at 1.5 electrons and 0.80 at 5 electrons a second, at 400 read-outs a second, makes it 5.
 */
const lossPerReadout = 5.4;
const usualReadout = 0.0025;
/** Seconds by which an exposure differs from the one that was asked for, as a standard deviation. */
const shutterError = 0.002;
/** Share that may be missed without a correction. */
const maxLoss = 0.005;

/** The dose rate that an image shows, taken to be of the bare beam. Throws what keeps it from being known. */
export function doseOfImage(
  { frame, context }: BufferedImage,
  traits: CameraTraits,
  settings: CameraSettings,
): ImageDose {
  const { exposure } = frame;
  if (exposure.processing === 'unprocessed') throw doseErrors.noImage('its dark current was not subtracted');
  if (!context.pixelSize) throw doseErrors.noImage('nothing is known of its pixel size');
  const countsPerElectron = settings.get('CountsPerElectron');
  if (!(countsPerElectron > 0)) throw doseErrors.noCounts(traits.name);
  if (context.saturated !== undefined) throw doseErrors.saturated(100 * context.saturated);
  const beam = bareBeam(frame.image);
  if (!(beam.mean > 0)) throw doseErrors.noImage('it has no counts');
  if (beam.constant) throw doseErrors.saturated(100);
  if (!beam.covered) throw doseErrors.notCovered(beam.darkest);
  const { exposure: seconds, binning } = exposure;
  if (!(seconds > traits.deadTime))
    throw doseErrors.noImage('its exposure is shorter than the dead time of the shutter');
  const perPixel = beam.mean / (countsPerElectron * seconds);
  const counts = exposure.readMode !== 'linear' && traits.directDetector;
  // The pixels of a camera with super-resolution are half as wide as the physical ones.
  const physical = (countsElectrons(settings) ? 2 : 1) / binning;
  const counted = perPixel * physical ** 2;
  const { real, correctedBy, uncertain } = counts
    ? realRate(counted, settings, traits.frames?.step ?? usualReadout)
    : { real: counted, correctedBy: 'linear readout' as const, uncertain: 0 };
  const lossFactor = real / counted;
  const deadTimeFactor = seconds / (seconds - traits.deadTime);
  const pixel = context.pixelSize * angstromsPerMetre;
  return {
    beam,
    dose: (perPixel * lossFactor * deadTimeFactor) / pixel ** 2,
    pixelRate: real * deadTimeFactor,
    correctedBy,
    lossFactor,
    deadTimeFactor,
    countsPerElectron,
    relativeError: Math.hypot(beam.standardError / beam.mean, uncertain, shutterError / seconds),
  };
}

/** The rate that falls on a counting camera, for the one that it counts. */
function realRate(
  counted: number,
  { countedRates }: CameraSettings,
  readout: number,
): { readonly real: number; readonly correctedBy: LossCorrection; readonly uncertain: number } {
  if (countedRates.length === 0) {
    const loss = lossPerReadout * readout * counted;
    if (loss > maxLoss) throw doseErrors.countingLoss(counted, 100 * loss);
    return { real: counted, correctedBy: 'none', uncertain: loss };
  }
  const next = countedRates.findIndex((each) => each.counted >= counted);
  const upper = countedRates[next];
  if (!upper) throw doseErrors.beyondTable(counted, countedRates.at(-1)!.counted);
  const lower = countedRates[next - 1] ?? { counted: 0, real: 0 };
  const share = (counted - lower.counted) / (upper.counted - lower.counted);
  return { real: lower.real + share * (upper.real - lower.real), correctedBy: 'DoseRateTable', uncertain: 0 };
}
