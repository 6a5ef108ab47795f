import { z } from 'zod';
import { cosine, exponential, sine } from '../base/functions';
import { notNegative } from '../base/options';
import { definePart } from '../base/part';
import { highTension } from './high-tension';

/** The properties of the objective lens that do not depend on its focus. */
export interface WavefrontTruth {
  /** Millimetres. */
  readonly sphericalAberration: number;
  /** Sine of phase contrast against cosine of amplitude contrast, as a ratio. */
  readonly phaseToAmplitude: number;
  /** Nanometres of focus spread, and milliradians of illumination half angle: they end the transfer. */
  readonly focusSpread: number;
  readonly convergence: number;
}

/** The wavefront behind the objective lens, from which the transfer of contrast is made. */
export const wavefront = definePart({
  name: 'wavefront',
  options: {
    sphericalAberrationMillimetres: notNegative.default(2.7).describe('Spherical aberration of the objective lens.'),
    focusSpreadNm: notNegative.default(5).describe('Spread of focus by the energy spread of the source.'),
    convergenceMilliradians: notNegative.default(0.01).describe('Half angle of the illumination.'),
    phaseToAmplitudeContrast: z
      .number()
      .default(1)
      .describe('Phase contrast of the specimen as a multiple of its amplitude contrast.'),
  },
  truth: (options): WavefrontTruth => ({
    sphericalAberration: options.sphericalAberrationMillimetres,
    phaseToAmplitude: options.phaseToAmplitudeContrast,
    focusSpread: options.focusSpreadNm,
    convergence: options.convergenceMilliradians,
  }),
  start: (truth, { truthOf }) => ({
    /** The lens and the voltage, from which the transfer of contrast follows. */
    optics: { ...truth, ...truthOf(highTension) },
  }),
});

/** Wavelength in micrometres of electrons of an energy in kilovolts, relativistic. */
export function electronWavelength(kilovolts: number): number {
  const volts = 1000 * kilovolts;
  return 1.226426e-3 / Math.sqrt(volts * (1 + 0.97847538e-6 * volts));
}

/**
 * Transfer of specimen contrast to image contrast as a function of the square of the spatial frequency in cycles per micrometre squared.
 * `envelope * (cos(chi) + ratio*sin(chi))` with `chi = pi*lambda*k^2*(underfocus - Cs*lambda^2*k^2/2)`: 1 in focus at low frequency.
 * The envelopes are those of focus spread and of source size (Reimer and Kohl, Transmission Electron Microscopy, 5th ed., 6.4.2).
 * @param defocus micrometres, negative for underfocus
 */
export function contrastTransfer(
  optics: WavefrontTruth & { readonly kilovolts: number },
  defocus: number,
): (frequencySquared: number) => number {
  const wavelength = electronWavelength(optics.kilovolts);
  const aberration = optics.sphericalAberration * 1000;
  const spread = (Math.PI * wavelength * optics.focusSpread * 1e-3) ** 2 / 2;
  const source = (Math.PI * optics.convergence * 1e-3) ** 2;
  return (k2) => {
    const aberrated = aberration * wavelength ** 2 * k2;
    const chi = Math.PI * wavelength * k2 * (-defocus - aberrated / 2);
    const envelope = exponential(-spread * k2 * k2 - source * k2 * (aberrated + defocus) ** 2);
    return envelope * (cosine(chi) + optics.phaseToAmplitude * sine(chi));
  };
}
