import { type Clock, milliseconds, waitUntil } from '../../core/base';
import type { Driver, SettingDriver, StemMode } from '../../core/devices';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import type { JeolTransport } from './transport';

const modeLimit = 5;
const pollInterval = milliseconds(100);

/** The scan of a probe on a JEOL column, which a DigiScan or the detector service makes; the column forms the probe. */
export class JeolScan implements Driver<StemMode> {
  readonly stemMode: SettingDriver<boolean>;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'scan'>,
    private readonly clock: Clock,
    private readonly changed: () => void = () => {},
  ) {
    this.stemMode = {
      read: () => this.inStem(),
      write: (on, signal) => this.change(on, signal),
    };
  }

  /** True when the column scans; it is not asked where the site has nothing to scan with. */
  async inStem(): Promise<boolean> {
    return this.column.scan !== undefined && (await this.transport.getTemStem());
  }

  private async change(on: boolean, signal?: AbortSignal): Promise<void> {
    const { transport, clock, column } = this;
    if ((await this.inStem()) === on) return;
    this.changed();
    await transport.setTemStem(on);
    const arrived = await waitUntil(clock, async () => (await transport.getTemStem()) === on, {
      limit: modeLimit,
      interval: pollInterval,
      signal,
    });
    if (!arrived) throw jeolErrors.stillInOtherMode(on ? 'STEM' : 'TEM', modeLimit);
    const { toStem, toTem } = column.scan!.switchDelay;
    await clock.delay(on ? toStem : toTem, signal);
  }
}
