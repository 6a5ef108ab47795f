import type { ProbeMode } from '../../base/instrument';

/** The settings on which the illumination depends. */
export interface IlluminationSettings {
  /** Intensity as the lens holds it. */
  readonly intensity: number;
  readonly spotSize: number;
  readonly probeMode: ProbeMode;
  /** From 0. */
  readonly alpha: number;
  readonly lowMagnification: boolean;
  /** Diameter of the condenser aperture over that of the one at the start. */
  readonly aperture: number;
}

/** A beam as a law of the condenser gives it. */
export interface CondenserBeam {
  /** Micrometres from edge to edge if the source were a point: the shadow of the aperture; negative below crossover. */
  readonly spread: number;
  /** Change of that for a unit of intensity. */
  readonly spreadPerIntensity: number;
  /** Diameter of the image of the source, micrometres, below which the beam does not shrink. */
  readonly least: number;
}

/** One value for each probe mode. */
export interface ByProbe {
  readonly micro: number;
  readonly nano: number;
}
