import { device } from '../../device';
import type { Setting } from '../../setting';
import { quantity, wholeNumber } from '../../setting-traits';

/** The condenser lenses: spot size and intensity. */
export interface Illumination {
  /** Highest spot size; the lowest is 1. */
  readonly spotSizes: number;
  /** The spot size with the most current: 1, or the highest one on columns that count the other way. */
  readonly brightestSpotSize: number;
  readonly spotSize: Setting<number>;
  /** 0 to 1, in the vendor's own measure. */
  readonly intensity: Setting<number>;
}
/** The token of the illumination. */
export const Illumination = device<Illumination>('Illumination', {
  called: 'the illumination',
  part: 'column',
  settings: {
    spotSize: wholeNumber({ label: 'Spot size', changesBeam: true, condition: true }),
    intensity: quantity({
      label: 'Intensity',
      unit: '%',
      decimals: 3,
      step: 0.5,
      range: [0, 1],
      changesBeam: true,
      condition: true,
    }),
  },
  facts: { spotSizes: true, brightestSpotSize: true },
});
