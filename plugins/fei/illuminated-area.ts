import { type Metres, metres } from '../../core/base';
import type { Driver, IlluminatedArea, SettingDriver } from '../../core/devices';
import type { FeiTransport } from './transport';

/** The illuminated area of a three-condenser column. Beyond its reach the column stops at the nearest area that it can make. */
export class FeiIlluminatedArea implements Driver<IlluminatedArea> {
  readonly illuminatedArea: SettingDriver<Metres>;

  constructor(transport: FeiTransport) {
    this.illuminatedArea = {
      read: async (signal) => metres(await transport.getIlluminatedArea(signal)),
      write: (area, signal) => transport.setIlluminatedArea(area, signal),
    };
  }
}
