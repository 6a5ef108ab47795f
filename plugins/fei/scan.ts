import {
  type Clock,
  type MagIndex,
  type Metres,
  type Radians,
  type Vector,
  magIndex,
  metres,
  milliseconds,
  radians,
  vector,
  waitUntil,
} from '../../core/base';
import type { Driver, ReadableDriver, ScanRotation, ScannedField, SettingDriver, StemMode } from '../../core/devices';
import type { FeiColumn } from './column';
import { feiErrors } from './errors';
import { type FeiTransport, instrumentModes, lacksOf, probeModes } from './transport';

const modeLimit = 5;
const pollInterval = milliseconds(100);
/** The column settles for this long after a change of mode, before an image means anything. */
const settlingDelay = milliseconds(2000);
/** A magnification that the column reports is one of the table when it differs by less than this share. */
const sameMagnification = 0.05;

/** The scan of a probe on an FEI column. Its members of the scripting fail outside STEM, so that they are not asked there. */
export class FeiScan implements Driver<StemMode>, Driver<ScanRotation>, Driver<ScannedField> {
  readonly stemMode: SettingDriver<boolean>;
  readonly scanRotation: SettingDriver<Radians>;
  readonly scannedField: ReadableDriver<Vector<Metres>>;
  /** Focus with which each mode was left; the column has one for both. */
  private readonly defocus = new Map<boolean, number>();
  /** Rotation of the scan, as it was last in STEM or as the next scan begins with. */
  private rotation = 0;
  private rotationWaits = false;

  constructor(
    private readonly transport: FeiTransport,
    private readonly column: Pick<FeiColumn, 'scannedMagnifications'>,
    private readonly clock: Clock,
  ) {
    this.stemMode = {
      read: (signal) => this.inStem(signal),
      write: (on, signal) => this.change(on, signal),
    };
    this.scanRotation = {
      read: async (signal) => {
        if (await this.inStem(signal)) this.rotation = await transport.getStemRotation(signal);
        return radians(this.rotation);
      },
      write: async (angle, signal) => {
        this.rotation = angle;
        this.rotationWaits = !(await this.inStem(signal));
        if (!this.rotationWaits) await transport.setStemRotation(angle, signal);
      },
    };
    this.scannedField = {
      read: async (signal) => {
        const { x, y } = (await this.inStem(signal)) ? await transport.getStemField(signal) : { x: 0, y: 0 };
        return vector(metres(x), metres(y));
      },
    };
  }

  /** True when the column scans; it is not asked where the site has nothing to scan with. */
  async inStem(signal?: AbortSignal): Promise<boolean> {
    const { scannedMagnifications } = this.column;
    if (!scannedMagnifications || lacksOf(this.transport).has('STEM')) return false;
    return (await this.transport.getInstrumentMode(signal)) === instrumentModes.stem;
  }

  /** The mag index in STEM: that of the nearest magnification of the table. */
  async magIndex(signal?: AbortSignal): Promise<MagIndex> {
    const found = await this.transport.getStemMagnification(signal);
    const table = [...(this.column.scannedMagnifications ?? [])];
    const away = ([, magnification]: readonly [number, number]): number => Math.abs(Math.log(magnification / found));
    const nearest = table.reduce((best, row) => (away(row) < away(best) ? row : best));
    if (!(found > 0) || away(nearest) > sameMagnification) throw feiErrors.strangeScannedMagnification(found);
    return magIndex(nearest[0]);
  }

  /** Goes to the scanned magnification of a mag index. */
  async magnify(index: number, signal?: AbortSignal): Promise<void> {
    const magnification = this.column.scannedMagnifications?.get(index);
    if (magnification === undefined) throw feiErrors.notScannedMagnification(index);
    await this.transport.setStemMagnification(magnification, signal);
  }

  /** Changes the mode, gives back the focus with which it was left, and waits for the lenses. */
  private async change(on: boolean, signal?: AbortSignal): Promise<void> {
    const { transport, clock } = this;
    if ((await this.inStem(signal)) === on) return;
    this.defocus.set(!on, await transport.getDefocus(signal));
    const wanted = on ? instrumentModes.stem : instrumentModes.tem;
    await transport.setInstrumentMode(wanted, signal);
    const arrived = await waitUntil(clock, async () => (await transport.getInstrumentMode(signal)) === wanted, {
      limit: modeLimit,
      interval: pollInterval,
      signal,
    });
    if (!arrived) throw feiErrors.stillInOtherMode(on ? 'STEM' : 'TEM', modeLimit);
    if (!on) await transport.setProbeMode(probeModes.micro, signal);
    const defocus = this.defocus.get(on);
    if (defocus !== undefined) await transport.setDefocus(defocus, signal);
    if (on && this.rotationWaits) await transport.setStemRotation(this.rotation, signal);
    this.rotationWaits = false;
    await clock.delay(settlingDelay, signal);
  }
}
