import { exponential } from '../base/functions';

/** Something amorphous of which specimens are made. */
export interface Material {
  /** Mean inner potential in volts. */
  readonly innerPotential: number;
  /** Scattering centres in a cubic nanometre: atoms of carbon, molecules of water. */
  readonly density: number;
  /**
   * Power of its projected potential at a spatial frequency in cycles per nanometre, as a share of the power that as many centres at
   * random places would have at frequency zero.
   */
  readonly power: (frequency: number) => number;
}

const bell = (frequency: number, mean: number, deviation: number): number =>
  exponential(-0.5 * ((frequency - mean) / deviation) ** 2);

/**
 * Vitreous ice of 0.94 g/cm3. Its power is a sum of two Gaussians in reciprocal space that was fitted to molecular dynamics; the narrow one
 * is the ring of the distance between molecules (Parsons and others, Parakeet, 2021).
 */
export const ice: Material = {
  innerPotential: 4.53,
  density: 31.4,
  power: (frequency) => 0.199 * bell(frequency, 0, 7.31) + 0.801 * bell(frequency, 10 / 2.88, 0.81),
};

/**
 * Evaporated carbon of 1.75 g/cm3 (mean inner potential as in Himes and Grigorieff, IUCrJ 8 (2021) 943): atoms at random places, whose power
 * falls as their scattering factor does (Wentzel's model), are kept apart from each other, which takes away four fifths of the power below
 * 3 cycles per nanometre; and the film varies in thickness and density over some nanometres, which adds a Lorentzian at low frequencies.
 */
export const carbon: Material = {
  innerPotential: 9.09,
  density: 87.7,
  power(frequency) {
    const atom = 1 / (1 + (0.183 * frequency) ** 2) ** 2;
    return atom * (1 - 0.8 * bell(frequency, 0, 1.5)) + 2 / (1 + (frequency / 0.2) ** 2);
  },
};

/** Mean inner potential of polystyrene, of which latex spheres are made, in volts. */
export const latexPotential = 8.5;
/** Mean inner potential of gold in volts. */
export const goldPotential = 28;

/** Radians of phase for a volt over a nanometre, relativistic: 6.53e-3 at 300 kV. */
export function interaction(kilovolts: number): number {
  const restEnergy = 510.99895;
  const wavelength = 1.226426 / Math.sqrt(1000 * kilovolts * (1 + 0.97847538e-3 * kilovolts));
  return ((2 * Math.PI) / (wavelength * 1000 * kilovolts)) * ((restEnergy + kilovolts) / (2 * restEnergy + kilovolts));
}

/**
 * Power of the phase behind a layer at a spatial frequency in cycles per nanometre: radians squared times square nanometres, so that its
 * integral over all frequencies is the variance of the phase. Centres at random places have the square of the mean phase over their number.
 * @param thickness nanometres
 */
export const phasePower = (
  { innerPotential, density, power }: Material,
  thickness: number,
  kilovolts: number,
  frequency: number,
): number => ((interaction(kilovolts) * innerPotential) ** 2 * thickness * power(frequency)) / density;
