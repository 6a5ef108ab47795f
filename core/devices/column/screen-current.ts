import type { Amperes } from '../../base';
import { device } from '../device';
import type { Readable } from '../setting';
import { quantity } from '../setting-traits';

/** Columns that measure the current on their viewing screen, which has to be down for it. */
export interface ScreenCurrent {
  readonly screenCurrent: Readable<Amperes>;
}
/** The token of the screen current. */
export const ScreenCurrent = device<ScreenCurrent>('ScreenCurrent', {
  called: 'the screen current',
  part: 'column',
  settings: { screenCurrent: quantity({ label: 'Screen current', short: 'Current', unit: 'nA', decimals: 3 }) },
});
