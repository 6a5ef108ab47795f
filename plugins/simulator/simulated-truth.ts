import { service } from '../../core/base';
import { type ShownRecord, fileFormats } from '../../core/store';
import { perfectRecords as recordsOf } from '../../simulation';
import type { SiteTruth } from './site-instrument';

/** The records that perfect calibrations of the virtual microscope would store; for checking results, out of reach of every calibration. */
export interface SimulatedTruth {
  /** The records under the names and with the fields of the calibration file. */
  readonly records: readonly ShownRecord[];
}
/** The token of that truth. */
export const SimulatedTruth = service<SimulatedTruth>('SimulatedTruth');

/** Writes out the truth: every record that a part of the virtual microscope determines, in the order of the file. */
export function perfectRecords({ truth, instrument }: Pick<SiteTruth, 'truth' | 'instrument'>): readonly ShownRecord[] {
  const order = [...fileFormats.calibrations.layouts.keys()];
  return [...recordsOf(truth, instrument)].sort((a, b) => order.indexOf(a.record) - order.indexOf(b.record));
}
