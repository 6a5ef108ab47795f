import { type ImageShiftUnits, type MagIndex, milliseconds } from '../base';
import type { Cameras } from '../devices';
import type { LowDoseAreaName } from '../kernel';
import type { ImageShiftControl, Optics } from '../optics';
import type { Settings } from '../settings';
import type { UserSettings } from '../user-settings';
import type { AreaBook } from './area-book';
import type { PlanContext } from './area-plan';

/** Multiplies the delay after image shift, by area, as operators are used to. */
const delayFactors: Readonly<Record<LowDoseAreaName, number>> = {
  View: 0.3,
  Focus: 1.5,
  Trial: 0.6,
  Record: 0.9,
  Search: 0.05,
};

/** Dependencies of a plan. */
export interface PlanContextParts {
  readonly optics: Pick<Optics, 'at' | 'transferImageShift'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly imageShift: Pick<ImageShiftControl, 'checkLimits'>;
  readonly settings: Pick<Settings, 'get'>;
  readonly user: { readonly userSettings: UserSettings };
}

/** Knowledge of the optics and the choices of the user, as they are now. */
export function planContext(
  { optics, cameras, imageShift, settings, user }: PlanContextParts,
  book: AreaBook,
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
    checkLimits: (value, magIndex) => imageShift.checkLimits(value, magIndex),
    ...(user.userSettings.get('LowDoseNormalizeBeam') && normalizing),
    shiftsBeamTilt: settings.get('LowDoseBeamTiltShifts'),
    delayFactor: (name) => delayFactors[name],
  };
}
