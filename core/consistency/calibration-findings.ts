import { service } from '../base';
import type { Finding } from './finding';

/** Findings that calibrations of this session caused. */
export interface CalibrationFindings {
  /** Findings of the last run of an item: contradictions that were not there before it. */
  of(item: string): readonly Finding[];
}
/** Token for the findings. */
export const CalibrationFindings = service<CalibrationFindings>('CalibrationFindings');
