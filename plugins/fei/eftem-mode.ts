import type { EftemMode, Setting } from '../../core/devices';
import { setting } from '../../core/kernel';
import { type FeiTransport, lensPrograms } from './transport';

/** The two lens programs of a column with an energy filter behind it. */
export class FeiEftemMode implements EftemMode {
  readonly on: Setting<boolean>;

  constructor(transport: FeiTransport) {
    this.on = setting(
      'EFTEM mode',
      async (signal) => (await transport.getEftemMode(signal)) === lensPrograms.eftem,
      (on, signal) => transport.setEftemMode(on ? lensPrograms.eftem : lensPrograms.regular, signal),
    );
  }
}
