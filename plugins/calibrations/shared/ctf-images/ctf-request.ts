import {
  type CtfOptics,
  type CtfRequest,
  ContrastTransfer,
  aberrationInMillimetres,
  amplitudeContrast,
  angstroms,
  kilovolts,
} from '../../../../imaging';
import type { Volts } from '../../../../core/base';
import type { Settings } from '../../../../core/settings';

/** Angstrom in a micrometre. */
export const angstromsPerMicrometre = 1e4;

/** Lens and voltage for CTF fits. */
export function ctfOptics(settings: Pick<Settings, 'get'>, highTension: Volts): CtfOptics {
  const [spherical, , amplitude] = settings.get('FFTZeroParams');
  return {
    voltage: kilovolts(highTension / 1000),
    sphericalAberration: aberrationInMillimetres(spherical),
    amplitudeContrast: amplitudeContrast(amplitude),
  };
}

/** Request for a fit of an image; the resolution ends where the site says so. */
export function ctfRequest(
  optics: CtfOptics,
  pixel: number,
  settings: Pick<Settings, 'get'>,
  expected?: readonly [least: number, most: number],
): CtfRequest {
  const finest = settings.get('DefaultMaxCtfFitRes');
  const coarsest = Math.max(Math.min(50, Math.max(13, 20 * pixel)), Math.min(5 * finest, 100));
  return {
    ...optics,
    pixelSize: angstroms(pixel),
    ...(finest > 2.2 * pixel && { resolution: [angstroms(coarsest), angstroms(finest)] as const }),
    ...(expected && {
      expected: [
        angstroms(expected[0] * angstromsPerMicrometre),
        angstroms(expected[1] * angstromsPerMicrometre),
      ] as const,
    }),
  };
}

/** Zeros that an image must show, and share of the sampling frequency below which they count. */
const [minZeros, zerosBelow] = [3, 0.4];
/** Step and largest value of the underfocus that is tried, in micrometres. */
const [underfocusStep, maxUnderfocus] = [0.1, 10];

/**
 * Smallest underfocus in micrometres, from the one that the user allows, at which an image shows three rings. Undefined where none up to 10 um does.
 *
 * @param pixel of the image, in Angstrom
 */
export function smallestUnderfocus(optics: CtfOptics, pixel: number, allowed: number): number | undefined {
  const transfer = new ContrastTransfer(optics);
  for (let step = 0; allowed + step * underfocusStep <= maxUnderfocus + 1e-9; step++) {
    const underfocus = allowed + step * underfocusStep;
    const frequency = transfer.ringFrequency(minZeros, underfocus * angstromsPerMicrometre);
    if (frequency !== undefined && frequency * pixel < zerosBelow) return underfocus;
  }
  return undefined;
}
