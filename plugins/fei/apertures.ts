import { type Metres, inMicrometres, micrometres } from '../../core/base';
import type { CondenserAperture, Driver, ObjectiveAperture, SettingDriver } from '../../core/devices';
import type { FeiTransport } from './transport';

/** The apertures that an FEI column changes by motor. */
export class FeiApertures implements Driver<CondenserAperture>, Driver<ObjectiveAperture> {
  readonly condenserAperture: SettingDriver<Metres>;
  readonly objectiveAperture: SettingDriver<Metres>;

  /** @param sizes micrometres of the condenser apertures, as far as the site lists them */
  constructor(transport: FeiTransport, sizes: readonly number[]) {
    this.condenserAperture = {
      read: async (signal) => micrometres(await transport.getCondenserAperture(signal)),
      write: async (size, signal) => {
        const wanted = Math.round(inMicrometres(size));
        if (Math.round(await transport.getCondenserAperture(signal)) !== wanted)
          await transport.setCondenserAperture(wanted, signal);
      },
      ...(sizes.length > 0 && { choices: [0, ...sizes].map(micrometres) }),
    };
    this.objectiveAperture = {
      read: async (signal) => micrometres(await transport.getObjectiveAperture(signal)),
      write: async (size, signal) => {
        const wanted = Math.round(inMicrometres(size));
        if (Math.round(await transport.getObjectiveAperture(signal)) !== wanted)
          await transport.setObjectiveAperture(wanted, signal);
      },
    };
  }
}
