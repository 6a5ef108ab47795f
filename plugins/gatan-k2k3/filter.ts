import { type Clock, type ElectronVolts, type Logger, electronVolts, seconds } from '../../core/base';
import type { Driver, EnergyFilter, FilterMode, Range, ReadableDriver, SettingDriver } from '../../core/devices';
import { type FilterDelays, filterDelays } from '../../core/optics';
import type { Settings } from '../../core/settings';
import type { GatanClient } from './protocol/client';
import { gatanErrors } from './errors';

/** Description of a GIF, from the site's properties. */
export interface FilterModel {
  /** Smallest and largest value that is sent, in electronvolts. */
  readonly slitWidths: Range;
  readonly energyLosses: Range;
  /** Factor on the slit width for the filter. */
  readonly slitWidthScaling: number;
  /** Set the energy shift of the filter, whose sign is the other way round, instead of its spectrum offset. */
  readonly usesEnergyShift: boolean;
  /** Number of the largest entrance aperture; 0 leaves the aperture as it is. */
  readonly largestAperture: number;
  readonly allowsSpectroscopy: boolean;
  readonly delays: FilterDelays;
}

const minSlitWidth = 5;
/** Differences in electronvolts that the filter does not resolve. */
const slitTolerance = 0.1;
/** Differences in electronvolts that come of adding and subtracting. */
const rounding = 1e-6;
/** Zero-loss adjustments that are sent, in electronvolts. A peak that is farther off is found by hand. */
const zeroLossAdjustments: Range = [-30, 30];

/** Reads what a GIF is from the properties of the site. */
export const filterModel = (settings: Settings, energyLosses: Range): FilterModel => ({
  slitWidths: [minSlitWidth, settings.get('MaximumSlitWidth')],
  energyLosses,
  slitWidthScaling: settings.get('GIFslitWidthScaling'),
  usesEnergyShift: settings.get('NoSpectrumOffset'),
  largestAperture: settings.get('BiggestGIFApertureNumber'),
  allowsSpectroscopy: settings.get('AllowSpectroscopyImages'),
  delays: filterDelays(settings),
});

/** A Gatan imaging filter, which only DM scripts can set. Every value is read back; what the filter did not take is an error. */
export class GatanFilter implements Driver<EnergyFilter> {
  readonly slitInserted: SettingDriver<boolean>;
  readonly slitWidth: SettingDriver<ElectronVolts>;
  readonly energyLoss: SettingDriver<ElectronVolts>;
  readonly mode: ReadableDriver<FilterMode>;
  readonly zeroLossAdjustment: SettingDriver<ElectronVolts>;
  /** Electronvolts. The filter has one shift for the loss and this together. */
  private adjustment = 0;

  constructor(
    private readonly client: GatanClient,
    private readonly model: FilterModel,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.slitInserted = {
      read: async (signal) => (await this.get('SlitIn', signal)) > 0,
      write: (inserted, signal) => this.writeSlit(inserted, signal),
    };
    this.slitWidth = {
      read: async (signal) => electronVolts((await this.get('SlitWidth', signal)) / model.slitWidthScaling),
      write: (width, signal) => this.writeWidth(width, signal),
      range: model.slitWidths,
    };
    this.energyLoss = {
      read: async (signal) => electronVolts(await this.readLoss(signal)),
      write: (loss, signal) => this.writeLoss(loss, signal),
      range: model.energyLosses,
    };
    this.zeroLossAdjustment = {
      read: () => Promise.resolve(electronVolts(this.adjustment)),
      write: async (adjustment, signal) => {
        const loss = await this.readLoss(signal);
        await this.writeNet(loss + adjustment, signal);
        this.adjustment = adjustment;
      },
      range: zeroLossAdjustments,
    };
    this.mode = { read: async (signal) => ((await this.get('FilterMode', signal)) === 0 ? 'spectroscopy' : 'imaging') };
  }

  private async writeSlit(inserted: boolean, signal?: AbortSignal): Promise<void> {
    await this.prepare(signal);
    if ((await this.get('SlitIn', signal)) > 0 === inserted) return;
    await this.set('SlitIn', inserted ? 1 : 0, 'the energy slit', signal);
    await this.clock.delay(seconds(this.model.delays.slit), signal);
  }

  private async writeWidth(width: ElectronVolts, signal?: AbortSignal): Promise<void> {
    const wanted = width * this.model.slitWidthScaling;
    await this.prepare(signal);
    if (Math.abs((await this.get('SlitWidth', signal)) - wanted) < slitTolerance) return;
    await this.set('SlitWidth', wanted, 'the slit width', signal);
  }

  private async readLoss(signal?: AbortSignal): Promise<number> {
    const loss = (await this.readNet(signal)) - this.adjustment;
    return Math.abs(loss) < rounding ? 0 : loss;
  }

  private writeLoss(loss: ElectronVolts, signal?: AbortSignal): Promise<void> {
    return this.writeNet(loss + this.adjustment, signal);
  }

  private async readNet(signal?: AbortSignal): Promise<number> {
    if (this.model.usesEnergyShift) return -(await this.get('EnergyShift', signal)) || 0;
    return (await this.get('OffsetOn', signal)) > 0 ? this.get('SpectrumOffset', signal) : 0;
  }

  private async writeNet(loss: number, signal?: AbortSignal): Promise<void> {
    const { model } = this;
    await this.prepare(signal);
    const before = await this.readNet(signal);
    const change = Math.abs(before - loss);
    if (change < slitTolerance) return;
    if (model.usesEnergyShift) await this.set('EnergyShift', -1 * loss, 'the energy shift', signal);
    else {
      await this.set('SpectrumOffset', loss, 'the spectrum offset', signal);
      // Only now, so that an old offset is never applied on the way.
      if ((await this.get('OffsetOn', signal)) === 0) await this.set('OffsetOn', 1, 'the spectrum offset', signal);
    }
    await this.clock.delay(seconds(model.delays.energy(change)), signal);
  }

  /** Sees that the filter can image: not in spectroscopy, and through its largest aperture. */
  private async prepare(signal?: AbortSignal): Promise<void> {
    const { largestAperture, allowsSpectroscopy } = this.model;
    if (!allowsSpectroscopy && (await this.mode.read(signal)) === 'spectroscopy')
      throw gatanErrors.spectroscopy(this.client.name);
    if (largestAperture <= 0 || (await this.get('Aperture', signal)) === largestAperture) return;
    this.log.info(`The entrance aperture of the filter is set to number ${largestAperture}, the largest.`);
    await this.set('Aperture', largestAperture, 'the entrance aperture', signal);
  }

  private get(what: string, signal?: AbortSignal): Promise<number> {
    return this.client.script(`Exit(IFCGet${what}())`, signal);
  }

  private async set(what: string, value: number, named: string, signal?: AbortSignal): Promise<void> {
    const written = String(Number(value.toFixed(3)));
    const taken = await this.client.script(`IFCSet${what}(${written})\nExit(IFCGet${what}())`, signal);
    if (!(Math.abs(taken - value) < slitTolerance))
      throw gatanErrors.filterRefused(this.client.name, named, written, String(taken));
  }
}
