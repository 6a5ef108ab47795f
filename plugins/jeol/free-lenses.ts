import { throwIfStopped } from '../../core/base';
import type { Driver, FreeLens, FreeLensControl } from '../../core/devices';
import { kernelErrors } from '../../core/kernel';
import { type JeolFreeLens, type JeolTransport, dacFull, freeLenses } from './transport';

/** Free lens control of a JEOL column: each lens has a switch that takes it from its program, and a value for that time. */
export class JeolFreeLenses implements Driver<FreeLensControl> {
  readonly lenses: readonly string[] = Object.keys(freeLenses);

  constructor(
    private readonly transport: Pick<JeolTransport, 'getLens' | 'getFreeLens' | 'setFreeLens' | 'setFreeLensValue'>,
  ) {}

  async readLens(lens: string, signal?: AbortSignal): Promise<FreeLens> {
    const [name, number] = this.found(lens);
    if (signal) throwIfStopped(signal);
    return { free: await this.transport.getFreeLens(number), value: (await this.transport.getLens(name)) / dacFull };
  }

  async freeLens(lens: string, value: number, signal?: AbortSignal): Promise<void> {
    const [, number] = this.found(lens);
    if (!(value >= 0 && value <= 1)) throw kernelErrors.outOfRange(`lens ${lens}`, String(value), '0 to 1');
    if (signal) throwIfStopped(signal);
    // The switch first: a value for a lens that its program holds would be lost.
    if (!(await this.transport.getFreeLens(number))) await this.transport.setFreeLens(number, true);
    await this.transport.setFreeLensValue(number, Math.round(value * dacFull));
  }

  async linkLens(lens: string, signal?: AbortSignal): Promise<void> {
    const [, number] = this.found(lens);
    if (signal) throwIfStopped(signal);
    if (await this.transport.getFreeLens(number)) await this.transport.setFreeLens(number, false);
  }

  private found(lens: string): readonly [JeolFreeLens, number] {
    if (!Object.hasOwn(freeLenses, lens)) throw kernelErrors.outOfRange('name of a lens', lens, this.lenses.join(', '));
    return [lens as JeolFreeLens, freeLenses[lens as JeolFreeLens]];
  }
}
