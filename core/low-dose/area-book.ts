import { type Logger, type Vector, magIndex, vector } from '../base';
import type { Cameras } from '../devices';
import { type IntensityConversion, type LowDoseArea, type LowDoseAreaName, lowDoseAreas } from '../kernel';
import type { SettingsFile, UserSettings } from '../user-settings';
import {
  apertureKeyword,
  areaKeyword,
  emptyArea,
  isApertureLineOf,
  isLineOf,
  readApertures,
  readArea,
  withIntensity,
  writeApertures,
  writeArea,
} from './area-lines';
import type { PlacedArea } from './area-plan';

/** Dependencies of the book of areas. */
export interface AreaBookParts {
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly user: { readonly file: Pick<SettingsFile, 'text' | 'edit'>; readonly userSettings: UserSettings };
  readonly log: Pick<Logger, 'warn'>;
}

/** The user settings of the shift offset of each area that has one: two image-shift units, and the mag index at which they hold where that is not the one of the area. */
const shiftSettings = { View: 'LowDoseViewShift', Search: 'LDSearchShift' } as const;
/** The user settings of the defocus offset of each area that has one. */
const defocusSettings = { View: 'LowDoseViewDefocus', Search: 'LowDoseSearchDefocus' } as const;
const isShiftedArea = (name: LowDoseAreaName): name is keyof typeof shiftSettings => name in shiftSettings;

/** The areas as they are defined in the user's settings file, for the kind of camera that is selected. */
export class AreaBook {
  constructor(private readonly parts: AreaBookParts) {}

  /** The table in use: 0 for a regular camera, 1 for one behind the energy filter, 2 for a scanning one. */
  get table(): number {
    const { stem, behindFilter } = this.parts.cameras.selected.traits;
    return stem ? 2 : behindFilter ? 1 : 0;
  }

  get all(): Readonly<Record<LowDoseAreaName, LowDoseArea>> {
    return Object.fromEntries(lowDoseAreas.map((name) => [name, this.read(name).area])) as Record<
      LowDoseAreaName,
      LowDoseArea
    >;
  }

  /** The area as it is defined, and what of it is not supported, in words. */
  read(name: LowDoseAreaName): { readonly area: LowDoseArea; readonly refusals: readonly string[] } {
    const number = lowDoseAreas.indexOf(name);
    const { text } = this.parts.user.file;
    const items = text.all(areaKeyword).findLast(isLineOf(number, this.table));
    const apertures = readApertures(text.all(apertureKeyword).findLast(isApertureLineOf(number, this.table)));
    const { area, refusals } = items ? readArea(items) : { area: emptyArea, refusals: [] };
    return { area: { ...area, ...apertures }, refusals };
  }

  /** Stores an area, and with it the one that is tied to it. */
  async define(name: LowDoseAreaName, area: LowDoseArea): Promise<void> {
    const { userSettings, file } = this.parts.user;
    const { table } = this;
    const write = async (each: LowDoseAreaName, value: LowDoseArea): Promise<void> => {
      const number = lowDoseAreas.indexOf(each);
      const isIt = isLineOf(number, table);
      const apertures = writeApertures(number, table, value);
      const lasting = await file.edit((text) => {
        text.setWhere(areaKeyword, isIt, writeArea(number, table, value, text.all(areaKeyword).findLast(isIt)));
        if (apertures) text.setWhere(apertureKeyword, isApertureLineOf(number, table), apertures);
        else text.remove(apertureKeyword, isApertureLineOf(number, table));
      });
      if (!lasting.lasts) this.parts.log.warn(`${each} of Low Dose is kept for this session only: ${lasting.reason}`);
    };
    await this.keepShiftOffset(name, area);
    await write(name, area);
    const other = name === 'Focus' ? 'Trial' : name === 'Trial' ? 'Focus' : undefined;
    if (other === undefined) return;
    if (userSettings.get('LowDoseTieFocusTrial')) await write(other, area);
    else if (userSettings.get('TieFocusTrialPos'))
      await write(other, { ...this.read(other).area, axisPosition: area.axisPosition });
  }

  /** Converts the intensities in all lines of areas, whatever their camera. */
  async convertIntensities(convert: IntensityConversion): Promise<number> {
    const lines = this.parts.user.file.text.all(areaKeyword).flatMap((items) => {
      const { spotSize: spot, intensity, probeMode: probe = 'micro' } = readArea(items).area;
      if (spot === undefined || intensity === undefined) return [];
      const [number, table] = [Number(items[0]), Number(items[5] ?? 0)];
      return [{ number, table, items, intensity: convert(intensity, { spot, probe }) }];
    });
    if (lines.length === 0) return 0;
    const lasting = await this.parts.user.file.edit((text) => {
      for (const { number, table, intensity, items } of lines)
        text.setWhere(areaKeyword, isLineOf(number, table), withIntensity(items, intensity));
    });
    if (!lasting.lasts)
      this.parts.log.warn(`The intensities of Low Dose are kept for this session only: ${lasting.reason}`);
    return lines.length;
  }

  /** The place of an area and what it adds. View and Search stand where Record does. */
  placed(name: LowDoseAreaName): PlacedArea {
    const { userSettings } = this.parts.user;
    const { area } = this.read(name);
    const standing = name === 'View' || name === 'Search' ? this.read('Record').area : area;
    const [x = 0, y = 0, mag] = isShiftedArea(name) ? userSettings.get(shiftSettings[name]) : [];
    const at = mag === undefined ? area.magIndex : magIndex(mag);
    return {
      name,
      area,
      place: this.alongAxis(standing.axisPosition),
      shiftOffset: vector(x, y),
      ...(at !== undefined && { shiftOffsetAt: at }),
      defocusOffset: isShiftedArea(name) ? userSettings.get(defocusSettings[name]) : 0,
    };
  }

  /** Writes beside a shift offset at which magnification its units hold, before the area gets another one. */
  private async keepShiftOffset(name: LowDoseAreaName, { magIndex: mag }: LowDoseArea): Promise<void> {
    const { magIndex: before } = this.read(name).area;
    if (!isShiftedArea(name) || before === undefined || mag === before) return;
    const { userSettings } = this.parts.user;
    const [x = 0, y = 0, at] = userSettings.get(shiftSettings[name]);
    if (at === undefined && (x !== 0 || y !== 0)) await userSettings.set(shiftSettings[name], [x, y, before]);
  }

  /** Micrometres on the specimen of a position on the axis. */
  alongAxis(position: number): Vector {
    const { userSettings } = this.parts.user;
    const angle = userSettings.get('LowDoseRotateAxis') ? (userSettings.get('LowDoseAxisAngle') * Math.PI) / 180 : 0;
    return vector(position * Math.cos(angle), position * Math.sin(angle));
  }
}
