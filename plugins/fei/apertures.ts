import { type Metres, inMicrometres, micrometres } from '../../core/base';
import type { CondenserAperture, Driver, ObjectiveAperture, SettingDriver } from '../../core/devices';
import type { FeiColumn } from './column';
import type { FeiTransport } from './transport';

/** The apertures that an FEI column changes by motor. */
export class FeiApertures implements Driver<CondenserAperture>, Driver<ObjectiveAperture> {
  readonly condenserAperture: SettingDriver<Metres>;
  readonly objectiveAperture: SettingDriver<Metres>;

  constructor(
    transport: FeiTransport,
    { condenserApertures, objectiveApertures }: Pick<FeiColumn, 'condenserApertures' | 'objectiveApertures'>,
  ) {
    this.condenserAperture = {
      read: async (signal) => micrometres(await transport.getCondenserAperture(signal)),
      write: async (size, signal) => {
        const wanted = Math.round(inMicrometres(size));
        if (Math.round(await transport.getCondenserAperture(signal)) !== wanted)
          await transport.setCondenserAperture(wanted, signal);
      },
      choices: [0, ...condenserApertures].map(micrometres),
    };
    this.objectiveAperture = {
      read: async (signal) => micrometres(await transport.getObjectiveAperture(signal)),
      write: async (size, signal) => {
        const wanted = Math.round(inMicrometres(size));
        if (Math.round(await transport.getObjectiveAperture(signal)) !== wanted)
          await transport.setObjectiveAperture(wanted, signal);
      },
      choices: [0, ...objectiveApertures].map(micrometres),
    };
  }
}
