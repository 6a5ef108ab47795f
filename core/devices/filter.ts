import type { ElectronVolts } from '../base';
import { device } from './device';
import type { Setting } from './setting';
import { onOff, quantity } from './setting-traits';

/** An imaging energy filter, in the column or behind it. Whether the column sends its electrons through one behind it is its EFTEM mode. */
export interface EnergyFilter {
  readonly slitInserted: Setting<boolean>;
  readonly slitWidth: Setting<ElectronVolts>;
  /** Loss of the electrons in the middle of the slit. */
  readonly energyLoss: Setting<ElectronVolts>;
}
/** The token of the energy filter. */
export const EnergyFilter = device<EnergyFilter>('EnergyFilter', {
  called: 'the energy filter',
  part: 'filter',
  settings: {
    slitInserted: onOff({ label: 'Slit', name: 'energy slit', on: 'in', off: 'out', changesBeam: true }),
    slitWidth: quantity({ label: 'Slit width', unit: 'eV', decimals: 1, step: 1, changesBeam: true }),
    energyLoss: quantity({ label: 'Energy loss', unit: 'eV', decimals: 1, step: 1, changesBeam: true }),
  },
});
