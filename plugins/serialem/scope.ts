import {
  type Clock,
  type MagIndex,
  type Metres,
  type RawLensValue,
  type Seconds,
  beamShiftUnits,
  imageShiftUnits,
  inMicrometres,
  magIndex,
  micrometres,
  rawLensValue,
  throwIfStopped,
  vector,
  volts,
} from '../../core/base';
import type {
  BeamShift,
  Driver,
  Illumination,
  LensGroup,
  LensNormalization,
  ProbeMode,
  ProbeModeSelector,
  ReadableDriver,
  Scope,
  ScopeTraits,
  Screen,
  SettingDriver,
} from '../../core/devices';
import { inMagnificationTable } from '../../core/kernel';
import type { SerialEmColumn } from './column';
import { serialEmErrors } from './errors';
import type { SerialEmScript } from './script';

/** Seconds of what takes long. */
const slowLimit = 60;
/** NormalizeLenses takes the sum of 1 for the projector, 2 for the objective and 4 for the condensers. */
const lensBits: Readonly<Record<LensGroup, number>> = {
  'spot size': 4,
  condenser: 4,
  illumination: 4,
  objective: 2,
  projector: 1,
  all: 7,
};
const inMicroprobe = 1;

/** The column as SerialEM's commands show it; SerialEM itself normalizes, waits and keeps image shift. */
export class SerialEmScope
  implements
    Driver<Scope>,
    Driver<Illumination>,
    Driver<ProbeModeSelector>,
    Driver<BeamShift>,
    Driver<Screen>,
    Driver<LensNormalization>
{
  readonly traits: ScopeTraits;
  readonly spotSizes: number;
  readonly brightestSpotSize: number;
  readonly magIndex: SettingDriver<MagIndex>;
  readonly imageShift: Driver<Scope>['imageShift'];
  readonly beamShift: Driver<BeamShift>['beamShift'];
  readonly defocus: SettingDriver<Metres>;
  readonly absoluteFocus: SettingDriver<RawLensValue>;
  readonly spotSize: SettingDriver<number>;
  readonly intensity: SettingDriver<number>;
  readonly probeMode: SettingDriver<ProbeMode>;
  readonly screenDown: SettingDriver<boolean>;
  readonly beamBlanked: SettingDriver<boolean>;
  readonly highTension: ReadableDriver<ReturnType<typeof volts>>;
  private normalized: Seconds | undefined;
  /** No command tells it: what this program has set, and not blanked before that. */
  private blanked = false;

  constructor(
    private readonly script: SerialEmScript,
    private readonly column: SerialEmColumn,
    private readonly clock: Clock,
  ) {
    this.traits = {
      model: column.model,
      resetsImageShiftOnMagnificationChange: false,
      usesProjectorForImageShift: false,
      roughImageShiftScale: column.imageShiftScale,
      nominalSpecimenToStage: { xpx: column.invertsStageX ? 1 : -1, xpy: 0, ypx: 0, ypy: -1 },
    };
    this.spotSizes = column.spotSizes;
    this.brightestSpotSize = column.highestSpotIsBrightest ? column.spotSizes : 1;
    const number = (name: Parameters<SerialEmScript['number']>[0]) => (signal?: AbortSignal) =>
      script.number(name, signal);
    this.magIndex = {
      read: async (signal) => magIndex(await script.number('ReportMagIndex', signal)),
      write: (index, signal) => this.changeMagnification(index, signal),
    };
    this.imageShift = {
      read: async (signal) => {
        const [x = 0, y = 0] = await script.report('ReportImageShift', 2, signal);
        return vector(imageShiftUnits(x), imageShiftUnits(y));
      },
      write: ({ x, y }, signal) =>
        script.do('SetImageShift', [x, y], {
          ...(signal && { signal }),
        }),
    };
    this.beamShift = {
      read: async (signal) => {
        const [x = 0, y = 0] = await script.report('ReportBeamShift', 2, signal);
        return vector(beamShiftUnits(x), beamShiftUnits(y));
      },
      write: ({ x, y }, signal) =>
        script.do('SetBeamShift', [x, y], {
          ...(signal && { signal }),
        }),
    };
    this.defocus = {
      read: async (signal) => micrometres(await script.number('ReportDefocus', signal)),
      write: (value, signal) => script.do('SetDefocus', [inMicrometres(value)], { ...(signal && { signal }) }),
    };
    this.absoluteFocus = {
      read: async (signal) => rawLensValue(await script.number('ReportAbsoluteFocus', signal)),
      write: (value, signal) => script.do('SetAbsoluteFocus', [value], { ...(signal && { signal }) }),
    };
    this.spotSize = {
      read: number('ReportSpotSize'),
      write: (spot, signal) => this.changeSpot(spot, signal),
      range: [1, column.spotSizes],
    };
    this.intensity = {
      read: async (signal) => (await script.number('ReportPercentC2', signal)) / 100,
      write: (value, signal) => script.do('SetPercentC2', [100 * value], { ...(signal && { signal }) }),
    };
    this.probeMode = {
      read: (signal) => this.readProbeMode(signal),
      write: (mode, signal) => this.changeProbeMode(mode, signal),
    };
    this.screenDown = {
      read: async (signal) => (await script.number('ReportScreen', signal)) !== 0,
      write: (down, signal) => this.moveScreen(down, signal),
    };
    this.beamBlanked = {
      read: () => Promise.resolve(this.blanked),
      write: async (blanked, signal) => {
        await script.do('SetBeamBlank', [Number(blanked)], { ...(signal && { signal }) });
        this.blanked = blanked;
      },
    };
    this.highTension = {
      read: () =>
        column.highTension === undefined
          ? Promise.reject(serialEmErrors.notOnThisWire('the high tension'))
          : Promise.resolve(volts(column.highTension)),
    };
  }

  async normalize(group: LensGroup, signal?: AbortSignal): Promise<void> {
    if (signal) throwIfStopped(signal);
    await this.script.do('NormalizeLenses', [lensBits[group]], { limit: slowLimit, ...(signal && { signal }) });
    this.normalized = this.clock.now();
  }

  lastNormalized(): Seconds | undefined {
    return this.normalized;
  }

  private isLowMag(magIndex: number): boolean {
    return magIndex > 0 && magIndex < this.column.lowestRegularMag;
  }

  private async changeMagnification(index: number, signal?: AbortSignal): Promise<void> {
    inMagnificationTable(index, this.column.magIndexes);
    if ((await this.script.number('ReportMagIndex', signal)) === index) return;
    await this.script.do('SetMagIndex', [index], { limit: slowLimit, ...(signal && { signal }) });
    this.normalized = this.clock.now();
  }

  private async changeSpot(spot: number, signal?: AbortSignal): Promise<void> {
    if ((await this.script.number('ReportSpotSize', signal)) === spot) return;
    await this.script.do('SetSpotSize', [spot], { limit: slowLimit, ...(signal && { signal }) });
  }

  private async readProbeMode(signal?: AbortSignal): Promise<ProbeMode> {
    if (this.isLowMag(await this.script.number('ReportMagIndex', signal))) return 'micro';
    return (await this.script.number('ReportProbeMode', signal)) === inMicroprobe ? 'micro' : 'nano';
  }

  private async changeProbeMode(mode: ProbeMode, signal?: AbortSignal): Promise<void> {
    const magIndex = await this.script.number('ReportMagIndex', signal);
    if (this.isLowMag(magIndex)) {
      if (mode === 'nano') throw serialEmErrors.noNanoprobe(magIndex);
      return;
    }
    if ((await this.readProbeMode(signal)) !== mode)
      await this.script.do('SetProbeMode', [mode], { limit: slowLimit, ...(signal && { signal }) });
  }

  private async moveScreen(down: boolean, signal?: AbortSignal): Promise<void> {
    if ((await this.screenDown.read(signal)) === down) return;
    await this.script.do(down ? 'ScreenDown' : 'ScreenUp', [], { limit: slowLimit, ...(signal && { signal }) });
  }
}
