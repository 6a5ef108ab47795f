import {
  type Clock,
  type ImageShiftUnits,
  type Logger,
  type MagIndex,
  type RawLensValue,
  type Vector,
  describe,
  milliseconds,
  vector,
} from '../base';
import type { Cameras, Readable, Setting } from '../devices';
import { type LowDose, type LowDoseArea, type LowDoseAreaName, type LowDoseChange, lowDoseAreas } from '../kernel';
import type { ImageShiftCarrying, ImageShiftControl, Optics } from '../optics';
import type { Settings } from '../settings';
import type { SettingsFile, UserSettings } from '../user-settings';
import { areaKeyword, emptyArea, isLineOf, readArea, writeArea } from './area-lines';
import { type InForce, type PlacedArea, type PlanContext, type PresentColumn, planWay } from './area-plan';
import { lowDoseErrors } from './errors';
import { type LowDoseStateFile, nothingInForce } from './low-dose-state';
import { type AreaDevices, walk } from './walk';

/** Dependencies of Low Dose. */
export interface LowDoseParts {
  readonly devices: Omit<AreaDevices, 'imageShift'>;
  readonly absoluteFocus: Readable<RawLensValue>;
  readonly beamBlanked: Setting<boolean>;
  /** The viewing screen, where there is one: true when it is down. */
  readonly screenDown?: Readable<boolean>;
  readonly imageShift: Pick<ImageShiftControl, 'net' | 'write' | 'checkLimits'>;
  readonly carrying: Pick<ImageShiftCarrying, 'suspend'>;
  readonly optics: Pick<Optics, 'at' | 'transferImageShift'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly settings: Pick<Settings, 'get'>;
  readonly user: { readonly file: Pick<SettingsFile, 'text' | 'edit'>; readonly userSettings: UserSettings };
  readonly state: Pick<LowDoseStateFile, 'read' | 'write' | 'clear'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Multiplies the delay after image shift, by area, as operators are used to. */
const delayFactors: Readonly<Record<LowDoseAreaName, number>> = {
  View: 0.3,
  Focus: 1.5,
  Trial: 0.6,
  Record: 0.9,
  Search: 0.05,
};
/** Settings of an area that the column has, by the field that holds each. */
const columnFields = ['magIndex', 'spotSize', 'intensity', 'alpha', 'probeMode'] as const;
/** Focus within this share of its range is the same focus. */
const sameFocus = 1e-7;
const maxAxisPosition = 19;

/** Low Dose over the devices of a column, with its areas in the user's settings file. */
export class LowDoseControl implements LowDose {
  continuousUpdate = false;
  private isOn = false;
  private current: LowDoseAreaName | undefined;
  private inForce: InForce = nothingInForce;
  private moving = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly parts: LowDoseParts) {
    parts.user.userSettings.onChange(() => this.changed());
  }

  get on(): boolean {
    return this.isOn;
  }

  get area(): LowDoseAreaName | undefined {
    return this.current;
  }

  get areas(): Readonly<Record<LowDoseAreaName, LowDoseArea>> {
    return Object.fromEntries(lowDoseAreas.map((name) => [name, this.read(name).area])) as Record<
      LowDoseAreaName,
      LowDoseArea
    >;
  }

  async turnOn(signal?: AbortSignal): Promise<void> {
    if (this.isOn) return;
    if (this.moving) throw lowDoseErrors.busy();
    this.inForce = await this.leftInForce(signal);
    this.isOn = true;
    this.continuousUpdate = false;
    await this.blankAsNeeded(signal);
    this.changed();
  }

  async turnOff(signal?: AbortSignal): Promise<void> {
    if (!this.isOn) return;
    if (this.current !== undefined && this.current !== 'Record') await this.goTo('Record', signal);
    this.isOn = false;
    this.current = undefined;
    this.inForce = nothingInForce;
    this.continuousUpdate = false;
    this.parts.state.clear();
    await this.parts.beamBlanked.write(false, signal);
    this.changed();
  }

  async goTo(name: LowDoseAreaName, signal?: AbortSignal): Promise<void> {
    if (!this.isOn) throw lowDoseErrors.off();
    await this.alone(async () => {
      if (this.continuousUpdate && this.current !== undefined) await this.store(this.current, signal);
      const from = this.current ?? 'Record';
      await this.enter(name, this.placed(from), signal);
    });
  }

  async change(name: LowDoseAreaName, change: LowDoseChange, signal?: AbortSignal): Promise<void> {
    if (Math.abs(change.axisPosition ?? 0) > maxAxisPosition)
      throw lowDoseErrors.refused(
        `${name} would be ${change.axisPosition} um from the axis`,
        `Give a position within ${maxAxisPosition} um.`,
      );
    await this.alone(async () => {
      const before = this.placed(name);
      await this.define(name, { ...before.area, ...change });
      if (this.isOn && this.current === name) await this.enter(name, before, signal);
    });
    this.changed();
  }

  async copy(from: LowDoseAreaName, to: LowDoseAreaName, signal?: AbortSignal): Promise<void> {
    const source = this.areas[from];
    const none = { beamShiftOffset: emptyArea.beamShiftOffset, beamTiltOffset: emptyArea.beamTiltOffset };
    await this.change(
      to,
      { ...source, axisPosition: this.areas[to].axisPosition, ...(to === 'Record' && none) },
      signal,
    );
  }

  async balance(): Promise<void> {
    const { Record: record, Focus: focus, Trial: trial } = this.areas;
    const isBalanced = Math.abs(record.axisPosition) > 1e-5;
    const mean = (focus.axisPosition + trial.axisPosition) / 2;
    const by = isBalanced ? -record.axisPosition : (record.axisPosition - mean) / 2 - record.axisPosition;
    // Only the origin changes: what the operator has added to image shift takes up the difference, so that nothing moves.
    await this.alone(async () => {
      for (const name of ['Focus', 'Trial', 'Record'] as const) {
        const area = this.areas[name];
        await this.define(name, { ...area, axisPosition: area.axisPosition + by });
      }
    });
    this.changed();
  }

  async update(signal?: AbortSignal): Promise<void> {
    const { current } = this;
    if (!this.isOn || current === undefined) return;
    await this.alone(() => this.store(current, signal));
    this.changed();
  }

  onChange(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  /** Blanks the beam, or not, as Low Dose wants it between images. */
  async blankAsNeeded(signal?: AbortSignal): Promise<void> {
    if (!this.isOn) return;
    const { userSettings } = this.parts.user;
    const down = (await this.parts.screenDown?.read(signal)) ?? false;
    const blanks = down ? userSettings.get('LowDoseBlankWhenDown') : !userSettings.get('SkipBlankingInLowDose');
    if ((await this.parts.beamBlanked.read(signal)) !== blanks) await this.parts.beamBlanked.write(blanks, signal);
  }

  /** Goes from an area, as it was when it was entered, to another one. */
  private async enter(name: LowDoseAreaName, from: PlacedArea, signal?: AbortSignal): Promise<void> {
    const { log, clock, state, absoluteFocus, carrying } = this.parts;
    const present = await this.present(signal);
    if (this.read(name).diffraction) throw lowDoseErrors.diffraction(name);
    await this.complete(name, present);
    const to = this.placed(name);
    const steps = planWay(present, { area: from, inForce: this.inForce }, to, this.context());
    const focusBefore = await absoluteFocus.read(signal);
    const before = { area: from.name, inForce: this.inForce, magIndex: present.magIndex, absoluteFocus: focusBefore };
    await state.write({ ...before, moving: true });
    // The image shift of each area follows from its place, not from that of the magnification before.
    const resume = carrying.suspend();
    try {
      const failed = await walk(steps, this.devices, clock, signal);
      if (failed) {
        if (failed.left.length > 0) {
          this.current = undefined;
          this.inForce = nothingInForce;
          throw lowDoseErrors.notRestored(name, failed.cause, failed.left);
        }
        await state.write({ ...before, moving: false });
        throw failed.cause;
      }
    } finally {
      resume();
    }
    this.current = name;
    this.inForce = {
      defocusOffset: to.defocusOffset,
      beamShiftOffset: to.area.beamShiftOffset,
      beamTiltOffset: to.area.beamTiltOffset,
    };
    await state.write({
      area: name,
      inForce: this.inForce,
      magIndex: to.area.magIndex ?? present.magIndex,
      absoluteFocus: await absoluteFocus.read(),
      moving: false,
    });
    await this.blankAsNeeded(signal).catch((error: unknown) =>
      log.warn(`The beam was not blanked: ${describe(error)}`),
    );
    this.changed();
  }

  private get devices(): AreaDevices {
    const { devices, imageShift } = this.parts;
    return {
      ...devices,
      imageShift: {
        read: (signal) => imageShift.net.read(signal),
        write: async (value, delayFactor, signal) =>
          void (await imageShift.write(value, { delayFactor, ...(signal && { signal }) })),
      },
    };
  }

  private async present(signal?: AbortSignal): Promise<PresentColumn> {
    const { devices, imageShift } = this.parts;
    const { spotSize, intensity, alpha, probeMode } = devices;
    return {
      magIndex: await devices.magIndex.read(signal),
      imageShift: await imageShift.net.read(signal),
      ...(spotSize && { spotSize: await spotSize.read(signal) }),
      ...(intensity && { intensity: await intensity.read(signal) }),
      ...(alpha && { alpha: await alpha.read(signal) }),
      ...(probeMode && { probeMode: await probeMode.read(signal) }),
    };
  }

  /** Fills what nobody has defined with what the column has. */
  private async complete(name: LowDoseAreaName, present: PresentColumn): Promise<void> {
    const { area } = this.read(name);
    const missing = columnFields.filter((field) => area[field] === undefined && present[field] !== undefined);
    if (missing.length === 0) return;
    await this.define(name, { ...area, ...Object.fromEntries(missing.map((field) => [field, present[field]])) });
  }

  private async store(name: LowDoseAreaName, signal?: AbortSignal): Promise<void> {
    const present = await this.present(signal);
    const { area } = this.read(name);
    const fields = Object.fromEntries(columnFields.map((field) => [field, present[field] ?? area[field]]));
    await this.define(name, { ...area, ...(fields as Partial<LowDoseArea>) });
  }

  /** The place of an area and what it adds. View and Search stand where Record does. */
  private placed(name: LowDoseAreaName): PlacedArea {
    const { userSettings } = this.parts.user;
    const { area } = this.read(name);
    const standing = name === 'View' || name === 'Search' ? this.read('Record').area : area;
    const angle = userSettings.get('LowDoseRotateAxis') ? (userSettings.get('LowDoseAxisAngle') * Math.PI) / 180 : 0;
    const [x = 0, y = 0] =
      name === 'View'
        ? userSettings.get('LowDoseViewShift')
        : name === 'Search'
          ? userSettings.get('LDSearchShift')
          : [];
    const offsets: Partial<Record<LowDoseAreaName, number>> = {
      View: userSettings.get('LowDoseViewDefocus'),
      Search: userSettings.get('LowDoseSearchDefocus'),
    };
    return {
      name,
      area,
      place: vector(standing.axisPosition * Math.cos(angle), standing.axisPosition * Math.sin(angle)),
      shiftOffset: vector(x, y),
      defocusOffset: offsets[name] ?? 0,
    };
  }

  private context(): PlanContext {
    const { optics, cameras, imageShift, settings, user } = this.parts;
    const camera = cameras.selected.traits.index;
    const at = (magIndex: MagIndex) => optics.at({ magIndex, camera });
    const lenses = settings.get('NormCondenserInLowDose');
    const normalizing = {
      normalizing:
        lenses === 0
          ? { view: this.read('View').area, wait: milliseconds(settings.get('LowDoseBeamNormDelay')) }
          : { lenses: lenses === 2 ? ('all' as const) : ('condenser' as const) },
    };
    return {
      toSpecimen: (magIndex) => at(magIndex).imageShiftToSpecimen,
      isLow: (magIndex) => at(magIndex).isLowMagnification,
      magnificationFalls: (from, to) => at(to).magnification < at(from).magnification,
      transfer: (value, from, to) => optics.transferImageShift<ImageShiftUnits>(value, from, to, camera),
      checkLimits: (value: Vector<ImageShiftUnits>, magIndex) => imageShift.checkLimits(value, magIndex),
      ...(user.userSettings.get('LowDoseNormalizeBeam') && normalizing),
      shiftsBeamTilt: settings.get('LowDoseBeamTiltShifts'),
      delayFactor: (name) => delayFactors[name],
    };
  }

  private get table(): number {
    const { stem, behindFilter } = this.parts.cameras.selected.traits;
    return stem ? 2 : behindFilter ? 1 : 0;
  }

  private read(name: LowDoseAreaName): { readonly area: LowDoseArea; readonly diffraction: boolean } {
    const isIt = isLineOf(lowDoseAreas.indexOf(name), this.table);
    const items = this.parts.user.file.text.all(areaKeyword).findLast(isIt);
    return items ? readArea(items) : { area: emptyArea, diffraction: false };
  }

  /** Stores an area, and with it the one that is tied to it. */
  private async define(name: LowDoseAreaName, area: LowDoseArea): Promise<void> {
    const { userSettings, file } = this.parts.user;
    const { table } = this;
    const write = async (each: LowDoseAreaName, value: LowDoseArea): Promise<void> => {
      const number = lowDoseAreas.indexOf(each);
      const isIt = isLineOf(number, table);
      const lasting = await file.edit((text) =>
        text.setWhere(areaKeyword, isIt, writeArea(number, table, value, text.all(areaKeyword).findLast(isIt))),
      );
      if (!lasting.lasts) this.parts.log.warn(`${each} of Low Dose is kept for this session only: ${lasting.reason}`);
    };
    await write(name, area);
    const other = name === 'Focus' ? 'Trial' : name === 'Trial' ? 'Focus' : undefined;
    if (other === undefined) return;
    if (userSettings.get('LowDoseTieFocusTrial')) await write(other, area);
    else if (userSettings.get('TieFocusTrialPos'))
      await write(other, { ...this.read(other).area, axisPosition: area.axisPosition });
  }

  /** Offsets that an earlier program has left in force, which did not end as it should. */
  private async leftInForce(signal?: AbortSignal): Promise<InForce> {
    const { state, absoluteFocus, devices, log } = this.parts;
    const left = state.read();
    if (
      !left ||
      (left.inForce.defocusOffset === 0 && left.inForce.beamShiftOffset.x === 0 && left.inForce.beamShiftOffset.y === 0)
    )
      return nothingInForce;
    const same =
      (await devices.magIndex.read(signal)) === left.magIndex &&
      Math.abs((await absoluteFocus.read(signal)) - left.absoluteFocus) <=
        sameFocus * Math.max(1, Math.abs(left.absoluteFocus));
    const offset = `the defocus offset of ${left.inForce.defocusOffset} um of ${left.area}`;
    if (same && !left.moving) {
      log.info(
        `Low Dose was on when the program ended before: ${offset} is still in the column, and is taken off when an area is entered.`,
      );
      this.current = left.area;
      return left.inForce;
    }
    log.warn(
      `Low Dose was on when the program ended before, and magnification or focus have changed since. It is not known whether ${offset} is still in the column: look at the focus in Record before you go on. No offset is taken off.`,
    );
    return nothingInForce;
  }

  private async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.moving) throw lowDoseErrors.busy();
    this.moving = true;
    try {
      return await work();
    } finally {
      this.moving = false;
    }
  }

  private changed(): void {
    for (const listen of this.listeners) listen();
  }
}
