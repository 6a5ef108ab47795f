import { service } from '../../../../core/base';
import type { Settings } from '../../../../core/settings';
import type { UserSettings } from '../../../../core/user-settings';

/** Levels of the focus calibration; lengths in micrometres. */
export interface FocusRangePlan {
  /** From the lowest to the highest level. */
  readonly range: number;
  readonly levels: number;
  /** Consecutive levels to which a line is fitted in smoothing; 0 for no smoothing. */
  readonly smoothing: number;
  /** Defocus of the middle of the range, negative for more underfocus. */
  readonly offset: number;
}

/** Sparse levels on both sides of the focus calibration; lengths in micrometres. */
export interface ExtendedRangePlan {
  readonly lowest: number;
  readonly highest: number;
  /** Greatest distance between two sparse levels. */
  readonly interval: number;
  /** Beam tilt there, as a share of that of the regular levels. */
  readonly tiltFactor: number;
}

/** Conditions of the astigmatism calibrations. */
export interface AstigmatismPlan {
  /** Change of the stigmator to either side, of its full range of 1. */
  readonly stigmatorStep: number;
  /** Middle of the defocus values of the calibration by beam tilt, in micrometres. */
  readonly defocus: number;
  /** Distance of its two defocus values, in micrometres. */
  readonly defocusRange: number;
}

/** Parameters of the calibrations of focus and tuning, as the user settings have them at the moment. */
export interface TuningPlans {
  readonly focusRange: FocusRangePlan;
  readonly extendedRange: ExtendedRangePlan;
  readonly astigmatism: AstigmatismPlan;
  /** Defocus of the coma calibration by beam tilt, in micrometres. */
  readonly comaDefocus: number;
}
/** The token of those parameters. */
export const TuningPlans = service<TuningPlans>('TuningPlans');

/** The parameters: those of the user settings, and those of the site's properties for what nobody has set. */
export function newTuningPlans(
  settings: Pick<Settings, 'get'>,
  userSettings: () => Pick<UserSettings, 'get' | 'has'>,
): TuningPlans {
  const orProperty = (
    name: 'AstigCalStep' | 'AstigCalDefocus' | 'AstigCalFocusRange' | 'ComaCalDefocus',
    property: number | undefined,
  ): number => (userSettings().has(name) ? userSettings().get(name) : (property ?? userSettings().get(name)));
  return {
    get focusRange() {
      const user = userSettings();
      return {
        range: user.get('FocusCalRange'),
        levels: user.get('FocusCalLevels'),
        smoothing: user.get('FocusCalSmoothing'),
        offset: user.get('FocusCalOffset'),
      };
    },
    get extendedRange() {
      const user = userSettings();
      return {
        lowest: user.get('ExtendedCalLowest'),
        highest: user.get('ExtendedCalHighest'),
        interval: user.get('ExtendedCalInterval'),
        tiltFactor: user.get('ExtendedCalTiltFactor'),
      };
    },
    get astigmatism() {
      const [, stigmatorStep, , defocus, defocusRange] = settings.get('AstigmatismParams');
      return {
        stigmatorStep: orProperty('AstigCalStep', stigmatorStep),
        defocus: orProperty('AstigCalDefocus', defocus),
        defocusRange: orProperty('AstigCalFocusRange', defocusRange),
      };
    },
    get comaDefocus() {
      const [, comaDefocus] = settings.get('ComaParams');
      return orProperty('ComaCalDefocus', comaDefocus);
    },
  };
}
