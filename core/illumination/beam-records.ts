import type { MainRecordName, MainRecords, RecordTable, ShortTermRecordName, ShortTermRecords } from '../store';

/** The records of the calibration files as the calibrations of the beam read them. */
export interface BeamRecords {
  records<Name extends MainRecordName>(name: Name): Pick<RecordTable<MainRecords[Name]>, 'all' | 'find'>;
  shortTerm<Name extends ShortTermRecordName>(name: Name): Pick<RecordTable<ShortTermRecords[Name]>, 'all' | 'find'>;
}
