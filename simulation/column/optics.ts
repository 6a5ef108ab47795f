import type { OpticsTruth } from '../truth';

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
export function contrastTransfer(optics: OpticsTruth, defocus: number): (frequencySquared: number) => number {
  const wavelength = electronWavelength(optics.voltage);
  const aberration = optics.sphericalAberration * 1000;
  const spread = (Math.PI * wavelength * optics.focusSpread * 1e-3) ** 2 / 2;
  const source = (Math.PI * optics.convergence * 1e-3) ** 2;
  return (k2) => {
    const aberrated = aberration * wavelength ** 2 * k2;
    const chi = Math.PI * wavelength * k2 * (-defocus - aberrated / 2);
    const envelope = Math.exp(-spread * k2 * k2 - source * k2 * (aberrated + defocus) ** 2);
    return envelope * (Math.cos(chi) + optics.phaseToAmplitude * Math.sin(chi));
  };
}
