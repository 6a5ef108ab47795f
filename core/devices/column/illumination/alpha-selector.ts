import { device } from '../../device';
import type { Setting } from '../../setting';
import { wholeNumber } from '../../setting-traits';

/** Chooses the illumination angle series of a JEOL column. */
export interface AlphaSelector {
  /** From 0; people count from 1. */
  readonly alpha: Setting<number>;
}
/** The token of the alpha selector. */
export const AlphaSelector = device<AlphaSelector>('AlphaSelector', {
  called: 'the alpha selector',
  part: 'column',
  settings: {
    // No column has more than 15.
    alpha: wholeNumber({ label: 'Alpha', range: [0, 14], countedFrom: 1, changesBeam: true, condition: true }),
  },
});
