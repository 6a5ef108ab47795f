import { type Angstroms, type CtfOptics, type CtfRequest, ContrastTransfer, angstroms } from '../../../../imaging';
import { type Volts, nanometres } from '../../../../core/base';
import type { Settings } from '../../../../core/settings';
import { ringRequest, siteLens } from '../../../../core/tuning';

/** Angstrom in a micrometre. */
export const angstromsPerMicrometre = 1e4;

/** Lens and voltage for CTF fits. */
export const ctfOptics = (settings: Pick<Settings, 'get'>, highTension: Volts): CtfOptics =>
  siteLens(settings, highTension / 1000);

/** Underfocus that a fit expects and that it searches, least and most in micrometres. */
export interface ExpectedDefocus {
  readonly window: readonly [number, number];
  readonly searched: readonly [number, number];
}

const inAngstroms = ([least, most]: readonly [number, number]): readonly [Angstroms, Angstroms] => [
  angstroms(least * angstromsPerMicrometre),
  angstroms(most * angstromsPerMicrometre),
];

/** Request for a fit of an image with a pixel in Angstrom. */
export const ctfRequest = (
  optics: CtfOptics,
  pixel: number,
  settings: Pick<Settings, 'get'>,
  expected?: ExpectedDefocus,
): CtfRequest => ({
  ...ringRequest(optics, nanometres(pixel / 10), expected && { defocus: expected.window }, settings),
  ...(expected && { range: inAngstroms(expected.searched) }),
});

/** Zeros that an image must show, and share of the sampling frequency below which they count. */
const [minZeros, zerosBelow] = [3, 0.4];
/** Step and largest value of the underfocus that is tried, in micrometres. */
const [underfocusStep, maxUnderfocus] = [0.1, 10];

/**
 * Smallest underfocus in micrometres, from the one that the user allows, at which an image shows three rings. Undefined where none up to 10 um does.
 *
 * @param pixel of the image, in Angstrom
 */
export function smallestDefocus(optics: CtfOptics, pixel: number, allowed: number): number | undefined {
  const transfer = new ContrastTransfer(optics);
  for (let step = 0; allowed + step * underfocusStep <= maxUnderfocus + 1e-9; step++) {
    const underfocus = allowed + step * underfocusStep;
    const frequency = transfer.ringFrequency(minZeros, underfocus * angstromsPerMicrometre);
    if (frequency !== undefined && frequency * pixel < zerosBelow) return underfocus;
  }
  return undefined;
}
