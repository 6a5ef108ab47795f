import { type ElectronVolts, electronVolts } from '../../core/base';
import type { Driver, EnergyFilter, Range, SettingDriver } from '../../core/devices';
import type { Settings } from '../../core/settings';
import type { SerialEmScript } from './script';

/** Smallest and largest values that are sent, in electronvolts; SerialEM refuses what its filter cannot do. */
export interface SerialEmFilterLimits {
  readonly slitWidths: Range;
  readonly energyLosses: Range;
}

const minSlitWidth = 1;
const energyLosses: Range = [-200, 3000];

/** Reads the limits of the filter from the site's properties. */
export const serialEmFilterLimits = (settings: Settings): SerialEmFilterLimits => ({
  slitWidths: [minSlitWidth, settings.get('MaximumSlitWidth')],
  energyLosses,
});

/** The energy filter that SerialEM controls, of whatever make. SerialEM itself waits until a change has settled. */
export class SerialEmFilter implements Driver<EnergyFilter> {
  readonly slitInserted: SettingDriver<boolean>;
  readonly slitWidth: SettingDriver<ElectronVolts>;
  readonly energyLoss: SettingDriver<ElectronVolts>;

  constructor(script: SerialEmScript, limits: SerialEmFilterLimits) {
    const state = async (signal?: AbortSignal) => {
      const [width = 0, loss = 0, inserted = 0] = await script.report('ReportEnergyFilter', 3, signal);
      return { width, loss, inserted };
    };
    this.slitInserted = {
      read: async (signal) => (await state(signal)).inserted !== 0,
      write: (inserted, signal) => script.do('SetSlitIn', [Number(inserted)], { ...(signal && { signal }) }),
    };
    this.slitWidth = {
      read: async (signal) => electronVolts((await state(signal)).width),
      write: (width, signal) => script.do('SetSlitWidth', [width], { ...(signal && { signal }) }),
      range: limits.slitWidths,
    };
    this.energyLoss = {
      read: async (signal) => electronVolts((await state(signal)).loss),
      write: (loss, signal) => script.do('SetEnergyLoss', [loss], { ...(signal && { signal }) }),
      range: limits.energyLosses,
    };
  }
}
