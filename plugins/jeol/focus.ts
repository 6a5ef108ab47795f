import { type Metres, type RawLensValue, metres, rawLensValue } from '../../core/base';
import type { SettingDriver } from '../../core/devices';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import { type JeolTransport, dacCentre, dacFull } from './transport';

/** Fine steps in one coarse step of the objective lens. */
const fineInCoarse = 32;
/** Steps in one unit of absolute focus, so that both lenses reach from 0 to about 2050. */
const stepsPerUnit = { regular: 1024, lowMagnification: 32 };

interface Excitation {
  readonly low: boolean;
  readonly steps: number;
  /** Steps at which defocus is zero, and metres of it for one step. */
  readonly zero: number;
  readonly metresPerStep: number;
}

/**
 * Focus of a JEOL column: the objective lens (coarse and fine) or, in low magnification, the objective minilens.
 * Defocus counts from where a lens was when this program first looked at it.
 */
export class JeolFocus {
  readonly defocus: SettingDriver<Metres>;
  readonly absolute: SettingDriver<RawLensValue>;
  private readonly zeros = new Map<string, number>();

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'defocusPerStep'>,
    private readonly isLow: () => Promise<boolean>,
    /** Factor on the defocus of one step of the objective lens in a scan; undefined where the column images. */
    private readonly scanFactor: () => Promise<number | undefined> = async () => undefined,
  ) {
    this.defocus = {
      read: async () => {
        const { steps, zero, metresPerStep } = await this.read();
        return metres((steps - zero) * metresPerStep);
      },
      write: async (value) => {
        const { low, steps, zero, metresPerStep } = await this.read();
        await this.write(
          low,
          Math.round(zero + value / metresPerStep),
          steps,
          'a defocus',
          `${(value * 1e6).toFixed(2)} um`,
        );
      },
    };
    this.absolute = {
      read: async () => {
        const { low, steps } = await this.read();
        return rawLensValue(steps / unitOf(low));
      },
      write: async (value) => {
        const { low, steps } = await this.read();
        await this.write(low, Math.round(value * unitOf(low)), steps, 'an absolute focus', String(value));
      },
    };
  }

  /** Calls the present focus zero defocus. */
  async reset(): Promise<void> {
    const { low, steps } = await this.read();
    this.zeros.set(`${low} ${await this.scanFactor()}`, steps);
  }

  private metresPerStep(low: boolean): number {
    const { regular, lowMagnification } = this.column.defocusPerStep;
    return (low ? lowMagnification : regular) * 1e-6;
  }

  private async read(): Promise<Excitation> {
    const { transport } = this;
    const factor = await this.scanFactor();
    const low = await this.isLow();
    if (low && factor !== undefined) throw jeolErrors.noFocusInLowScan();
    const steps = low
      ? await transport.getLens('OM')
      : fineInCoarse * (await transport.getLens('OLc')) + (await transport.getLens('OLf'));
    const lens = `${low} ${factor}`;
    if (!this.zeros.has(lens)) this.zeros.set(lens, steps);
    return { low, steps, zero: this.zeros.get(lens)!, metresPerStep: this.metresPerStep(low) * (factor ?? 1) };
  }

  private async write(low: boolean, steps: number, from: number, what: string, value: string): Promise<void> {
    const { transport } = this;
    const most = low ? dacFull : (fineInCoarse + 1) * dacFull;
    if (steps < 0 || steps > most) throw jeolErrors.outsideCoils(what, value, 'the range of the lens');
    if (low) return transport.setLens('OM', steps);
    const coarse = await transport.getLens('OLc');
    const fine = steps - fineInCoarse * coarse;
    if (fine >= 0 && fine <= dacFull) return steps === from ? undefined : transport.setLens('OLf', fine);
    const newCoarse = Math.min(dacFull, Math.max(0, Math.round((steps - dacCentre) / fineInCoarse)));
    await transport.setLens('OLc', newCoarse);
    await transport.setLens('OLf', steps - fineInCoarse * newCoarse);
  }
}

const unitOf = (low: boolean): number => (low ? stepsPerUnit.lowMagnification : stepsPerUnit.regular);
