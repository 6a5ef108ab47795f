import { service } from '../../../../core/base';
import type { Settings } from '../../../../core/settings';

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

/** Parameters that the items for focus and tuning remember within a session. */
export interface TuningPlans {
  focusRange: FocusRangePlan;
  extendedRange: ExtendedRangePlan;
  astigmatism: AstigmatismPlan;
  /** Defocus of the coma calibration by beam tilt, in micrometres. */
  comaDefocus: number;
}
/** The token of those parameters. */
export const TuningPlans = service<TuningPlans>('TuningPlans');

/** The parameters at the start of a session: those of the site where it has any. */
export function newTuningPlans(settings: Pick<Settings, 'get'>): TuningPlans {
  const [, stigmatorStep = 0.04, , defocus = -1, defocusRange = 10] = settings.get('AstigmatismParams');
  const [, comaDefocus = -1] = settings.get('ComaParams');
  return {
    focusRange: { range: 72, levels: 13, smoothing: 3, offset: 0 },
    extendedRange: { lowest: -300, highest: 100, interval: 20, tiltFactor: 0.5 },
    astigmatism: { stigmatorStep, defocus, defocusRange },
    comaDefocus,
  };
}
