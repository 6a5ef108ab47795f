import type { EftemMode, Driver, SettingDriver } from '../../core/devices';
import { type FeiTransport, lensPrograms } from './transport';

/** The two lens programs of a column with an energy filter behind it. */
export class FeiEftemMode implements Driver<EftemMode> {
  readonly on: SettingDriver<boolean>;

  constructor(transport: FeiTransport) {
    this.on = {
      read: async (signal) => (await transport.getEftemMode(signal)) === lensPrograms.eftem,
      write: (on, signal) => transport.setEftemMode(on ? lensPrograms.eftem : lensPrograms.regular, signal),
    };
  }
}
