import { type ElectronVolts, token } from '../base';
import type { Setting } from './setting';

/** The least and the most that a filter can do, inclusive. */
export interface EnergyFilterLimits {
  readonly slitWidth: readonly [least: ElectronVolts, most: ElectronVolts];
  readonly energyLoss: readonly [least: ElectronVolts, most: ElectronVolts];
}

/** An imaging energy filter, in the column or behind it. Whether the column sends its electrons through one behind it is its EFTEM mode. */
export interface EnergyFilter {
  readonly limits: EnergyFilterLimits;
  readonly slitInserted: Setting<boolean>;
  readonly slitWidth: Setting<ElectronVolts>;
  /** Loss of the electrons in the middle of the slit. */
  readonly energyLoss: Setting<ElectronVolts>;
}
/** The token of the energy filter. */
export const EnergyFilter = token<EnergyFilter>('EnergyFilter');
