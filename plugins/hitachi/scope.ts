import {
  type Clock,
  type MagIndex,
  type Matrix,
  type RawLensValue,
  type Seconds,
  type Vector,
  apply,
  beamShiftUnits,
  imageShiftUnits,
  length,
  magIndex,
  metres,
  milliseconds,
  rawLensValue,
  scale,
  subtract,
  throwIfStopped,
  vector,
  volts,
  waitUntil,
} from '../../core/base';
import type {
  BeamShift,
  Driver,
  Illumination,
  NeutralImageShift,
  ReadableDriver,
  ReportedMagnification,
  Scope,
  ScopeTraits,
  Screen,
  SettingDriver,
} from '../../core/devices';
import { kernelErrors } from '../../core/kernel';
import { type ColumnRange, type HitachiColumn, type HitachiMagnification, submodes } from './column';
import { hitachiErrors } from './errors';
import { type HitachiProtocol, coilStep, lensStep } from './protocol';

/** Hitachi writes FF for what a line is not about. */
const keep = 'FF';
const spotsInGroup = 5;
const screenPlaces = { up: 0, down: 1 };
const delays = {
  mode: milliseconds(400),
  focus: milliseconds(250),
  imageShift: milliseconds(150),
  poll: milliseconds(30),
  screenPoll: milliseconds(100),
};
const screenLimit = 15;
const magnificationLimit = 5;
/** A coil moves the beam or it does not; differences below this are noise of the last digit. */
const coilResolution = 1e-6;

/** Dependencies of a Hitachi column. */
export interface HitachiSurroundings {
  readonly clock: Clock;
  /** Beam shift for one unit of image shift at a magnification; undefined where it is not calibrated. */
  readonly imageToBeam: (magnification: HitachiMagnification) => Matrix | undefined;
  /** Value of the focusing lens in focus by mag index, as a share of its range; none where it is not calibrated. */
  readonly baseFocus?: () => ReadonlyMap<number, number>;
}

/** A zero of defocus: the value of the lens at a magnification. */
interface FocusZero {
  readonly value: number;
  readonly magIndex: number;
}
/** Base value of a lens whose base is not calibrated. */
const usualBase = 0.5;

/** A Hitachi column as everybody else wants to see it. */
export class HitachiScope
  implements
    Driver<Scope>,
    Driver<Illumination>,
    Driver<BeamShift>,
    Driver<Screen>,
    Driver<NeutralImageShift>,
    Driver<ReportedMagnification>
{
  readonly traits: ScopeTraits;
  readonly spotSizes: number;
  readonly brightestSpotSize: number;
  readonly magIndex: SettingDriver<MagIndex>;
  readonly imageShift: Driver<Scope>['imageShift'];
  readonly beamShift: Driver<BeamShift>['beamShift'];
  readonly defocus: Driver<Scope>['defocus'];
  readonly absoluteFocus: SettingDriver<RawLensValue>;
  readonly spotSize: SettingDriver<number>;
  readonly intensity: SettingDriver<number>;
  readonly screenDown: SettingDriver<boolean>;
  readonly beamBlanked: SettingDriver<boolean>;
  readonly minimumBlanking: Seconds;
  readonly reportedMagnification: ReadableDriver<number>;
  readonly highTension: Driver<Scope>['highTension'];
  readonly neutral: ReadableDriver<Vector<ReturnType<typeof imageShiftUnits>>>;
  private readonly zeros = new Map<boolean, FocusZero>();
  /** Position of the blanking coil before the beam was blanked; undefined while it is not. */
  private unblanked: Vector | undefined;
  /** True while a change of magnification is under way. */
  private changing = false;

  constructor(
    private readonly protocol: HitachiProtocol,
    private readonly column: HitachiColumn,
    private readonly surroundings: HitachiSurroundings,
  ) {
    this.traits = {
      model: column.model,
      resetsImageShiftOnMagnificationChange: true,
      remembersByMagnification: true,
      usesProjectorForImageShift: false,
      roughImageShiftScale: column.imageShiftScale,
      secondaryMagnificationsDiffer: true,
      squareImageShiftLimits: true,
      // The tilt axis is stage Y.
      stageError: { cycleX: 40, cycleY: 40, backlash: 20, smallestExtent: 0.5 },
      nominalSpecimenToStage: { xpx: 0, xpy: 1, ypx: -1, ypy: 0 },
    };
    this.spotSizes = column.spotSizes;
    // Hitachi counts from the dimmest one.
    this.brightestSpotSize = column.spotSizes;
    this.magIndex = {
      read: async () => magIndex((await this.magnification())?.index ?? 0),
      write: (index, signal) => this.changeMagnification(index, signal),
    };
    this.imageShift = {
      read: () => this.readImageShift(),
      write: (value) => this.shiftImage(value),
      deviceStep: vector(coilStep * column.imageShiftPerCoil, coilStep * column.imageShiftPerCoil),
    };
    // The column itself goes back to the value that it keeps for a magnification.
    this.neutral = { read: () => this.readImageShift() };
    this.beamShift = {
      read: async () => {
        const { x, y } = scale(await protocol.coil('BH'), column.beamShiftPerCoil);
        return vector(beamShiftUnits(x), beamShiftUnits(y));
      },
      write: (value) => protocol.setCoil('BH', coilValue('beam shift', value, column.beamShiftPerCoil)),
      deviceStep: vector(coilStep * column.beamShiftPerCoil, coilStep * column.beamShiftPerCoil),
    };
    this.defocus = {
      read: async () => {
        const { low, value, zero } = await this.readFocus();
        return metres((value - zero) * this.metresPerLens(low));
      },
      write: async (value) => {
        const { low, zero } = await this.readFocus();
        const lens = zero + value / this.metresPerLens(low);
        if (lens < 0 || lens > 1)
          throw hitachiErrors.outsideCoils('a defocus', `${(value * 1e6).toFixed(2)} um`, 'the range of the lens');
        await this.writeFocus(low, lens);
      },
    };
    this.absoluteFocus = {
      read: async () => rawLensValue((await this.readFocus()).value),
      write: async (value) => this.writeFocus((await this.readFocus()).low, value),
      range: [0, 1],
    };
    this.spotSize = {
      read: () => this.readSpot(),
      write: (spot, signal) => this.changeSpot(spot, signal),
      range: [1, column.spotSizes],
    };
    this.intensity = {
      read: () => protocol.lens('C2'),
      write: (value) => protocol.setLens('C2', value),
      deviceStep: lensStep,
      unit: '% C2',
    };
    this.screenDown = {
      read: async () => (await this.screenPlace()) !== screenPlaces.up,
      write: (down, signal) => this.moveScreen(down, signal),
    };
    this.minimumBlanking = column.minimumBlanking;
    this.beamBlanked = {
      read: () => Promise.resolve(this.unblanked !== undefined),
      write: (blanked) => this.blank(blanked),
    };
    // In diffraction the column reports something else under the same name.
    this.reportedMagnification = {
      read: async () => ((await this.range()) === undefined ? 0 : protocol.getNumber('Column Magnification')),
    };
    this.highTension = {
      read: async () => volts(1000 * (await protocol.getNumber('HighVoltage Value'))),
    };
  }

  /** Takes the present focus for zero defocus, as the column keeps no zero of its own. */
  async start(): Promise<void> {
    this.zeros.clear();
    await this.readFocus();
  }

  /** The row of the table that the column is at; undefined in diffraction. */
  private async magnification(): Promise<HitachiMagnification | undefined> {
    const range = await this.range();
    const value = await this.protocol.getNumber('Column Magnification');
    return this.column.magnifications.find((each) => each.range === range && each.magnification === value);
  }

  private async range(): Promise<ColumnRange | undefined> {
    const [, submode = 0] = await this.protocol.getHex('Column Mode', 2, 2);
    return (Object.keys(submodes) as ColumnRange[]).find((range) => Number.parseInt(submodes[range], 16) === submode);
  }

  private async changeMagnification(index: number, signal?: AbortSignal): Promise<void> {
    const { protocol } = this;
    const to = this.column.magnifications.find((each) => each.index === index);
    if (!to) throw kernelErrors.outOfRange('mag index', String(index), 'the indexes in MagnificationTable');
    const from = await this.magnification();
    // After a change that was broken off the column may still report where it was before.
    if (!this.changing && from?.index === index) return;
    const focus = (await this.readFocus()).value;
    const shift = await protocol.coil(this.column.imageShiftCoils[to.range]);
    if (signal) throwIfStopped(signal);
    const across = this.changing || from?.range !== to.range;
    this.changing = true;
    if (across) {
      await protocol.set('Column Mode', keep, submodes[to.range]);
      await this.surroundings.clock.delay(delays.mode, signal);
    }
    await protocol.set('Column Magnification', to.magnification);
    await this.waitFor(async () => (await this.readFocus()).value !== focus, delays.focus, signal);
    await this.waitFor(
      async () => length(subtract(await protocol.coil(this.column.imageShiftCoils[to.range]), shift)) > coilResolution,
      delays.imageShift,
      signal,
    );
    if (
      !(await waitUntil(this.surroundings.clock, async () => (await this.magnification())?.index === index, {
        limit: magnificationLimit,
        interval: delays.poll,
        signal,
      }))
    )
      throw hitachiErrors.notSet(
        `Set Column Magnification ${to.magnification}`,
        `mag index ${(await this.magnification())?.index ?? 0}, not ${index}`,
      );
    this.changing = false;
  }

  /** Waits until something has happened, which it need not. */
  private async waitFor(happened: () => Promise<boolean>, limit: Seconds, signal?: AbortSignal): Promise<void> {
    await waitUntil(this.surroundings.clock, happened, { limit, interval: delays.poll, signal });
  }

  private async readImageShift(): Promise<Vector<ReturnType<typeof imageShiftUnits>>> {
    const range = (await this.range()) ?? 'HC';
    const { x, y } = scale(await this.protocol.coil(this.column.imageShiftCoils[range]), this.column.imageShiftPerCoil);
    return vector(imageShiftUnits(x), imageShiftUnits(y));
  }

  private async shiftImage(value: Vector): Promise<void> {
    const { protocol, column } = this;
    const coil = coilValue('image shift', value, column.imageShiftPerCoil);
    const at = await this.magnification();
    const range = at?.range ?? (await this.range()) ?? 'HC';
    const imageToBeam = at && !column.followsWithBeam[range] ? this.surroundings.imageToBeam(at) : undefined;
    const change = imageToBeam && apply(imageToBeam, subtract<number>(value, await this.readImageShift()));
    const beam =
      change &&
      coilValue(
        'beam shift',
        { x: (await this.beamShift.read()).x + change.x, y: (await this.beamShift.read()).y + change.y },
        column.beamShiftPerCoil,
      );
    await protocol.setCoil(column.imageShiftCoils[range], coil);
    if (beam && length(change) > coilResolution) await protocol.setCoil('BH', beam);
  }

  private metresPerLens(low: boolean): number {
    const { regular, lowMagnification } = this.column.defocusPerLens;
    return (low ? lowMagnification : regular) * 1e-6;
  }

  /** The value of the lens that focuses, and that at which defocus reads zero: the column gives it a base of its own at each magnification. */
  private async readFocus(): Promise<{ readonly low: boolean; readonly value: number; readonly zero: number }> {
    const low = (await this.range()) === 'LM';
    const value = await this.protocol.lens(low ? 'I1' : 'OBJ');
    const bases = this.surroundings.baseFocus?.() ?? new Map<number, number>();
    const zero = this.zeros.get(low);
    if (zero && bases.size === 0) return { low, value, zero: zero.value };
    const magIndex = (await this.magnification())?.index ?? 0;
    if (!zero) this.zeros.set(low, { value, magIndex });
    const baseOf = (index: number): number => bases.get(index) ?? usualBase;
    return { low, value, zero: zero ? zero.value + baseOf(magIndex) - baseOf(zero.magIndex) : value };
  }

  private writeFocus(low: boolean, value: number): Promise<void> {
    return this.protocol.setLens(low ? 'I1' : 'OBJ', value);
  }

  private async mode(): Promise<number> {
    const [mode = 0] = await this.protocol.getHex('Column Mode', 2, 2);
    return mode;
  }

  private async readSpot(): Promise<number> {
    return ((await this.mode()) % spotsInGroup) + 1;
  }

  /** The column finds a lower spot size reliably only from below. */
  private async changeSpot(spot: number, signal?: AbortSignal): Promise<void> {
    const mode = await this.mode();
    const from = (mode % spotsInGroup) + 1;
    if (from === spot) return;
    const steps = spot > from ? [spot] : Array.from({ length: spot }, (_, below) => below + 1);
    for (const step of steps) {
      if (signal) throwIfStopped(signal);
      await this.protocol.set('Column Mode', hexByte(mode - from + step), keep);
      await this.surroundings.clock.delay(this.column.spotStepDelay, signal);
    }
    const arrived = await this.readSpot();
    if (arrived !== spot)
      throw hitachiErrors.notSet(`Set Column Mode ${hexByte(mode - from + spot)},${keep}`, `spot size ${arrived}`);
  }

  private screenPlace(): Promise<number> {
    return this.protocol.getNumber('Screen Position');
  }

  private async moveScreen(down: boolean, signal?: AbortSignal): Promise<void> {
    const { clock } = this.surroundings;
    const wanted = down ? screenPlaces.down : screenPlaces.up;
    if ((await this.screenPlace()) === wanted) return;
    await this.protocol.set('Screen Position', wanted);
    const arrived = await waitUntil(clock, async () => (await this.screenPlace()) === wanted, {
      limit: screenLimit,
      interval: delays.screenPoll,
      signal,
    });
    if (!arrived) throw hitachiErrors.screenStuck(down ? 'down' : 'up', screenLimit);
    if (!down && this.column.screenRaiseDelay > 0) await clock.delay(this.column.screenRaiseDelay, signal);
  }

  /** The column has no blanker: a gun coil deflects the beam away. */
  private async blank(blanked: boolean): Promise<void> {
    const { coil, axis, delta } = this.column.blanking;
    if (blanked === (this.unblanked !== undefined)) return;
    if (!blanked) {
      await this.protocol.setCoil(coil, this.unblanked!);
      this.unblanked = undefined;
      return;
    }
    const before = await this.protocol.coil(coil);
    const offset = Math.abs(before[axis] + delta) <= 1 ? delta : -delta;
    // Remembered first: should the answer be lost, the next unblanking puts the coil right.
    this.unblanked = before;
    await this.protocol.setCoil(coil, { ...before, [axis]: before[axis] + offset });
  }
}

function coilValue(what: string, value: Vector, perCoil: number): Vector {
  const coil = { x: value.x / perCoil, y: value.y / perCoil };
  if (Math.max(Math.abs(coil.x), Math.abs(coil.y)) > 1)
    throw hitachiErrors.outsideCoils(
      `a ${what}`,
      `${value.x.toFixed(2)}, ${value.y.toFixed(2)} units`,
      `${perCoil} units on each axis`,
    );
  return coil;
}

const hexByte = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
