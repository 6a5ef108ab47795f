import { type Clock, type ElectronVolts, electronVolts, seconds } from '../../core/base';
import type { Driver, EnergyFilter, Range, SettingDriver } from '../../core/devices';
import { type FilterDelays, filterDelays } from '../../core/optics';
import type { Settings } from '../../core/settings';
import { jeolErrors } from './errors';
import type { JeolTransport } from './transport';

/** Description of an omega filter, from the site's properties. */
export interface OmegaFilterModel {
  /** Smallest and largest value that is sent, in electronvolts. */
  readonly slitWidths: Range;
  readonly energyLosses: Range;
  readonly delays: FilterDelays;
}

const minSlitWidth = 5;
const maxEnergyLoss = 3000;
/** Negative losses for a filter that the site allows them. */
const minEnergyLoss = -200;
/** Differences in electronvolts that the filter does not resolve. */
const tolerance = 0.1;
/** Differences in electronvolts that come of adding and subtracting. */
const rounding = 1e-6;
/** Largest zero-loss adjustment that is sent, in electronvolts. A peak that is farther off is found by hand. */
const maxAdjustment = 30;

/** Reads what an omega filter is from the site's properties. One that the site says nothing of is sent no negative loss. */
export const omegaFilterModel = (settings: Settings): OmegaFilterModel => ({
  slitWidths: [minSlitWidth, settings.get('MaximumSlitWidth')],
  energyLosses: [settings.get('OmegaCanDoNegativeShift') > 0 ? minEnergyLoss : 0, maxEnergyLoss],
  delays: filterDelays(settings),
});

/** The omega filter in a JEOL column. Every value is read back; what the filter did not take is an error. */
export class OmegaFilter implements Driver<EnergyFilter> {
  readonly slitInserted: SettingDriver<boolean>;
  readonly slitWidth: SettingDriver<ElectronVolts>;
  readonly energyLoss: SettingDriver<ElectronVolts>;
  readonly zeroLossAdjustment: SettingDriver<ElectronVolts>;
  /** Electronvolts. The filter has one shift for the loss and this together. */
  private adjustment = 0;

  constructor(
    private readonly transport: JeolTransport,
    private readonly model: OmegaFilterModel,
    private readonly clock: Clock,
  ) {
    this.slitInserted = {
      read: () => transport.getSlitPosition(),
      write: (inserted, signal) => this.writeSlit(inserted, signal),
    };
    this.slitWidth = {
      read: async () => electronVolts(await transport.getSlitWidth()),
      write: (width) => this.writeWidth(width),
      range: model.slitWidths,
    };
    this.energyLoss = {
      read: async () => electronVolts(await this.readLoss()),
      write: (loss, signal) => this.writeLoss(loss, signal),
      range: model.energyLosses,
    };
    this.zeroLossAdjustment = {
      read: () => Promise.resolve(electronVolts(this.adjustment)),
      write: async (adjustment, signal) => {
        const loss = await this.readLoss();
        await this.writeNet(loss + adjustment, signal);
        this.adjustment = adjustment;
      },
      // At no loss the adjustment is all of the shift.
      range: [Math.max(-maxAdjustment, model.energyLosses[0]), maxAdjustment],
    };
  }

  private async writeSlit(inserted: boolean, signal?: AbortSignal): Promise<void> {
    const { transport, clock, model } = this;
    if ((await transport.getSlitPosition()) === inserted) return;
    await transport.setSlitPosition(inserted);
    await clock.delay(seconds(model.delays.slit), signal);
    if ((await transport.getSlitPosition()) !== inserted)
      throw jeolErrors.filterRefused('the energy slit', inserted ? 'in' : 'out', inserted ? 'out' : 'in');
  }

  private async writeWidth(width: number): Promise<void> {
    const { transport } = this;
    if (Math.abs((await transport.getSlitWidth()) - width) < tolerance) return;
    await transport.setSlitWidth(width);
    held('the slit width', width, await transport.getSlitWidth());
  }

  private async readLoss(): Promise<number> {
    const loss = (await this.readNet()) - this.adjustment;
    return Math.abs(loss) < rounding ? 0 : loss;
  }

  private writeLoss(loss: number, signal?: AbortSignal): Promise<void> {
    return this.writeNet(loss + this.adjustment, signal);
  }

  /** A shift that is switched off does not count, whatever its value. */
  private async readNet(): Promise<number> {
    const { transport } = this;
    return (await transport.getEnergyShiftSwitch()) ? transport.getEnergyShift() : 0;
  }

  private async writeNet(loss: number, signal?: AbortSignal): Promise<void> {
    const { transport, clock, model } = this;
    if (loss < model.energyLosses[0] - tolerance) throw jeolErrors.shiftTooLow(loss, model.energyLosses[0]);
    const change = Math.abs((await this.readNet()) - loss);
    if (change < tolerance) return;
    if (Math.abs(loss) < tolerance) await transport.setEnergyShiftSwitch(false);
    else {
      await transport.setEnergyShift(loss);
      // Only now, so that an old shift is never applied on the way.
      if (!(await transport.getEnergyShiftSwitch())) await transport.setEnergyShiftSwitch(true);
    }
    held('the energy shift', loss, await this.readNet());
    await clock.delay(seconds(model.delays.energy(change)), signal);
  }
}

function held(what: string, wanted: number, taken: number): void {
  if (!(Math.abs(taken - wanted) < tolerance)) throw jeolErrors.filterRefused(what, String(wanted), String(taken));
}
