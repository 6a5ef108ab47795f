import { type ImageShiftUnits, type MagIndex, type Matrix, milliseconds, type Vector } from '../base';
import type { Cameras } from '../devices';
import type { LowDoseArea, LowDoseAreaName } from '../kernel';
import type { HighDefocusConditions, ImageShiftControl, OpticalPlace, Optics } from '../optics';
import type { Settings } from '../settings';
import type { UserSettings } from '../user-settings';
import type { AreaBook } from './area-book';
import type { PlacedArea, PlanContext, PresentColumn } from './area-plan';
import type { AreaDevices } from './walk';

/** Sources of what a way to an area is planned by. */
export interface PlanSources {
  readonly optics: Pick<Optics, 'at' | 'transferImageShift'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly imageShift: Pick<ImageShiftControl, 'checkLimits'>;
  readonly settings: Pick<Settings, 'get'>;
  readonly user: { readonly userSettings: UserSettings };
  /** Image shift that centres the same point at a high defocus, as a matrix; undefined where nothing says so. */
  readonly centringAt?: (place: OpticalPlace, conditions: HighDefocusConditions) => Matrix | undefined;
}

/** Multiplies the delay after image shift, by area, as operators are used to. */
const delayFactors: Readonly<Record<LowDoseAreaName, number>> = {
  View: 0.3,
  Focus: 1.5,
  Trial: 0.6,
  Record: 0.9,
  Search: 0.05,
};

/** Knowledge and choices of the moment by which a way to an area is planned. */
export function planContext(
  { optics, cameras, imageShift, settings, user }: PlanSources,
  book: Pick<AreaBook, 'read'>,
): PlanContext {
  const camera = cameras.selected.traits.index;
  const at = (magIndex: MagIndex) => optics.at({ magIndex, camera });
  const lenses = settings.get('NormCondenserInLowDose');
  const normalizing = {
    normalizing:
      lenses === 0
        ? { view: book.read('View').area, wait: milliseconds(settings.get('LowDoseBeamNormDelay')) }
        : { lenses: lenses === 2 ? ('all' as const) : ('condenser' as const) },
  };
  return {
    toSpecimen: (magIndex) => at(magIndex).imageShiftToSpecimen,
    isLow: (magIndex) => at(magIndex).isLowMagnification,
    magnificationFalls: (from, to) => at(to).magnification < at(from).magnification,
    transfer: (value, from, to) => optics.transferImageShift<ImageShiftUnits>(value, from, to, camera),
    checkLimits: (value: Vector<ImageShiftUnits>, magIndex) => imageShift.checkLimits(value, magIndex),
    ...(user.userSettings.get('LowDoseNormalizeBeam') && normalizing),
    changesAtZero: settings.get('LowDoseChangeAtZeroIS'),
    shiftsBeamTilt: settings.get('LowDoseBeamTiltShifts'),
    delayFactor: (name) => delayFactors[name],
  };
}

/** The change of the operator's image shift at the defocus offset of an area, by the calibrations of high defocus; undefined where there is none. */
export function centringOf(
  { area, defocusOffset }: PlacedArea,
  present: PresentColumn,
  { centringAt, optics, cameras }: PlanSources,
): Matrix | undefined {
  const place = { magIndex: area.magIndex ?? present.magIndex, camera: cameras.selected.traits.index };
  const [spot, intensity] = [area.spotSize ?? present.spotSize, area.intensity ?? present.intensity];
  if (!centringAt || defocusOffset >= 0 || spot === undefined || intensity === undefined) return undefined;
  if (optics.at(place).isLowMagnification) return undefined;
  const probeMode = area.probeMode ?? present.probeMode;
  const probe = probeMode && { probe: probeMode === 'micro' ? 1 : 0 };
  return centringAt(place, { spot, intensity, defocus: defocusOffset, ...probe });
}

/** Settings of an area that the column has, by the field that holds each. */
export const columnFields = ['magIndex', 'spotSize', 'intensity', 'alpha', 'probeMode'] as const;
/** Settings that only an area has that defines them, because they move something by motor. */
const chosenFields = ['condenserAperture', 'objectiveAperture'] as const;

/** An area with the present settings of the column in place of its own. */
export async function storedArea(
  area: LowDoseArea,
  present: PresentColumn,
  devices: Pick<AreaDevices, (typeof chosenFields)[number]>,
  signal?: AbortSignal,
): Promise<LowDoseArea> {
  const fields: [keyof LowDoseArea, unknown][] = columnFields.map((field) => [field, present[field] ?? area[field]]);
  for (const field of chosenFields)
    if (area[field] !== undefined && devices[field]) fields.push([field, await devices[field].read(signal)]);
  return { ...area, ...(Object.fromEntries(fields) as Partial<LowDoseArea>) };
}

/** Reads the settings that a way to an area starts from. */
export async function presentColumn(
  {
    devices: { magIndex, spotSize, intensity, alpha, probeMode },
    imageShift,
  }: { readonly devices: Omit<AreaDevices, 'imageShift'>; readonly imageShift: Pick<ImageShiftControl, 'net'> },
  signal?: AbortSignal,
): Promise<PresentColumn> {
  return {
    magIndex: await magIndex.read(signal),
    imageShift: await imageShift.net.read(signal),
    ...(spotSize && { spotSize: await spotSize.read(signal) }),
    ...(intensity && { intensity: await intensity.read(signal) }),
    ...(alpha && { alpha: await alpha.read(signal) }),
    ...(probeMode && { probeMode: await probeMode.read(signal) }),
  };
}
