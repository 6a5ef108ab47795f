import { type Metres, type RawLensValue, metres, rawLensValue } from '../../core/base';
import type { SettingDriver } from '../../core/devices';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import { type JeolTransport, dacCentre, dacFull } from './transport';

/** Fine steps in one coarse step of the objective lens. */
const fineInCoarse = 32;
/** Seconds for which the lens is taken to be as the last write left it. */
const trustedTime = 1;
/** Steps in one unit of absolute focus, so that both lenses reach from 0 to about 2050. */
const stepsPerUnit = { regular: 1024, lowMagnification: 32 };

interface Excitation {
  readonly low: boolean;
  readonly steps: number;
  /** Steps of the coarse objective lens among them; undefined in low magnification. */
  readonly coarse?: number;
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
  /** The lens as the last write left it, and when. */
  private written: { readonly excitation: Excitation; readonly at: number } | undefined;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'defocusPerStep'>,
    private readonly isLow: () => Promise<boolean>,
    /** Seconds of the clock. */
    private readonly now: () => number,
    /** Factor on the defocus of one step of the objective lens in a scan; undefined where the column images. */
    private readonly scanFactor: () => Promise<number | undefined> = async () => undefined,
  ) {
    this.defocus = {
      read: async () => {
        const { steps, zero, metresPerStep } = await this.read();
        return metres((steps - zero) * metresPerStep);
      },
      write: async (value) => {
        const excitation = this.recent() ?? (await this.read());
        const steps = Math.round(excitation.zero + value / excitation.metresPerStep);
        await this.write(excitation, steps, 'a defocus', `${(value * 1e6).toFixed(2)} um`);
      },
    };
    this.absolute = {
      read: async () => {
        const { low, steps } = await this.read();
        return rawLensValue(steps / unitOf(low));
      },
      write: async (value) => {
        const excitation = await this.read();
        await this.write(excitation, Math.round(value * unitOf(excitation.low)), 'an absolute focus', String(value));
      },
    };
  }

  /** Calls the present focus zero defocus. */
  async reset(): Promise<void> {
    const { steps, low } = await this.read();
    this.forget();
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
    const coarse = low ? undefined : await transport.getLens('OLc');
    const steps =
      coarse === undefined ? await transport.getLens('OM') : fineInCoarse * coarse + (await transport.getLens('OLf'));
    const lens = `${low} ${factor}`;
    if (!this.zeros.has(lens)) this.zeros.set(lens, steps);
    return {
      low,
      steps,
      ...(coarse !== undefined && { coarse }),
      zero: this.zeros.get(lens)!,
      metresPerStep: this.metresPerStep(low) * (factor ?? 1),
    };
  }

  /** Forgets what the last write left, since the lens may be another one. */
  forget(): void {
    this.written = undefined;
  }

  /** The lens as a write has just left it: a ramp of the focus leaves no time to read before each value. */
  private recent(): Excitation | undefined {
    return this.written && this.now() - this.written.at < trustedTime ? this.written.excitation : undefined;
  }

  private async write(excitation: Excitation, steps: number, what: string, value: string): Promise<void> {
    const { low, steps: from, coarse } = excitation;
    const most = low ? dacFull : (fineInCoarse + 1) * dacFull;
    if (steps < 0 || steps > most) throw jeolErrors.outsideCoils(what, value, 'the range of the lens');
    this.forget();
    const to = await this.excite(steps, from, coarse);
    this.written = { excitation: { ...excitation, steps, ...(to !== undefined && { coarse: to }) }, at: this.now() };
  }

  /** @returns steps of the coarse lens, where there is one */
  private async excite(steps: number, from: number, coarse: number | undefined): Promise<number | undefined> {
    const { transport } = this;
    if (coarse === undefined) {
      await transport.setLens('OM', steps);
      return undefined;
    }
    const fine = steps - fineInCoarse * coarse;
    if (fine >= 0 && fine <= dacFull) {
      if (steps !== from) await transport.setLens('OLf', fine);
      return coarse;
    }
    const newCoarse = Math.min(dacFull, Math.max(0, Math.round((steps - dacCentre) / fineInCoarse)));
    await transport.setLens('OLc', newCoarse);
    await transport.setLens('OLf', steps - fineInCoarse * newCoarse);
    return newCoarse;
  }
}

const unitOf = (low: boolean): number => (low ? stepsPerUnit.lowMagnification : stepsPerUnit.regular);
