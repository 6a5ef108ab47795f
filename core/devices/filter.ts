import { type ElectronVolts, token } from '../base';
import type { Setting } from './setting';

/** An imaging energy filter, in the column or behind it. */
export interface EnergyFilter {
  readonly slitInserted: Setting<boolean>;
  readonly slitWidth: Setting<ElectronVolts>;
  readonly energyLoss: Setting<ElectronVolts>;
  readonly eftemMode: Setting<boolean>;
}
/** The token of the energy filter. */
export const EnergyFilter = token<EnergyFilter>('EnergyFilter');
