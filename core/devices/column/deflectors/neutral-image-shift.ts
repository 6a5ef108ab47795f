import type { ImageShiftUnits, Vector } from '../../../base';
import { device } from '../../device';
import type { Readable } from '../../setting';
import { pair } from '../../setting-traits';

/** Columns whose image shift has a neutral value at each magnification. */
export interface NeutralImageShift {
  readonly neutral: Readable<Vector<ImageShiftUnits>>;
}
/** The token of the neutral image shift. */
export const NeutralImageShift = device<NeutralImageShift>('NeutralImageShift', {
  called: 'the neutral image shift',
  part: 'column',
  settings: {
    // A JEOL column only tells it by going there.
    neutral: pair({
      label: 'Neutral image shift',
      short: 'Neutral IS',
      unit: 'units',
      decimals: 4,
      onlyOnDemand: true,
    }),
  },
});
