import type { Clock, Seconds } from '../../../core/base';
import type { DetectorCalls } from '../../../core/devices';
import { documentedRanges, numberOf, rangeOf, settingNames } from './settings';
import type { JeolDetectorTransport } from './transport';

/** The service counts brightness as an offset and contrast as a gain. */
const names = { brightness: settingNames.offset, contrast: settingNames.gain } as const;
/** Share of the usual range of both that one step is. */
export const levelStep = 1 / documentedRanges.level[1];

/** Brightness, contrast and place of the detectors of JEOL's service. */
export class JeolDetectorLevels implements DetectorCalls {
  constructor(
    private readonly transport: JeolDetectorTransport,
    private readonly clock: Clock,
    private readonly insertDelay: Seconds,
  ) {}

  isInserted(name: string): Promise<boolean> {
    return this.transport.isInserted(name);
  }

  async setInserted(name: string, inserted: boolean, signal?: AbortSignal): Promise<void> {
    if ((await this.transport.isInserted(name)) === inserted) return;
    await this.transport.setInserted(name, inserted);
    await this.clock.delay(this.insertDelay, signal);
  }

  async get(name: string, what: keyof typeof names): Promise<number> {
    const settings = await this.transport.getSettings(name);
    const [least, most] = rangeOf(settings, names[what], documentedRanges.level);
    return (numberOf(settings, names[what]) - least) / (most - least);
  }

  async set(name: string, what: keyof typeof names, value: number): Promise<void> {
    const [least, most] = rangeOf(await this.transport.getSettings(name), names[what], documentedRanges.level);
    await this.transport.change(name, { [names[what]]: Math.round(least + value * (most - least)) });
  }
}
