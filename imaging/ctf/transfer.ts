import { badArgument } from '../errors';
import type { AmplitudeContrast, Angstroms, Kilovolts, Millimetres, PhaseRadians } from './units';
import { amplitudeContrast, angstroms, phaseRadians } from './units';

const { PI, asin, atan2, cos, sin, sqrt } = Math;

/** Lens and beam that form the contrast transfer. */
export interface CtfOptics {
  readonly voltage: Kilovolts;
  readonly sphericalAberration: Millimetres;
  /** Default 0.07, the value for carbon and ice. */
  readonly amplitudeContrast?: AmplitudeContrast;
  /** Phase added between scattered and unscattered beam, as by a phase plate; default 0. */
  readonly phaseShift?: PhaseRadians;
}

/** Defocus with its astigmatism in linear form: along azimuth x it is mean + cosine cos 2x + sine sin 2x. */
export interface AstigmaticDefocus {
  readonly mean: Angstroms;
  /** Half of the difference of the two defocus values, times the cosine and the sine of twice the angle of the larger one. */
  readonly cosine: Angstroms;
  readonly sine: Angstroms;
}

/** Amplitude contrast where none is given. */
const usualAmplitudeContrast = amplitudeContrast(0.07);
const angstromsPerMillimetre = 1e7;
/** Pixels of a spectrum that one oscillation must span, below which it is aliased. */
const minPixelsPerOscillation = 4;

/**
 * The wavelength of electrons in Angstrom, with relativity.
 *
 * @throws ImagingError 'imaging/bad-argument' unless the voltage is from 1 to 10 000 kV
 */
export function electronWavelength(voltage: Kilovolts): Angstroms {
  if (!(voltage >= 1 && voltage <= 10000))
    throw badArgument('electronWavelength', `the voltage ${voltage} kV is not from 1 to 10 000`);
  const volts = 1000 * voltage;
  return angstroms(12.2643 / sqrt(volts + 0.97845e-6 * volts * volts));
}

/**
 * The contrast transfer function -sin(chi) with chi = pi w q^2 (z - Cs w^2 q^2 / 2) + phase + asin(amplitude contrast).
 *
 * The wavelength is w and the defocus z, underfocus positive. Frequencies q are in cycles per Angstrom, azimuths in radians
 * counter-clockwise from X with Y UP. Source: J. A. Mindell and N. Grigorieff, J. Struct. Biol. 142 (2003) 334-347, with
 * the phase shift of A. Rohou and N. Grigorieff, J. Struct. Biol. 192 (2015) 216-221.
 */
export class ContrastTransfer {
  readonly wavelength: Angstroms;
  /** Spherical aberration in Angstrom. */
  readonly sphericalAberration: Angstroms;
  /** Phase at no frequency: the phase shift and that of the amplitude contrast. */
  readonly constantPhase: PhaseRadians;

  /** @throws ImagingError 'imaging/bad-argument' for a voltage, aberration or amplitude contrast that cannot be */
  constructor(optics: CtfOptics) {
    const { voltage, sphericalAberration, phaseShift = 0 } = optics;
    const amplitude = optics.amplitudeContrast ?? usualAmplitudeContrast;
    const where = 'ContrastTransfer';
    if (!(sphericalAberration >= -100 && sphericalAberration <= 100))
      throw badArgument(where, `the spherical aberration ${sphericalAberration} mm is not from -100 to 100`);
    if (!(amplitude >= 0 && amplitude < 1))
      throw badArgument(where, `the amplitude contrast ${amplitude} is not from 0 to below 1`);
    if (!Number.isFinite(phaseShift)) throw badArgument(where, `the phase shift ${phaseShift} is not a number`);
    this.wavelength = electronWavelength(voltage);
    this.sphericalAberration = angstroms(sphericalAberration * angstromsPerMillimetre);
    this.constantPhase = phaseRadians(phaseShift + asin(amplitude));
  }

  /** Phase chi in radians at a frequency and a defocus. */
  phase(frequency: number, defocus: number): number {
    const square = frequency * frequency;
    const { wavelength, sphericalAberration } = this;
    return (
      PI * wavelength * square * (defocus - 0.5 * sphericalAberration * wavelength ** 2 * square) + this.constantPhase
    );
  }

  /** Value of the transfer function, from -1 to 1. */
  value(frequency: number, defocus: number): number {
    return -sin(this.phase(frequency, defocus));
  }

  /**
   * Frequency of zero number `ring` (from 1) at a defocus, in cycles per Angstrom; undefined where the phase turns round before.
   *
   * The zeros solve a quadratic equation in q^2, of which the smaller root lies before the turn.
   */
  ringFrequency(ring: number, defocus: number): number | undefined {
    const { wavelength, sphericalAberration } = this;
    // Cs w^3 / 2 x^2 - w z x + (ring - constant / pi) = 0 with x = q^2
    const [square, linear, constant] = [
      0.5 * sphericalAberration * wavelength ** 3,
      wavelength * defocus,
      ring - this.constantPhase / PI,
    ];
    const discriminant = linear * linear - 4 * square * constant;
    if (discriminant < 0 || constant <= 0) return undefined;
    const root = (2 * constant) / (linear + sqrt(discriminant));
    return root > 0 ? sqrt(root) : undefined;
  }

  /**
   * Defocus that puts zero number `ring` (from 1) to a frequency in cycles per Angstrom, as when the operator clicks on it.
   *
   * @returns undefined beyond the frequency where the phase of that defocus has turned round, where another ring would be meant
   */
  defocusOfRing(frequency: number, ring = 1): Angstroms | undefined {
    if (!(frequency > 0) || !(ring >= 1)) return undefined;
    const { wavelength, sphericalAberration } = this;
    const square = frequency * frequency;
    const loss = 0.5 * sphericalAberration * wavelength ** 2 * square;
    const defocus = (ring - this.constantPhase / PI) / (wavelength * square) + loss;
    return defocus > 2 * loss ? angstroms(defocus) : undefined;
  }

  /** Number of zeros from no frequency up to this one. */
  ringCount(frequency: number, defocus: number): number {
    return Math.max(0, Math.floor(this.phase(frequency, defocus) / PI));
  }

  /**
   * Frequency in cycles per Angstrom from which an oscillation of the power spans fewer than four pixels of a spectrum.
   *
   * @param frequencyStep distance of the pixels of the spectrum in cycles per Angstrom
   * @param highest end of the spectrum; undefined is returned when nothing is aliased below
   */
  aliasingFrequency(defocus: number, frequencyStep: number, highest: number): number | undefined {
    const { wavelength, sphericalAberration } = this;
    const steps = 2000;
    for (let step = 1; step <= steps; step++) {
      const q = (highest * step) / steps;
      // the power has one oscillation where the phase has half a turn
      const oscillations = wavelength * 2 * q * Math.abs(defocus - sphericalAberration * wavelength ** 2 * q * q);
      if (oscillations * frequencyStep * minPixelsPerOscillation > 1) return q;
    }
    return undefined;
  }
}

/** Defocus along an azimuth in radians, counter-clockwise from X with Y UP. */
export function defocusAlong({ mean, cosine, sine }: AstigmaticDefocus, azimuth: number): Angstroms {
  return angstroms(mean + cosine * cos(2 * azimuth) + sine * sin(2 * azimuth));
}

/** The two defocus values, the larger first, and the direction of the larger in degrees from -90 to 90, counter-clockwise from X, Y UP. */
export function principalDefocus({ mean, cosine, sine }: AstigmaticDefocus): {
  readonly defocus1: Angstroms;
  readonly defocus2: Angstroms;
  readonly angle: number;
} {
  const half = sqrt(cosine * cosine + sine * sine);
  return {
    defocus1: angstroms(mean + half),
    defocus2: angstroms(mean - half),
    angle: (90 * atan2(sine, cosine)) / PI,
  };
}

/**
 * Radii of a ring of zeros along equally spaced azimuths of a full turn, for drawing, in cycles per Angstrom; NaN where it has none.
 *
 * @param ring number of the ring, from 1
 * @param steps azimuths k * 2 pi / steps, counter-clockwise from X with Y UP
 */
export function ringRadii(
  transfer: ContrastTransfer,
  defocus: AstigmaticDefocus,
  ring: number,
  steps = 72,
): Float64Array {
  return Float64Array.from(
    { length: steps },
    (_, step) => transfer.ringFrequency(ring, defocusAlong(defocus, (2 * PI * step) / steps)) ?? NaN,
  );
}
