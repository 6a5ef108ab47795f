import type { Metres } from '../../../base';
import { device } from '../../device';
import type { Setting } from '../../setting';
import { quantity } from '../../setting-traits';

/** Three-condenser columns that set the illuminated area instead of a lens value. */
export interface IlluminatedArea {
  readonly illuminatedArea: Setting<Metres>;
}
/** The token of the illuminated area. */
export const IlluminatedArea = device<IlluminatedArea>('IlluminatedArea', {
  called: 'the illuminated area',
  part: 'column',
  settings: {
    illuminatedArea: quantity({
      label: 'Illuminated area',
      short: 'Illum.',
      unit: 'um',
      decimals: 2,
      step: 0.1,
      // Below crossover it is negative; no condenser reaches farther, and each column stops at the end of its own range.
      range: [-1e-2, 1e-2],
      changesBeam: true,
    }),
  },
});
