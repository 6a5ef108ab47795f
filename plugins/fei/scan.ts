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
import type {
  Driver,
  ProbeMode,
  ReadableDriver,
  ScanRotation,
  ScannedField,
  SettingDriver,
  StemMode,
} from '../../core/devices';
import type { ScannedMagnification } from '../../core/optics';
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
    private readonly column: Pick<FeiColumn, 'scan'>,
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
    if (!this.column.scan || lacksOf(this.transport).has('STEM')) return false;
    return (await this.transport.getInstrumentMode(signal)) === instrumentModes.stem;
  }

  /** The mag index in STEM: that of the nearest magnification among those of the present probe mode. */
  async magIndex(signal?: AbortSignal): Promise<MagIndex> {
    const { row, found, away } = await this.nearest(signal);
    if (!(found > 0) || away > sameMagnification) throw feiErrors.strangeScannedMagnification(found);
    return magIndex(row.index);
  }

  /** Goes to the scanned magnification of a mag index. Refuses one that the scripting cannot reach before anything is sent. */
  async magnify(index: number, signal?: AbortSignal): Promise<void> {
    const wanted = this.column.scan?.magnifications.find((each) => each.index === index);
    if (!wanted) throw feiErrors.notScannedMagnification(index);
    const { row: from, away } = await this.nearest(signal);
    if (from.index === index && away <= sameMagnification) return;
    if (wanted.probe && from.probe !== wanted.probe) throw feiErrors.scanOfOtherProbe(index, wanted.probe);
    // The projector submode of a scan cannot be set, and without it a magnification of the other range is out of reach.
    if (from.low !== wanted.low) throw feiErrors.scanInOtherRange(index, wanted.low);
    await this.transport.setStemMagnification(wanted.magnification, signal);
  }

  /** The magnification of the table that is nearest to the present one, and how far away it is as a logarithm. */
  private async nearest(
    signal?: AbortSignal,
  ): Promise<{ readonly row: ScannedMagnification; readonly found: number; readonly away: number }> {
    const found = await this.transport.getStemMagnification(signal);
    const away = ({ magnification }: ScannedMagnification): number => Math.abs(Math.log(magnification / found));
    const row = (await this.candidates(signal)).reduce((best, each) => (away(each) < away(best) ? each : best));
    return { row, found, away: away(row) };
  }

  /** The magnifications that the column may be at. */
  private async candidates(signal?: AbortSignal): Promise<readonly ScannedMagnification[]> {
    const { magnifications, probeInLow } = this.column.scan!;
    if (!magnifications.some(({ probe }) => probe)) return magnifications;
    const present = await this.probe(signal);
    const rows = magnifications.filter(({ low, probe }) => probe === (low ? (probeInLow ?? present) : present));
    return rows.length > 0 ? rows : magnifications;
  }

  /** The probe mode of a scan, which low magnification has as well. */
  async probe(signal?: AbortSignal): Promise<ProbeMode> {
    return (await this.transport.getProbeMode(signal)) === probeModes.nano ? 'nano' : 'micro';
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
