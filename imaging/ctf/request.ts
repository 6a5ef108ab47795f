import { badArgument } from '../errors';
import type { CtfFit } from './outcome';
import type { CtfOptics } from './transfer';
import type { Angstroms, PhaseRadians } from './units';

/** Image's pixel and lens, and limits of a fit. */
export interface CtfRequest extends CtfOptics {
  /** Pixel of the image as it is, binned. */
  readonly pixelSize: Angstroms;
  /** Range of a phase shift that is fitted, instead of a known one: at most 125 degrees wide. */
  readonly phaseSearch?: readonly [PhaseRadians, PhaseRadians];
  /** Mean defocus values that are expected. The search goes beyond them; an answer outside is refused. */
  readonly expected?: readonly [Angstroms, Angstroms];
  /** Mean defocus values that are searched; default 0.05 to 10 um. */
  readonly range?: readonly [Angstroms, Angstroms];
  /** Largest difference of the two defocus values; default 1.2 um. */
  readonly maxAstigmatism?: Angstroms;
  /** Coarsest and finest resolution that are used; default from 13 to 50 A by the pixel, to nearly Nyquist. */
  readonly resolution?: readonly [Angstroms, Angstroms];
  /** Fit of an earlier image of the same optics: it is followed without a search where its rings still fit. */
  readonly follow?: CtfFit;
}

/** Limits of a fit in Angstrom. */
export interface FitLimits {
  readonly pixel: number;
  /** Squared frequencies in cycles per Angstrom, squared. */
  readonly low: number;
  readonly high: number;
  readonly least: number;
  readonly most: number;
  /** Largest half difference of the two defocus values. */
  readonly maxHalf: number;
  readonly expected: readonly [number, number] | undefined;
  readonly phases: readonly [number, number] | undefined;
}

/** Coarsest resolution as a multiple of the pixel, and its limits. */
const [coarsestPixels, coarsestLimits] = [20, [13, 50]] as const;
/** Finest resolution: this share of the sampling frequency, or this resolution where the pixel would allow more. */
const [finestShare, finestResolution] = [0.46, 2];
const usualRange = [500, 100000] as const;
const usualAstigmatism = 12000;
const maxPhaseRange = 2.19;

/** Checks a request and completes it. */
export function limitsOf(request: CtfRequest, where: string): FitLimits {
  const { pixelSize: pixel, phaseSearch: phases, expected, maxAstigmatism = usualAstigmatism } = request;
  if (!(pixel >= 0.05 && pixel <= 200))
    throw badArgument(where, `the pixel ${pixel} A is not from 0.05 to 200`, 'Hand in the binned pixel in Angstrom.');
  const [coarsest, finest] = request.resolution ?? [
    Math.min(coarsestLimits[1], Math.max(coarsestLimits[0], coarsestPixels * pixel)),
    Math.max(finestResolution, pixel / finestShare),
  ];
  // coarse pixels: as many rings as there are need a range of a factor of five
  const low = request.resolution ? coarsest : Math.max(coarsest, Math.min(5 * finest, 100));
  if (!(low > 1.5 * finest && finest >= 2 * pixel))
    throw badArgument(where, `the resolution range ${low} to ${finest} A is not usable with a pixel of ${pixel} A`);
  const [least, most] = request.range ?? usualRange;
  if (!(least >= 0 && most > least && most <= 500000))
    throw badArgument(where, `the defocus range ${least} to ${most} A is not usable`, 'Underfocus is positive here.');
  if (expected && !(expected[1] > expected[0] && expected[0] >= 0))
    throw badArgument(where, `the expected defocus ${expected[0]} to ${expected[1]} A is not usable`);
  if (!(maxAstigmatism >= 0 && maxAstigmatism <= 100000))
    throw badArgument(where, `the largest astigmatism ${maxAstigmatism} A is not usable`);
  if (phases && !(phases[1] > phases[0] && phases[1] - phases[0] <= maxPhaseRange))
    throw badArgument(
      where,
      `the phase range ${phases[0]} to ${phases[1]} is not above 0 and at most 125 degrees wide`,
      'A wider range holds another defocus with the same rings.',
    );
  return {
    pixel,
    low: 1 / low ** 2,
    high: 1 / finest ** 2,
    least,
    most,
    maxHalf: maxAstigmatism / 2,
    expected,
    phases,
  };
}
