import {
  type Clock,
  type MagIndex,
  type Matrix,
  type Seconds,
  magIndex,
  milliseconds,
  seconds,
  throwIfStopped,
  volts,
  waitUntil,
} from '../../core/base';
import type {
  AlphaSelector,
  BeamShift,
  DelayReplacement,
  Diffraction,
  Driver,
  Illumination,
  NeutralImageShift,
  ReadableDriver,
  Scope,
  ScopeTraits,
  Screen,
  SettingDriver,
} from '../../core/devices';
import { inMagnificationTable } from '../../core/kernel';
import { formerDelayTable } from '../../core/optics';
import { type JeolColumn, rangeOf } from './column';
import { JeolScan } from './scan';
import { jeolErrors } from './errors';
import { JeolFocus } from './focus';
import { JeolShifts } from './shifts';
import { type JeolTransport, dacFull, functionModes, scanFunctionModes, screenPlaces } from './transport';

/** The former table of delays is five times too long for these columns. */
const scaledFormerTable: DelayReplacement = { of: formerDelayTable, delayFactor: 0.2, assumedStartup: seconds(0.25) };
const pollInterval = milliseconds(100);
const screenLimit = 15;
const alphaDelay = milliseconds(500);

/** Dependencies of a JEOL column. */
export interface JeolSurroundings {
  readonly clock: Clock;
  /** Beam shift for one unit of image shift at a mag index and alpha; undefined where it is not calibrated. */
  readonly imageToBeam: (magIndex: MagIndex, alpha: number) => Matrix | undefined;
}

/** A JEOL column as everybody else wants to see it, on top of any wire that speaks JEOL's terms. */
export class JeolScope
  implements
    Driver<Scope>,
    Driver<Illumination>,
    Driver<AlphaSelector>,
    Driver<BeamShift>,
    Driver<Screen>,
    Driver<NeutralImageShift>,
    Driver<Diffraction>
{
  readonly traits: ScopeTraits;
  readonly spotSizes: number;
  readonly brightestSpotSize = 1;
  readonly magIndex: SettingDriver<MagIndex>;
  readonly imageShift: Driver<Scope>['imageShift'];
  readonly beamShift: Driver<BeamShift>['beamShift'];
  readonly defocus: Driver<Scope>['defocus'];
  readonly absoluteFocus: Driver<Scope>['absoluteFocus'];
  readonly spotSize: SettingDriver<number>;
  readonly intensity: SettingDriver<number>;
  readonly screenDown: SettingDriver<boolean>;
  readonly beamBlanked: SettingDriver<boolean>;
  readonly minimumBlanking: Seconds;
  readonly highTension: Driver<Scope>['highTension'];
  readonly alpha: SettingDriver<number>;
  readonly cameraLengthIndex: SettingDriver<number>;
  /** Function mode from which the column went to diffraction. */
  private imagingMode: number | undefined;
  readonly neutral: ReadableDriver<Awaited<ReturnType<JeolShifts['neutral']>>>;
  /** The scan of a probe, on columns of sites that use it. */
  readonly scan: JeolScan;
  private readonly focus: JeolFocus;
  private readonly clock: Clock;
  /** True while a change of magnification is under way. */
  private changing = false;
  /** True from a command to the screen until it has arrived: until then it may report its old place. */
  private screenMoves = false;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: JeolColumn,
    { clock, imageToBeam }: JeolSurroundings,
  ) {
    this.clock = clock;
    this.traits = {
      model: column.model,
      resetsImageShiftOnMagnificationChange: true,
      usesProjectorForImageShift: column.imageShiftDeflector === 'PLA',
      filesFilteredBeamShiftsApart: !column.hasOmegaFilter,
      // Beam shift, which counts in nominal micrometres, shifts a scan.
      roughImageShiftScale: { ...column.imageShiftScale, scan: 1 },
      squareImageShiftLimits: true,
      focusRamp: { interval: milliseconds(80), initialDelay: milliseconds(250) },
      delayReplacements: [scaledFormerTable],
      stageError: { cycleX: 40, cycleY: 40, backlash: 10, smallestExtent: 0.5 },
      nominalSpecimenToStage: { xpx: column.invertsStageX ? 1 : -1, xpy: 0, ypx: 0, ypy: -1 },
    };
    this.scan = new JeolScan(transport, column, clock, () => this.focus.forget());
    const isLow = async (): Promise<boolean> =>
      (await transport.getFunctionMode()) ===
      ((await this.scan.inStem()) ? scanFunctionModes.lowMag : functionModes.lowMag);
    const shifts = new JeolShifts(transport, column, {
      isLow,
      inScan: () => this.scan.inStem(),
      imageToBeam: async () =>
        imageToBeam(magIndex(await this.readMagnification()), column.alphas > 0 ? await transport.getAlpha() : -999),
    });
    this.focus = new JeolFocus(
      transport,
      column,
      isLow,
      () => clock.now(),
      async () => ((await this.scan.inStem()) ? column.scan!.defocusFactor : undefined),
    );
    this.imageShift = shifts.imageShift;
    this.beamShift = shifts.beamShift;
    this.defocus = this.focus.defocus;
    this.absoluteFocus = this.focus.absolute;
    this.neutral = { read: () => shifts.neutral() };
    this.spotSizes = column.spotSizes;
    this.magIndex = {
      read: async () => magIndex(await this.readMagnification()),
      write: (index, signal) => this.changeMagnification(index, signal),
    };
    this.spotSize = {
      read: async () => (await transport.getSpotSize()) + 1,
      write: async (spot) => {
        if ((await transport.getSpotSize()) + 1 !== spot) await transport.setSpotSize(spot - 1);
      },
      range: [1, column.spotSizes],
    };
    this.intensity = {
      read: async () => (await transport.getLens('CL3')) / dacFull,
      write: (value) => transport.setLens('CL3', Math.round(value * dacFull)),
      deviceStep: 1 / dacFull,
      unit: '% C3',
    };
    this.alpha = {
      read: () => transport.getAlpha(),
      write: (alpha, signal) => this.changeAlpha(alpha, signal),
      range: [0, column.alphas - 1],
    };
    this.screenDown = { read: () => this.readScreenDown(), write: (down, signal) => this.moveScreen(down, signal) };
    this.minimumBlanking = column.minimumBlanking;
    this.beamBlanked = { read: () => transport.getBeamBlank(), write: (blanked) => transport.setBeamBlank(blanked) };
    this.highTension = { read: async () => volts(await transport.getHtValue()) };
    this.cameraLengthIndex = {
      read: () => this.readCameraLength(),
      write: (index, signal) => this.selectCameraLength(index, signal),
      range: [0, column.cameraLengths],
    };
  }

  /** Takes the present focus for zero defocus, as JEOL columns keep no zero of their own. */
  start(): Promise<void> {
    return this.focus.reset();
  }

  /** The magnifications of the mode that the column is in. */
  private async table(): Promise<Pick<JeolColumn, 'magIndexes' | 'ranges'>> {
    return (await this.scan.inStem()) ? this.column.scan! : this.column;
  }

  private async readMagnification(): Promise<number> {
    const { ranges } = await this.table();
    const mode = await this.transport.getFunctionMode();
    const range = ranges.find((each) => each.mode === mode);
    // Diffraction, and imaging modes that the site's table does not have, have no mag index.
    return range ? range.first + (await this.transport.getSelector()) : 0;
  }

  private async changeMagnification(index: number, signal?: AbortSignal): Promise<void> {
    const { transport, column } = this;
    const scanning = await this.scan.inStem();
    const table = await this.table();
    inMagnificationTable(index, table.magIndexes);
    // After a change that was broken off the column may still report where it was before.
    if (!this.changing && (await this.readMagnification()) === index) return;
    const range = rangeOf(table, index);
    if (scanning) await this.clock.delay(column.scan!.preMagDelay, signal);
    const across = this.changing || (await transport.getFunctionMode()) !== range.mode;
    if (signal) throwIfStopped(signal);
    this.changing = true;
    this.focus.forget();
    if (across) await transport.setFunctionMode(range.mode);
    await transport.setSelector(index - range.first);
    const arrived = await waitUntil(this.clock, async () => (await this.readMagnification()) === index, {
      limit: column.magEventWait,
      interval: pollInterval,
      signal,
    });
    if (!arrived) throw jeolErrors.magnificationTimeout(index, column.magEventWait);
    await this.clock.delay(across ? column.postMagDelay.across : column.postMagDelay.within, signal);
    this.changing = false;
  }

  private async readCameraLength(): Promise<number> {
    const diffracts = (await this.transport.getFunctionMode()) === functionModes.diffraction;
    return diffracts ? (await this.transport.getSelector()) + 1 : 0;
  }

  private async selectCameraLength(index: number, signal?: AbortSignal): Promise<void> {
    const { transport, column } = this;
    const mode = await transport.getFunctionMode();
    if (index === 0 && mode !== functionModes.diffraction) return;
    if (signal) throwIfStopped(signal);
    if (index === 0) await transport.setFunctionMode(this.imagingMode ?? rangeOf(column, column.lowestRegularMag).mode);
    else {
      if (mode !== functionModes.diffraction) this.imagingMode = mode;
      await transport.setFunctionMode(functionModes.diffraction);
      await transport.setSelector(index - 1);
    }
    // A column that stays at its last length never gets to a number beyond it.
    await waitUntil(this.clock, async () => (await this.readCameraLength()) === index, {
      limit: column.magEventWait,
      interval: pollInterval,
      signal,
    });
  }

  private async changeAlpha(alpha: number, signal?: AbortSignal): Promise<void> {
    if ((await this.transport.getAlpha()) === alpha) return;
    await this.transport.setAlpha(alpha);
    await this.clock.delay(alphaDelay, signal);
  }

  private async readScreenDown(): Promise<boolean> {
    // An inclined screen is in the way as well.
    return (await this.transport.getScreen()) !== screenPlaces.up;
  }

  private async moveScreen(down: boolean, signal?: AbortSignal): Promise<void> {
    const wanted = down ? screenPlaces.down : screenPlaces.up;
    if (!this.screenMoves && (await this.transport.getScreen()) === wanted) return;
    if (signal) throwIfStopped(signal);
    this.screenMoves = true;
    await this.transport.setScreen(wanted);
    const arrived = await waitUntil(this.clock, async () => (await this.transport.getScreen()) === wanted, {
      limit: screenLimit,
      interval: pollInterval,
      signal,
    });
    if (!arrived) throw jeolErrors.screenStuck(down ? 'down' : 'up', screenLimit);
    this.screenMoves = false;
    if (!down && this.column.screenRaiseDelay > 0) await this.clock.delay(this.column.screenRaiseDelay, signal);
  }
}
