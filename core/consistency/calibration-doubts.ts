import { service } from '../base';
import type { Finding } from './finding';

/** What has become doubtful through calibrations. */
export interface CalibrationDoubts {
  /** What the last run of an item brought up: contradictions that were not there before it. */
  of(item: string): readonly Finding[];
}
/** The token of the doubts. */
export const CalibrationDoubts = service<CalibrationDoubts>('CalibrationDoubts');
