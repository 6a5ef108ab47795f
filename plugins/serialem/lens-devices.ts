import { throwIfStopped } from '../../core/base';
import type { Diffraction, Driver, FreeLens, FreeLensControl, SettingDriver } from '../../core/devices';
import { kernelErrors } from '../../core/kernel';
import type { SerialEmColumn } from './column';
import type { SerialEmScript } from './script';

/** Seconds of what takes long. */
const slowLimit = 60;
/** Largest share of its value by which a camera length that is reported differs from that in the table. */
const lengthTolerance = 0.005;
/** SerialEM passes JEOL's numbers of the lenses on. */
const lensNumbers: Readonly<Record<string, number>> = {
  CL1: 0,
  CL2: 1,
  CL3: 2,
  CM: 3,
  OLc: 6,
  OLf: 7,
  OM: 8,
  OM2: 9,
  IL1: 10,
  IL2: 11,
  IL3: 12,
  IL4: 13,
  PL1: 14,
  PL2: 15,
};

/** Diffraction through SerialEM, which sets camera lengths by their index and reports them in metres. */
export class SerialEmDiffraction implements Driver<Diffraction> {
  readonly cameraLengthIndex: SettingDriver<number>;
  /** Mag index from which the column went to diffraction. */
  private imagedAt: number | undefined;

  constructor(script: SerialEmScript, { cameraLengths, lowestRegularMag }: SerialEmColumn) {
    const read = async (signal?: AbortSignal): Promise<number> => {
      const length = await script.number('ReportCameraLength', signal);
      if (length === 0) return 0;
      const distance = ([, each]: readonly [number, number]): number => Math.abs(each / length - 1);
      const [nearest] = [...cameraLengths].sort((a, b) => distance(a) - distance(b));
      if (nearest && distance(nearest) <= lengthTolerance) return nearest[0];
      throw kernelErrors.outOfRange('camera length', `${length} m`, 'the lengths in CameraLengthTable');
    };
    this.cameraLengthIndex = {
      read,
      write: async (index, signal) => {
        const options = { limit: slowLimit, ...(signal && { signal }) };
        const magIndex = await script.number('ReportMagIndex', signal);
        if (magIndex > 0 && index > 0) this.imagedAt = magIndex;
        if (index > 0) await script.do('SetCamLenIndex', [index], options);
        else if (magIndex === 0) await script.do('SetMagIndex', [this.imagedAt ?? lowestRegularMag], options);
      },
      range: [0, Math.max(1, ...cameraLengths.keys())],
    };
  }
}

/** Free lens control of a JEOL column through SerialEM. */
export class SerialEmFreeLenses implements Driver<FreeLensControl> {
  readonly lenses: readonly string[] = Object.keys(lensNumbers);

  constructor(private readonly script: SerialEmScript) {}

  async readLens(lens: string, signal?: AbortSignal): Promise<FreeLens> {
    const [on = 0, value = 0] = await this.script.report('ReportLensFLCStatus', 2, signal, [this.numberOf(lens)]);
    return { free: on !== 0, value };
  }

  async freeLens(lens: string, value: number, signal?: AbortSignal): Promise<void> {
    const number = this.numberOf(lens);
    if (!(value >= 0 && value <= 1)) throw kernelErrors.outOfRange(`lens ${lens}`, String(value), '0 to 1');
    if (signal) throwIfStopped(signal);
    // The switch first: a value for a lens that its program holds would be lost.
    if (!(await this.readLens(lens, signal)).free) await this.script.do('SetFreeLensControl', [number, 1]);
    await this.script.do('SetLensWithFLC', [number, value]);
  }

  async linkLens(lens: string, signal?: AbortSignal): Promise<void> {
    const number = this.numberOf(lens);
    if (signal) throwIfStopped(signal);
    if ((await this.readLens(lens, signal)).free) await this.script.do('SetFreeLensControl', [number, 0]);
  }

  private numberOf(lens: string): number {
    if (!Object.hasOwn(lensNumbers, lens))
      throw kernelErrors.outOfRange('name of a lens', lens, this.lenses.join(', '));
    return lensNumbers[lens]!;
  }
}
