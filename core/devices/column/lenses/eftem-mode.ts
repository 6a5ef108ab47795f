import { device } from '../../device';
import type { Setting } from '../../setting';
import { onOff } from '../../setting-traits';

/** Columns that have a second set of lens settings for an energy filter behind them, which magnifies so much by itself that they have to magnify less. */
export interface EftemMode {
  readonly on: Setting<boolean>;
}
/** The token of the EFTEM mode. */
export const EftemMode = device<EftemMode>('EftemMode', {
  called: 'the EFTEM mode',
  part: 'column',
  settings: { on: onOff({ label: 'EFTEM mode', short: 'EFTEM', changesBeam: true }) },
});
