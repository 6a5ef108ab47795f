import type { ProbeMode } from '../devices';

/** Spot size and probe mode: the conditions to which a crossover and the limits of the illuminated area belong. */
export interface SpotPlace {
  readonly spot: number;
  readonly probe: ProbeMode;
}

/** Spot size, probe mode and intensity: all that decides the density of the beam on the specimen. */
export interface BeamPlace extends SpotPlace {
  /** 0 to 1, for the condenser aperture that is in. */
  readonly intensity: number;
}

/** Side of crossover. Without a calibrated crossover every intensity counts as below it. */
export type CrossoverSide = 'above' | 'below';
