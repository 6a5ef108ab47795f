import { z } from 'zod';
import { cosine, exponential, sine } from '../base/functions';
import { notNegative } from '../base/options';
import { definePart } from '../base/part';
import { highTension } from './lenses/high-tension';

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
    chromaticAberrationMillimetres: notNegative
      .default(0)
      .describe(
        'Chromatic aberration of the objective lens, from which the spread of focus follows with the three fractions below; 0 takes focusSpreadNm instead.',
      ),
    energySpreadElectronvolts: notNegative
      .default(0.8)
      .describe('Spread of the energy of the electrons, as a standard deviation.'),
    voltageRippleFraction: notNegative.default(0.8e-6).describe('Ripple of the high tension, as a fraction of it.'),
    currentRippleFraction: notNegative
      .default(0.33e-6)
      .describe('Ripple of the current of the objective lens, as a fraction of it.'),
    convergenceMilliradians: notNegative.default(0.01).describe('Half angle of the illumination.'),
    phaseToAmplitudeContrast: z
      .number()
      .default(1)
      .describe('Phase contrast of the specimen as a multiple of its amplitude contrast.'),
  },
  // Lenses of 200 and 300 kV columns; the fractions are those with which Parakeet simulates them.
  draw: (random) => ({
    sphericalAberrationMillimetres: random.between(1.2, 2.7),
    chromaticAberrationMillimetres: random.between(1.2, 2.7),
    energySpreadElectronvolts: random.between(0.3, 0.8),
    voltageRippleFraction: random.between(0.3e-6, 0.8e-6),
    currentRippleFraction: random.between(0.1e-6, 0.33e-6),
  }),
  truth: (options, _random, { truthOf }): WavefrontTruth => ({
    sphericalAberration: options.sphericalAberrationMillimetres,
    phaseToAmplitude: options.phaseToAmplitudeContrast,
    focusSpread:
      options.chromaticAberrationMillimetres > 0
        ? chromaticFocusSpread(options, truthOf(highTension).kilovolts)
        : options.focusSpreadNm,
    convergence: options.convergenceMilliradians,
  }),
  start: (truth, { truthOf }) => ({
    /** The lens and the voltage, from which the transfer of contrast follows. */
    optics: { ...truth, ...truthOf(highTension) },
  }),
});

/**
 * Spread of focus in nanometres by the spread of energy and the ripples of voltage and current (Kirkland, Advanced Computing in Electron Microscopy,
 * 2nd ed., 3.2); the current counts twice, since the strength of a lens goes with its square.
 */
function chromaticFocusSpread(
  given: {
    readonly chromaticAberrationMillimetres: number;
    readonly energySpreadElectronvolts: number;
    readonly voltageRippleFraction: number;
    readonly currentRippleFraction: number;
  },
  kilovolts: number,
): number {
  const energy = given.energySpreadElectronvolts / (1000 * kilovolts);
  const voltage = given.voltageRippleFraction;
  const current = 2 * given.currentRippleFraction;
  return 1e6 * given.chromaticAberrationMillimetres * Math.sqrt(energy ** 2 + voltage ** 2 + current ** 2);
}

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
  const { envelope, phase } = wavePartsOf(optics, defocus);
  return (k2) => {
    const chi = phase(k2);
    return envelope(k2) * (cosine(chi) + optics.phaseToAmplitude * sine(chi));
  };
}

/** Transfer of a layer whose structure lies at random heights: a part that is real, and one a quarter of a wave apart, whose powers add up. */
export interface ThickTransfer {
  readonly real: (frequencySquared: number) => number;
  readonly quadrature: (frequencySquared: number) => number;
}

/**
 * Transfer of a layer of a thickness in micrometres. Its power is that of the mean over the heights of independent slices, which with
 * `s = sin(x)/x`, `x = pi*lambda*k^2*thickness` goes as `(1 - s*cos(2 chi))/2` (Elferich, Kong, Zottig and Grigorieff, eLife 13 (2024) RP97227).
 */
export function thickTransfer(
  optics: WavefrontTruth & { readonly kilovolts: number },
  defocus: number,
  thickness: number,
): ThickTransfer {
  const { envelope, phase } = wavePartsOf(optics, defocus);
  const { phaseToAmplitude: ratio } = optics;
  const perSquare = Math.PI * electronWavelength(optics.kilovolts) * thickness;
  return {
    real(k2) {
      const chi = phase(k2);
      return envelope(k2) * inPhase(depthFactor(perSquare * k2), cosine(chi), sine(chi), ratio);
    },
    quadrature: (k2) => envelope(k2) * quarterAway(depthFactor(perSquare * k2), ratio),
  };
}

/** The factor `sin(x)/x` by which the rings of a layer fade. */
const depthFactor = (x: number): number => (x < 1e-4 ? 1 - (x * x) / 6 : sine(x) / x);

/** Part of a transfer that follows the phase; where the factor is negative, the rings are where the gaps were. */
const inPhase = (factor: number, cosine: number, sine: number, ratio: number): number =>
  factor >= 0 ? Math.sqrt(factor) * (cosine + ratio * sine) : Math.sqrt(-factor) * (ratio * cosine - sine);

/** Part of a transfer that is the same at every phase. */
const quarterAway = (factor: number, ratio: number): number =>
  Math.sqrt((Math.max(0, 1 - Math.abs(factor)) / 2) * (1 + ratio * ratio));

function wavePartsOf(
  optics: WavefrontTruth & { readonly kilovolts: number },
  defocus: number,
): { readonly envelope: (frequencySquared: number) => number; readonly phase: (frequencySquared: number) => number } {
  const wavelength = electronWavelength(optics.kilovolts);
  const aberration = optics.sphericalAberration * 1000;
  const spread = (Math.PI * wavelength * optics.focusSpread * 1e-3) ** 2 / 2;
  const source = (Math.PI * optics.convergence * 1e-3) ** 2;
  return {
    envelope: (k2) => exponential(-spread * k2 * k2 - source * k2 * (aberration * wavelength ** 2 * k2 + defocus) ** 2),
    phase: (k2) => Math.PI * wavelength * k2 * (-defocus - (aberration * wavelength ** 2 * k2) / 2),
  };
}
