import { type Clock, type ElectronVolts, type Logger, electronVolts, seconds } from '../../core/base';
import type { EnergyFilter, EnergyFilterLimits, Setting } from '../../core/devices';
import { setting, within } from '../../core/kernel';
import type { Settings } from '../../core/settings';
import type { GatanClient } from './client';
import { gatanErrors } from './errors';

/** What the program knows of a GIF, from the site's properties. */
export interface FilterModel {
  readonly limits: EnergyFilterLimits;
  /** What the slit width is multiplied by for the filter. */
  readonly slitWidthScaling: number;
  /** Set the energy shift of the filter, whose sign is the other way round, instead of its spectrum offset. */
  readonly usesEnergyShift: boolean;
  /** Number of the largest entrance aperture; 0 leaves the aperture as it is. */
  readonly largestAperture: number;
  readonly allowsSpectroscopy: boolean;
  /** Seconds that the slit takes in or out. */
  readonly slitDelay: number;
  /** Seconds that the beam takes to settle after a change of energy, in electronvolts. */
  offsetDelay(change: number): number;
}

const ticksPerSecond = 60;
const leastSlitWidth = 5;
/** Differences in electronvolts that the filter does not tell apart. */
const unchanged = 0.1;

/** Reads what a GIF is from the properties of the site; its delays there are in ticks of DigitalMicrograph. */
export function filterModel(settings: Settings, energyLoss: readonly [number, number]): FilterModel {
  const value = (
    name:
      | 'FilterOffsetDelayBase1'
      | 'FilterOffsetDelayBase2'
      | 'FilterOffsetDelaySlope1'
      | 'FilterOffsetDelaySlope2'
      | 'FilterOffsetDelayCriterion',
  ): number => settings.get(name);
  return {
    limits: {
      slitWidth: [electronVolts(leastSlitWidth), electronVolts(settings.get('MaximumSlitWidth'))],
      energyLoss: [electronVolts(energyLoss[0]), electronVolts(energyLoss[1])],
    },
    slitWidthScaling: settings.get('GIFslitWidthScaling'),
    usesEnergyShift: settings.get('NoSpectrumOffset'),
    largestAperture: settings.get('BiggestGIFApertureNumber'),
    allowsSpectroscopy: settings.get('AllowSpectroscopyImages'),
    slitDelay: settings.get('FilterSlitInOutDelay') / ticksPerSecond,
    offsetDelay: (change) => {
      const small = change < value('FilterOffsetDelayCriterion');
      const [base, slope] = small
        ? [value('FilterOffsetDelayBase1'), value('FilterOffsetDelaySlope1')]
        : [value('FilterOffsetDelayBase2'), value('FilterOffsetDelaySlope2')];
      return (base + slope * change) / ticksPerSecond;
    },
  };
}

/** A Gatan imaging filter, which only DM scripts can set. Every value is read back; what the filter did not take is an error. */
export class GatanFilter implements EnergyFilter {
  readonly limits: EnergyFilterLimits;
  readonly slitInserted: Setting<boolean>;
  readonly slitWidth: Setting<ElectronVolts>;
  readonly energyLoss: Setting<ElectronVolts>;

  constructor(
    private readonly client: GatanClient,
    private readonly model: FilterModel,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.limits = model.limits;
    this.slitInserted = setting(
      'energy slit',
      async (signal) => (await this.get('SlitIn', signal)) > 0,
      (inserted, signal) => this.writeSlit(inserted, signal),
    );
    this.slitWidth = setting(
      'slit width',
      async (signal) => electronVolts((await this.get('SlitWidth', signal)) / model.slitWidthScaling),
      (width, signal) => this.writeWidth(width, signal),
    );
    this.energyLoss = setting(
      'energy loss',
      async (signal) => electronVolts(await this.readLoss(signal)),
      (loss, signal) => this.writeLoss(loss, signal),
    );
  }

  private async writeSlit(inserted: boolean, signal?: AbortSignal): Promise<void> {
    await this.prepare(signal);
    if ((await this.get('SlitIn', signal)) > 0 === inserted) return;
    await this.set('SlitIn', inserted ? 1 : 0, 'the energy slit', signal);
    await this.clock.delay(seconds(this.model.slitDelay), signal);
  }

  private async writeWidth(width: ElectronVolts, signal?: AbortSignal): Promise<void> {
    const [least, most] = this.limits.slitWidth;
    const wanted = within('slit width in eV', width, least, most) * this.model.slitWidthScaling;
    await this.prepare(signal);
    if (Math.abs((await this.get('SlitWidth', signal)) - wanted) < unchanged) return;
    await this.set('SlitWidth', wanted, 'the slit width', signal);
  }

  private async readLoss(signal?: AbortSignal): Promise<number> {
    if (this.model.usesEnergyShift) return -(await this.get('EnergyShift', signal)) || 0;
    return (await this.get('OffsetOn', signal)) > 0 ? this.get('SpectrumOffset', signal) : 0;
  }

  private async writeLoss(loss: ElectronVolts, signal?: AbortSignal): Promise<void> {
    const { model } = this;
    const [least, most] = this.limits.energyLoss;
    within('energy loss in eV', loss, least, most);
    await this.prepare(signal);
    const before = await this.readLoss(signal);
    const change = Math.abs(before - loss);
    if (change < unchanged) return;
    if (model.usesEnergyShift) await this.set('EnergyShift', -1 * loss, 'the energy shift', signal);
    else {
      await this.set('SpectrumOffset', loss, 'the spectrum offset', signal);
      // Only now, so that an old offset is never applied on the way.
      if ((await this.get('OffsetOn', signal)) === 0) await this.set('OffsetOn', 1, 'the spectrum offset', signal);
    }
    await this.clock.delay(seconds(model.offsetDelay(change)), signal);
  }

  /** Sees that the filter can image: not in spectroscopy, and through its largest aperture. */
  private async prepare(signal?: AbortSignal): Promise<void> {
    const { largestAperture, allowsSpectroscopy } = this.model;
    if (!allowsSpectroscopy && (await this.get('FilterMode', signal)) === 0)
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
    if (!(Math.abs(taken - value) < unchanged))
      throw gatanErrors.filterRefused(this.client.name, named, written, String(taken));
  }
}
