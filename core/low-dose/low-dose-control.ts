import {
  type Clock,
  type Logger,
  type RawLensValue,
  type Vector,
  add,
  apply,
  describe,
  vector,
  type ImageShiftUnits,
  length,
  subtract,
} from '../base';
import type { Readable, Setting } from '../devices';
import type { IntensityConversion, LowDose, LowDoseArea, LowDoseAreaName, LowDoseChange, LowDoseLeft } from '../kernel';
import type { ImageShiftCarrying, ImageShiftControl } from '../optics';
import type { SettingsFile, UserSettings } from '../user-settings';
import { AreaBook } from './area-book';
import { emptyArea, inDiffraction } from './area-lines';
import {
  type ImageShiftInForce,
  type InForce,
  type PlacedArea,
  type PresentColumn,
  planWay,
  unitsOf,
} from './area-plan';
import { lowDoseErrors } from './errors';
import { type ColumnSigns, LeftBehind } from './left-in-force';
import type { LowDoseStateFile } from './low-dose-state';
import { centringOf, columnFields, planContext, type PlanSources, presentColumn, storedArea } from './plan-context';
import { type AreaDevices, walk } from './walk';

/** Dependencies of Low Dose. */
export interface LowDoseParts extends PlanSources {
  readonly devices: Omit<AreaDevices, 'imageShift'>;
  readonly absoluteFocus: Readable<RawLensValue>;
  readonly beamBlanked: Setting<boolean>;
  /** The viewing screen, where there is one: true when it is down. */
  readonly screenDown?: Readable<boolean>;
  readonly imageShift: Pick<ImageShiftControl, 'net' | 'write' | 'checkLimits'>;
  readonly carrying: Pick<ImageShiftCarrying, 'suspend'>;
  readonly user: { readonly file: Pick<SettingsFile, 'text' | 'edit'>; readonly userSettings: UserSettings };
  readonly state: Pick<LowDoseStateFile, 'read' | 'write' | 'clear'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

const maxAxisPosition = 19;
/** Image shifts that are read within this many units of each other are the same reading. */
const sameHeld = 1e-9;

/** Low Dose over the devices of a column, with its areas in the user's settings file. */
export class LowDoseControl implements LowDose {
  continuousUpdate = false;
  private isOn = false;
  private current: LowDoseAreaName | undefined;
  /** Undefined where no area has put anything on. */
  private inForce: InForce | undefined;
  private moving = false;
  /** Definition by which the present area was entered; a later one is followed. */
  private entered: string | undefined;
  /** Net image shift of the last way, and what the column made of it in its steps. */
  private arrived: { readonly net: Vector<ImageShiftUnits>; readonly held: Vector } | undefined;
  /** Definition that the column was to follow last. */
  private tried: string | undefined;
  private following: Promise<void> | undefined;
  private readonly book: AreaBook;
  private readonly leftBehind: LeftBehind;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly parts: LowDoseParts) {
    this.book = new AreaBook(parts);
    this.leftBehind = new LeftBehind(parts);
    parts.user.userSettings.onChange(() => {
      this.changed();
      this.follow().catch((error: unknown) =>
        parts.log.warn(
          `Low Dose: the column does not follow the changed setting until an area is entered: ${describe(error)}`,
        ),
      );
    });
  }

  get on(): boolean {
    return this.isOn;
  }

  get area(): LowDoseAreaName | undefined {
    return this.current;
  }

  get defocusOffset(): number {
    return this.inForce?.defocusOffset ?? 0;
  }

  get areas(): Readonly<Record<LowDoseAreaName, LowDoseArea>> {
    return this.book.all;
  }

  async turnOn(signal?: AbortSignal): Promise<void> {
    if (this.isOn) return;
    if (this.moving) throw lowDoseErrors.busy();
    const left = this.leftBehind.look(await this.signs(signal));
    this.leave();
    this.current = left?.area;
    this.inForce = left?.inForce;
    this.isOn = true;
    this.continuousUpdate = false;
    await this.blankAsNeeded(signal);
    this.changed();
  }

  get left(): LowDoseLeft | undefined {
    return this.leftBehind.shown(this.isOn);
  }

  async settleLeft(isThere: boolean, signal?: AbortSignal): Promise<void> {
    if (isThere) await this.turnOn(signal);
    const there = this.leftBehind.settle(isThere);
    if (there && this.current === undefined) [this.current, this.inForce] = [there.area, there.inForce];
    this.changed();
  }

  placeOf(name: LowDoseAreaName): Vector {
    const { area, place, shiftOffset, shiftOffsetAt } = this.book.placed(name);
    const at = shiftOffsetAt ?? area.magIndex;
    const matrix = at && planContext(this.parts, this.book).toSpecimen(at);
    return matrix ? add(place, apply(matrix, shiftOffset)) : place;
  }

  async turnOff(signal?: AbortSignal): Promise<void> {
    if (!this.isOn) return;
    if (this.current !== undefined && this.current !== 'Record') await this.goTo('Record', signal);
    this.isOn = false;
    this.leave();
    this.continuousUpdate = false;
    this.parts.state.clear();
    await this.parts.beamBlanked.write(false, signal);
    this.changed();
  }

  async goTo(name: LowDoseAreaName, signal?: AbortSignal): Promise<void> {
    if (!this.isOn) throw lowDoseErrors.off();
    await this.alone(async () => {
      if (this.continuousUpdate && this.current !== undefined) await this.store(this.current, signal);
      await this.enter(name, signal);
    });
    await this.follow(signal);
  }

  async change(name: LowDoseAreaName, change: LowDoseChange, signal?: AbortSignal): Promise<void> {
    if (Math.abs(change.axisPosition ?? 0) > maxAxisPosition)
      throw lowDoseErrors.refused(
        `${name} would be ${change.axisPosition} um from the axis`,
        `Give a position within ${maxAxisPosition} um.`,
      );
    await this.alone(async () => {
      await this.book.define(name, { ...this.book.read(name).area, ...change });
      if (this.isOn && this.current === name) await this.enter(name, signal);
    });
    // View and Search stand where Record does, and a tied area changes with the other.
    await this.follow(signal);
    this.changed();
  }

  async copy(from: LowDoseAreaName, to: LowDoseAreaName, signal?: AbortSignal): Promise<void> {
    this.requireSupported(from);
    const source = this.areas[from];
    const none = { beamShiftOffset: emptyArea.beamShiftOffset, beamTiltOffset: emptyArea.beamTiltOffset };
    const kept = { axisPosition: this.areas[to].axisPosition, ...(to === 'Record' && none) };
    await this.change(to, { ...source, ...kept }, signal);
  }

  convertIntensities(convert: IntensityConversion): Promise<number> {
    return this.alone(() => this.book.convertIntensities(convert)).finally(() => this.changed());
  }

  async balance(): Promise<void> {
    const { Record: record, Focus: focus, Trial: trial } = this.areas;
    const isBalanced = Math.abs(record.axisPosition) > 1e-5;
    const mean = (focus.axisPosition + trial.axisPosition) / 2;
    const by = isBalanced ? -record.axisPosition : (record.axisPosition - mean) / 2 - record.axisPosition;
    // Only the origin changes: what the operator has added to image shift takes up the difference, so that nothing moves.
    await this.alone(async () => {
      const { current, inForce, entered } = this;
      const isUpToDate = current !== undefined && entered === this.definitionOf(this.book.placed(current));
      const shifted = inForce?.imageShift && this.shiftedInForce(inForce.imageShift, by);
      for (const name of ['Focus', 'Trial', 'Record'] as const) {
        const area = this.areas[name];
        await this.book.define(name, { ...area, axisPosition: area.axisPosition + by });
      }
      if (current === undefined || !inForce || !shifted) return;
      this.inForce = { ...inForce, imageShift: shifted };
      if (isUpToDate) this.entered = this.definitionOf(this.book.placed(current));
      await this.parts.state.write({ area: current, inForce: this.inForce, ...(await this.signs()), moving: false });
    });
    this.changed();
  }

  async update(signal?: AbortSignal): Promise<void> {
    const { current } = this;
    if (!this.isOn || current === undefined) return;
    await this.alone(() => this.store(current, signal));
    this.changed();
  }

  /** Resolves when the column has followed what was changed in an area, or cannot. */
  async settled(): Promise<void> {
    await this.following?.catch(() => undefined);
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

  /** Goes from the area that is in use to another one, or to the same one as it is defined now. */
  private async enter(name: LowDoseAreaName, signal?: AbortSignal): Promise<void> {
    this.requireSupported(name);
    const present = await presentColumn(this.parts, signal);
    await this.complete(name, present);
    await this.go(this.book.placed(name), present, signal);
    await this.blankAsNeeded(signal).catch((error: unknown) =>
      this.parts.log.warn(`The beam was not blanked: ${describe(error)}`),
    );
    this.changed();
  }

  private requireSupported(name: LowDoseAreaName): void {
    const { refusals } = this.book.read(name);
    if (refusals.includes(inDiffraction)) throw lowDoseErrors.diffraction(name);
    if (refusals.length > 0) throw lowDoseErrors.notSupported(name, refusals, this.parts.user.userSettings.file);
  }

  private async go(to: PlacedArea, found: PresentColumn, signal?: AbortSignal): Promise<void> {
    const present = this.unrounded(found);
    const { clock, carrying, state } = this.parts;
    const { inForce, current } = this;
    const { name } = to;
    const centring = centringOf(to, present, this.parts);
    const way = planWay(
      present,
      { name: current, inForce, record: this.book.placed('Record') },
      { ...to, ...(centring && { centring }) },
      planContext(this.parts, this.book),
    );
    const { defocusOffset, area } = to;
    const { beamShiftOffset, beamTiltOffset } = area;
    const putOn: InForce = { defocusOffset, beamShiftOffset, beamTiltOffset, imageShift: way.imageShift };
    const before = { area: current ?? 'Record', ...(inForce && { inForce }), ...(await this.signs(signal)) };
    await state.write({ ...before, moving: true, towards: { area: name, inForce: putOn } });
    // The image shift of each area follows from its place, not from that of the magnification before.
    const resume = carrying.suspend();
    try {
      const failed = await walk(way.steps, this.devices, clock, signal);
      if (failed) {
        if (failed.left.length > 0) {
          this.leave();
          throw lowDoseErrors.notRestored(name, failed.cause, failed.left);
        }
        await state.write({ ...before, moving: false });
        throw failed.cause;
      }
    } finally {
      resume();
    }
    this.current = name;
    this.entered = this.definitionOf(to);
    this.tried = undefined;
    this.inForce = putOn;
    this.leftBehind.forget();
    const signs = await this.signs();
    this.arrived = { net: way.net, held: signs.imageShift };
    await state.write({ area: name, inForce: putOn, ...signs, moving: false });
  }

  /** The column with the image shift that was asked for, where nobody has changed it since: its steps would add up from way to way. */
  private unrounded(found: PresentColumn): PresentColumn {
    const { arrived } = this;
    const isSame = arrived && length(subtract(found.imageShift, arrived.held)) < sameHeld;
    return isSame ? { ...found, imageShift: arrived.net } : found;
  }

  private async signs(signal?: AbortSignal): Promise<ColumnSigns> {
    const { absoluteFocus, devices, imageShift } = this.parts;
    return {
      magIndex: await devices.magIndex.read(signal),
      absoluteFocus: await absoluteFocus.read(signal),
      imageShift: await imageShift.net.read(signal),
    };
  }

  /** Forgets area and offsets, because they are gone or nobody knows of them. */
  private leave(): void {
    this.current = undefined;
    this.entered = undefined;
    this.arrived = undefined;
    this.inForce = undefined;
  }

  /** Brings focus, image shift and beam to the definition of the present area, where that has changed since it was entered; the rest stays as the operator has it. */
  private follow(signal?: AbortSignal): Promise<void> {
    // What changes while the column moves is followed at the end of the way.
    if (this.moving) return Promise.resolve();
    this.following ??= this.catchUp(signal).finally(() => (this.following = undefined));
    return this.following;
  }

  private async catchUp(signal?: AbortSignal): Promise<void> {
    while (this.isBehind)
      await this.move(async () => {
        const wanted = this.book.placed(this.current!);
        // One that cannot be followed is tried once.
        this.tried = this.definitionOf(wanted);
        const { area, ...placed } = wanted;
        const { axisPosition, beamShiftOffset, beamTiltOffset } = area;
        const kept = { axisPosition, beamShiftOffset, beamTiltOffset };
        await this.go({ ...placed, area: kept }, await presentColumn(this.parts, signal), signal);
      });
  }

  /** True when the present area is defined otherwise than when it was entered. */
  private get isBehind(): boolean {
    const { isOn, current, entered, tried } = this;
    if (!isOn || current === undefined || entered === undefined) return false;
    const wanted = this.definitionOf(this.book.placed(current));
    return wanted !== entered && wanted !== tried;
  }

  /** Everything of an area that is put on, as a text by which a change is seen. */
  private definitionOf({ area: { beamShiftOffset, beamTiltOffset }, name, ...rest }: PlacedArea): string {
    const { place, shiftOffset, defocusOffset } = rest;
    return JSON.stringify([this.book.table, name, place, shiftOffset, defocusOffset, beamShiftOffset, beamTiltOffset]);
  }

  /** The image shift in use when the origin of the positions moves, so that the column stays where it is. */
  private shiftedInForce(before: ImageShiftInForce, by: number): ImageShiftInForce {
    const { units, magIndex } = before;
    const moved = { name: 'Record', place: this.book.alongAxis(by), shiftOffset: vector(0, 0) } as const;
    return { ...before, units: add(units, unitsOf(moved, magIndex, planContext(this.parts, this.book))) };
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

  /** Fills what nobody has defined with what the column has. */
  private async complete(name: LowDoseAreaName, present: PresentColumn): Promise<void> {
    const { area } = this.book.read(name);
    const missing = columnFields.filter((field) => area[field] === undefined && present[field] !== undefined);
    if (missing.length === 0) return;
    await this.book.define(name, { ...area, ...Object.fromEntries(missing.map((field) => [field, present[field]])) });
  }

  private async store(name: LowDoseAreaName, signal?: AbortSignal): Promise<void> {
    const present = await presentColumn(this.parts, signal);
    const { area } = this.book.read(name);
    await this.book.define(name, await storedArea(area, present, this.parts.devices, signal));
  }

  /** Does work that nothing else may do meanwhile; waits while the column follows a changed setting. */
  private async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    // What could not be followed was logged; the next way begins from what is in use.
    await this.following?.catch(() => undefined);
    return this.move(work);
  }

  private async move<Result>(work: () => Promise<Result>): Promise<Result> {
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
