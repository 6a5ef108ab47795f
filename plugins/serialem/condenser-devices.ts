import { type Metres, inMicrometres, metres, micrometres } from '../../core/base';
import type {
  AlphaSelector,
  CondenserAperture,
  Driver,
  IlluminatedArea,
  ObjectiveAperture,
  SettingDriver,
} from '../../core/devices';
import type { SerialEmColumn } from './column';
import { serialEmErrors } from './errors';
import type { SerialEmScript } from './script';

/** SerialEM's numbers of the apertures. */
const kinds = { condenser: 1, objective: 2 } as const;
/** Up to this number a reported size is the number of a hole, as SerialEM reports it on some JEOL columns. */
const highestHole = 8;
/** Real seconds until an aperture has arrived, or an alpha. */
const slowLimit = 60;
const metresPerReportedArea = 1e-4;
/** People count alphas from 1, and so do SerialEM's commands. */
const firstAlpha = 1;

/** Alpha, illuminated area and apertures of a column as SerialEM's commands show them. */
export class SerialEmCondenserDevices
  implements Driver<AlphaSelector>, Driver<IlluminatedArea>, Driver<CondenserAperture>, Driver<ObjectiveAperture>
{
  readonly alpha: SettingDriver<number>;
  readonly illuminatedArea: SettingDriver<Metres>;
  readonly condenserAperture: SettingDriver<Metres>;
  readonly objectiveAperture: SettingDriver<Metres>;

  constructor(
    private readonly script: SerialEmScript,
    {
      alphas,
      condenserApertures,
      objectiveApertures,
    }: Pick<SerialEmColumn, 'alphas' | 'condenserApertures' | 'objectiveApertures'>,
  ) {
    this.alpha = {
      read: async (signal) => (await script.number('ReportAlpha', signal)) - firstAlpha,
      write: async (alpha, signal) => {
        if ((await script.number('ReportAlpha', signal)) === alpha + firstAlpha) return;
        await script.do('SetAlpha', [alpha + firstAlpha], { limit: slowLimit, ...(signal && { signal }) });
      },
      range: [0, Math.max(0, alphas - 1)],
    };
    this.illuminatedArea = {
      read: async (signal) => metres(metresPerReportedArea * (await script.number('ReportIlluminatedArea', signal))),
      write: (area, signal) =>
        script.do('SetIlluminatedArea', [area / metresPerReportedArea], { ...(signal && { signal }) }),
    };
    this.condenserAperture = this.aperture(kinds.condenser, condenserApertures);
    this.objectiveAperture = this.aperture(kinds.objective, objectiveApertures);
  }

  private aperture(kind: number, sizes: readonly number[]): SettingDriver<Metres> {
    const reported = async (signal?: AbortSignal): Promise<number> => {
      const [size = 0] = await this.script.report('ReportApertureSize', 1, signal, [kind]);
      if (size < 0 || (size > 0 && size <= highestHole)) throw serialEmErrors.strangeAperture(size);
      return size;
    };
    return {
      choices: [0, ...sizes].map(micrometres),
      read: async (signal) => micrometres(await reported(signal)),
      write: async (size, signal) => {
        const wanted = Math.round(inMicrometres(size));
        if ((await reported(signal)) === wanted) return;
        await this.script.do('SetApertureSize', [kind, wanted], { limit: slowLimit, ...(signal && { signal }) });
      },
    };
  }
}
