import type { Metres } from '../../base';
import { device } from '../device';
import type { Setting } from '../setting';
import { quantity } from '../setting-traits';

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
      range: [0, Infinity],
      changesBeam: true,
    }),
  },
});
