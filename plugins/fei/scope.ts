import {
  type Clock,
  type Metres,
  type RawLensValue,
  type Seconds,
  beamShiftUnits,
  imageShiftUnits,
  magIndex,
  metres,
  milliseconds,
  rawLensValue,
  seconds,
  throwIfStopped,
  volts,
  waitUntil,
} from '../../core/base';
import type {
  AutomaticNormalization,
  BeamShift,
  DelayReplacement,
  Diffraction,
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
import { currentDelayTable, formerDelayTable } from '../../core/optics';
import {
  type AreaLimits,
  areaOfIntensity,
  calibratedLimits,
  hasCalibratedLimits,
  intensityOfArea,
} from '../../core/illumination';
import type { Calibrations } from '../../core/store';
import type { FeiColumn } from './column';
import { FeiScan } from './scan';
import { feiErrors } from './errors';
import { type FeiTransport, imagingMode, lacksOf, lensNumbers, probeModes, screenPositions } from './transport';

const groupNumbers: Readonly<Record<LensGroup, number>> = {
  'spot size': lensNumbers.spotSize,
  condenser: lensNumbers.condenser,
  illumination: lensNumbers.illumination,
  objective: lensNumbers.objective,
  projector: lensNumbers.projector,
  all: lensNumbers.all,
};
/** Delays that came with the current template, with the start-up time of a camera that they reckon with on these columns. */
const currentTable: DelayReplacement = {
  of: currentDelayTable,
  maxExtraPerDoubling: seconds(0.1),
  assumedStartup: seconds(0.25),
};
const currentTableOnly = [currentTable];
/** Image shift of three-condenser columns settles fast, so the former table is replaced there. */
const fastSettling = [{ ...currentTable, of: formerDelayTable, delays: currentDelayTable }, currentTable];
const pollInterval = milliseconds(50);
const screenLimit = 15;
const diffractionLimit = 10;

/** An FEI column as everybody else wants to see it, on top of any wire that speaks FEI's terms. */
export class FeiScope
  implements
    Driver<Scope>,
    Driver<Illumination>,
    Driver<ProbeModeSelector>,
    Driver<BeamShift>,
    Driver<Screen>,
    Driver<LensNormalization>,
    Driver<AutomaticNormalization>,
    Driver<Diffraction>
{
  readonly traits: ScopeTraits;
  readonly spotSizes: number;
  readonly brightestSpotSize = 1;
  /** The scan of a probe, on columns of sites that use it. */
  readonly scan: FeiScan;
  readonly magIndex: Driver<Scope>['magIndex'];
  readonly imageShift: Driver<Scope>['imageShift'];
  readonly beamShift: Driver<BeamShift>['beamShift'];
  readonly defocus: SettingDriver<Metres>;
  readonly absoluteFocus: SettingDriver<RawLensValue>;
  readonly spotSize: SettingDriver<number>;
  readonly intensity: SettingDriver<number>;
  readonly probeMode: SettingDriver<ProbeMode>;
  readonly screenDown: SettingDriver<boolean>;
  readonly beamBlanked: SettingDriver<boolean>;
  readonly minimumBlanking: Seconds;
  readonly highTension: ReadableDriver<ReturnType<typeof volts>>;
  readonly automaticNormalization: SettingDriver<boolean>;
  readonly cameraLengthIndex: SettingDriver<number>;
  /** Mag index from which the column went to diffraction. */
  private imagedAt: number | undefined;
  private normalized: Seconds | undefined;

  constructor(
    private readonly transport: FeiTransport,
    private readonly column: FeiColumn,
    private readonly clock: Clock,
    private readonly calibrations: () => Pick<Calibrations, 'records'> | undefined = () => undefined,
  ) {
    this.traits = {
      model: column.model,
      resetsImageShiftOnMagnificationChange: false,
      usesProjectorForImageShift: false,
      keepsBeamAtImageShift: true,
      roughImageShiftScale: column.imageShiftScale,
      squareImageShiftLimits: column.usesIlluminatedArea,
      // Eucentric focus.
      standardLowMagFocus: 0,
      focusRamp: { interval: milliseconds(40), initialDelay: milliseconds(100) },
      delayReplacements: column.usesIlluminatedArea ? fastSettling : currentTableOnly,
      stageError: { cycleX: 62, cycleY: 41, backlash: 5, smallestExtent: 0.9 },
      nominalSpecimenToStage: { xpx: column.invertsStageX ? 1 : -1, xpy: 0, ypx: 0, ypy: -1 },
    };
    this.spotSizes = column.spotSizes;
    this.scan = new FeiScan(transport, column, clock);
    this.magIndex = {
      read: async (signal) =>
        (await this.scan.inStem(signal))
          ? this.scan.magIndex(signal)
          : magIndex(await transport.getMagnificationIndex(signal)),
      write: (index, signal) => this.changeMagnification(index, signal),
    };
    // The coils below the specimen do not move a scan; the probe itself is shifted.
    this.imageShift = {
      read: async (signal) => {
        const scanning = await this.scan.inStem(signal);
        return pairOf(
          scanning ? await transport.getBeamShift(signal) : await transport.getImageShift(signal),
          imageShiftUnits,
        );
      },
      write: async ({ x, y }, signal) =>
        (await this.scan.inStem(signal)) ? transport.setBeamShift(x, y, signal) : transport.setImageShift(x, y, signal),
    };
    this.beamShift = {
      read: async (signal) => pairOf(await transport.getBeamShift(signal), beamShiftUnits),
      write: ({ x, y }, signal) => transport.setBeamShift(x, y, signal),
    };
    this.defocus = {
      read: async (signal) => metres(await transport.getDefocus(signal)),
      write: (value, signal) => transport.setDefocus(value, signal),
    };
    this.absoluteFocus = {
      read: async (signal) => rawLensValue(await transport.getAbsFocus(signal)),
      write: (value, signal) => transport.setAbsFocus(value, signal),
      range: [-1, 1],
    };
    this.spotSize = {
      read: (signal) => transport.getSpotSize(signal),
      write: (spot, signal) => this.changeSpot(spot, signal),
      range: [1, column.spotSizes],
    };
    this.intensity = column.usesIlluminatedArea
      ? {
          read: async (signal) =>
            intensityOfArea(await transport.getIlluminatedArea(signal), await this.areaLimits(signal)),
          write: async (value, signal) =>
            transport.setIlluminatedArea(areaOfIntensity(value, await this.areaLimits(signal)), signal),
          unit: '% IA',
        }
      : {
          read: (signal) => transport.getIntensity(signal),
          write: (value, signal) => transport.setIntensity(value, signal),
          unit: '% C2',
        };
    this.probeMode = {
      read: (signal) => this.readProbeMode(signal),
      write: (mode, signal) => this.changeProbeMode(mode, signal),
    };
    this.screenDown = {
      read: (signal) => this.readScreenDown(signal),
      write: (down, signal) => this.moveScreen(down, signal),
    };
    this.minimumBlanking = column.minimumBlanking;
    this.beamBlanked = {
      read: (signal) => transport.getBeamBlank(signal),
      write: (blanked, signal) => transport.setBeamBlank(blanked, signal),
    };
    this.highTension = { read: async (signal) => volts(await transport.getHighVoltage(signal)) };
    this.automaticNormalization = {
      read: (signal) => transport.getAutoNormEnabled(signal),
      write: (on, signal) => transport.setAutoNormEnabled(on, signal),
    };
    this.cameraLengthIndex = {
      read: async (signal) => ((await this.diffracts(signal)) ? transport.getCameraLengthIndex(signal) : 0),
      write: (index, signal) => this.selectCameraLength(index, signal),
      range: [0, column.cameraLengths],
    };
  }

  async normalize(group: LensGroup, signal?: AbortSignal): Promise<void> {
    if (signal) throwIfStopped(signal);
    await this.normalizeLenses(groupNumbers[group], signal);
  }

  lastNormalized(): Seconds | undefined {
    return this.normalized;
  }

  private async normalizeLenses(lens: number, signal?: AbortSignal): Promise<void> {
    await this.transport.normalizeLens(lens, signal);
    this.normalized = this.clock.now();
  }

  private isLowMag(magIndex: number): boolean {
    return magIndex > 0 && magIndex < this.column.lowestRegularMag;
  }

  private async changeMagnification(index: number, signal?: AbortSignal): Promise<void> {
    if (await this.scan.inStem(signal)) return this.scan.magnify(index, signal);
    inMagnificationTable(index, this.column.magIndexes);
    if ((await this.transport.getImagingMode(signal)) !== imagingMode.imaging) await this.leaveDiffraction(signal);
    const from = await this.transport.getMagnificationIndex(signal);
    if (from === index) return;
    const crossesRange = this.isLowMag(from) !== this.isLowMag(index);
    await this.duringTransient(async () => {
      await this.transport.setMagnificationIndex(index, signal);
      if (this.column.normalizesProjector)
        await this.normalizeLenses(crossesRange ? lensNumbers.projection : lensNumbers.projector, signal);
    }, signal);
  }

  private async diffracts(signal?: AbortSignal): Promise<boolean> {
    return (await this.transport.getImagingMode(signal)) === imagingMode.diffraction;
  }

  private async selectCameraLength(index: number, signal?: AbortSignal): Promise<void> {
    const { transport } = this;
    const diffracts = await this.diffracts(signal);
    if (index > 0) {
      if (!diffracts) this.imagedAt = await transport.getMagnificationIndex(signal);
      // Sent also where it reports diffraction: it may be leaving it.
      await transport.setImagingMode(imagingMode.diffraction, signal);
      return transport.setCameraLengthIndex(index, signal);
    }
    if (!diffracts) return;
    await this.leaveDiffraction(signal);
    // On some columns the way there and back ends at another magnification.
    if (this.imagedAt) await this.changeMagnification(this.imagedAt, signal);
  }

  private async leaveDiffraction(signal?: AbortSignal): Promise<void> {
    await this.transport.setImagingMode(imagingMode.imaging, signal);
    const arrived = await waitUntil(
      this.clock,
      async () => (await this.transport.getImagingMode(signal)) === imagingMode.imaging,
      { limit: diffractionLimit, interval: pollInterval, signal },
    );
    if (!arrived) throw feiErrors.stillDiffracting(diffractionLimit);
  }

  private async changeSpot(spot: number, signal?: AbortSignal): Promise<void> {
    if ((await this.transport.getSpotSize(signal)) === spot) return;
    await this.duringTransient(async () => {
      await this.transport.setSpotSize(spot, signal);
      if (this.column.normalizesCondenser) await this.normalizeLenses(lensNumbers.spotSize, signal);
    }, signal);
  }

  /** The column's own normalization is off meanwhile, where it was on: it would run a second time, and with other lenses. */
  private async duringTransient(change: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    const blanks = this.column.blanksDuringTransients && !(await this.transport.getBeamBlank(signal));
    if (blanks) await this.transport.setBeamBlank(true, signal);
    const switchesOff =
      !lacksOf(this.transport).has('automatic normalization') && (await this.transport.getAutoNormEnabled(signal));
    try {
      if (switchesOff) await this.transport.setAutoNormEnabled(false, signal);
      try {
        await change();
      } finally {
        if (switchesOff) await this.transport.setAutoNormEnabled(true);
      }
    } finally {
      if (blanks) await this.transport.setBeamBlank(false);
    }
  }

  private async readProbeMode(signal?: AbortSignal): Promise<ProbeMode> {
    if (await this.scan.inStem(signal)) return this.scan.probe(signal);
    // In low magnification the column may still report the mode that it will return to.
    if (this.isLowMag(await this.transport.getMagnificationIndex(signal))) return 'micro';
    return (await this.transport.getProbeMode(signal)) === probeModes.nano ? 'nano' : 'micro';
  }

  private async changeProbeMode(mode: ProbeMode, signal?: AbortSignal): Promise<void> {
    const { transport } = this;
    // A scan has magnifications of its own, with both probe modes in each range.
    const magIndex = (await this.scan.inStem(signal)) ? 0 : await transport.getMagnificationIndex(signal);
    if (this.isLowMag(magIndex)) {
      if (mode === 'nano') throw feiErrors.noNanoprobe(magIndex);
      return;
    }
    if ((await this.readProbeMode(signal)) === mode) return;
    const shift = await transport.getImageShift(signal);
    try {
      await transport.setProbeMode(probeModes[mode], signal);
      await this.clock.delay(this.column.postProbeDelay, signal);
    } finally {
      await transport.setImageShift(shift.x, shift.y);
    }
  }

  /** Calibrated limits for this spot size and probe mode, or else those that the site has entered. */
  private async areaLimits(signal?: AbortSignal): Promise<AreaLimits | undefined> {
    const calibrations = this.calibrations();
    if (!calibrations || !hasCalibratedLimits(calibrations)) return this.column.illuminatedAreaLimits;
    const calibrated = calibratedLimits(
      calibrations,
      await this.transport.getSpotSize(signal),
      await this.readProbeMode(signal),
    );
    return calibrated ?? this.column.illuminatedAreaLimits;
  }

  private async readScreenDown(signal?: AbortSignal): Promise<boolean> {
    // A screen that is neither here nor there is taken to be in the way.
    return (await this.transport.getMainScreen(signal)) !== screenPositions.up;
  }

  private async moveScreen(down: boolean, signal?: AbortSignal): Promise<void> {
    const wanted = down ? screenPositions.down : screenPositions.up;
    if ((await this.transport.getMainScreen(signal)) === wanted) return;
    await this.transport.setMainScreen(wanted, signal);
    const arrived = await waitUntil(this.clock, async () => (await this.transport.getMainScreen(signal)) === wanted, {
      limit: screenLimit,
      interval: pollInterval,
      signal,
    });
    if (!arrived) throw feiErrors.screenStuck(down ? 'down' : 'up', screenLimit);
    if (!down && this.column.screenRaiseDelay > 0) await this.clock.delay(this.column.screenRaiseDelay, signal);
  }
}

const pairOf = <Unit extends number>(
  raw: { readonly x: number; readonly y: number },
  unit: (value: number) => Unit,
): { x: Unit; y: Unit } => ({
  x: unit(raw.x),
  y: unit(raw.y),
});
