import type { ElectronVolts } from '../base';
import { device } from './device';
import type { Readable, Setting } from './setting';
import { oneOf, onOff, quantity } from './setting-traits';

/** Work of an energy filter: images of the specimen, or of the spectrum. */
export type FilterMode = 'imaging' | 'spectroscopy';

/** An imaging energy filter, in the column or behind it. Whether the column sends its electrons through one behind it is its EFTEM mode. */
export interface EnergyFilter {
  readonly slitInserted: Setting<boolean>;
  readonly slitWidth: Setting<ElectronVolts>;
  /** Loss of the electrons in the middle of the slit. */
  readonly energyLoss: Setting<ElectronVolts>;
  /** Its user changes it on the filter itself; absent where the filter does not say. */
  readonly mode?: Readable<FilterMode>;
  /**
   * Shift that brings the zero-loss peak to the middle of the slit, beside the loss. A filter that keeps none of its own is sent the sum of both, and the program
   * keeps it while it runs. Absent where neither is possible.
   */
  readonly zeroLossAdjustment?: Setting<ElectronVolts>;
}
/** The token of the energy filter. */
export const EnergyFilter = device<EnergyFilter>('EnergyFilter', {
  called: 'the energy filter',
  part: 'filter',
  settings: {
    slitInserted: onOff({ label: 'Slit', name: 'energy slit', on: 'in', off: 'out', changesBeam: true }),
    slitWidth: quantity({ label: 'Slit width', unit: 'eV', decimals: 1, step: 1, changesBeam: true }),
    energyLoss: quantity({ label: 'Energy loss', unit: 'eV', decimals: 1, step: 1, changesBeam: true }),
    mode: oneOf({ imaging: 'imaging', spectroscopy: 'spectroscopy' }, { label: 'Filter mode', short: 'Mode' }),
    zeroLossAdjustment: quantity({
      label: 'Zero-loss adjustment',
      short: 'ZLP',
      unit: 'eV',
      decimals: 2,
      step: 0.5,
      changesBeam: true,
    }),
  },
});
