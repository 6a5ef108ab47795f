import { type Clock, type Metres, inMicrometres, micrometres, milliseconds, waitUntil } from '../../core/base';
import type { CondenserAperture, Driver, ObjectiveAperture, SettingDriver } from '../../core/devices';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import type { JeolTransport } from './transport';

/** Seconds within which an aperture has to be where it was sent. */
const apertureLimit = 30;
const pollInterval = milliseconds(200);

/** The apertures of a JEOL column, whose holes have numbers; the site says how large they are. */
export class JeolApertures implements Driver<CondenserAperture>, Driver<ObjectiveAperture> {
  readonly condenserAperture: SettingDriver<Metres>;
  readonly objectiveAperture: SettingDriver<Metres>;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'apertures' | 'extraApertures'>,
    private readonly clock: Clock,
  ) {
    const { condenser, objective } = column.apertures;
    this.condenserAperture = this.driver('condenser aperture', condenser);
    this.objectiveAperture = this.driver('objective aperture', objective);
  }

  private driver(name: string, { kind, sizes }: JeolColumn['apertures']['condenser']): SettingDriver<Metres> {
    const { transport, clock } = this;
    const { extraApertures } = this.column;
    let moves = false;
    const hole = (): Promise<number> => transport.getAperture(kind, extraApertures);
    return {
      choices: [0, ...sizes].map(micrometres),
      read: async () => {
        const number = await hole();
        const size = number === 0 ? 0 : sizes[number - 1];
        if (size === undefined) throw jeolErrors.strangeAperture(name, number, sizes);
        return micrometres(size);
      },
      write: async (size, signal) => {
        const wanted = sizes.indexOf(Math.round(inMicrometres(size))) + 1;
        // After a change that was broken off the column may still report where it was before.
        if (!moves && (await hole()) === wanted) return;
        moves = true;
        await transport.setAperture(kind, wanted, extraApertures);
        const arrived = await waitUntil(clock, async () => (await hole()) === wanted, {
          limit: apertureLimit,
          interval: pollInterval,
          signal,
        });
        if (!arrived) throw jeolErrors.apertureStuck(name, Math.round(inMicrometres(size)), apertureLimit);
        moves = false;
      },
    };
  }
}
