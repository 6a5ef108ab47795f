export { writeWhole } from './atomic-write';
export * from './calibrations';
export { type CalibrationDifference, type CalibrationDifferences, diffCalibrations } from './diff';
export { FileOnDisk } from './file-on-disk';
export * from './history';
export * from './matrix-table';
export { currentUser, openCalibrations, type OpenOptions } from './open-calibrations';
export * from './result';
export {
  CalibrationFile,
  type FileKind,
  fileFormats,
  type FileProblem,
  type FlybackRecords,
  type MainRecordName,
  type MainRecords,
  type PlacedRecord,
  type Severity,
  type ShortTermRecordName,
  type ShortTermRecords,
  type WriteMode,
} from './serialem';
export { recordNow } from './stored-record';
export { readCalibrationFile, type ShownCalibrations, type ShownRecord, showCalibrations } from './show';
