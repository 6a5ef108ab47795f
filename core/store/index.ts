export { CalibrationFile, type PlacedRecord, type WriteMode } from './calibration-file';
export * from './calibrations';
export { type FileProblem, type Severity } from './file-problem';
export { type FileKind, fileFormats } from './format';
export { type MainRecordName, type MainRecords } from './main-layouts';
export * from './matrix-table';
export { currentUser, openCalibrations, type OpenOptions } from './open-calibrations';
export * from './result';
export { type FlybackRecords, type ShortTermRecordName, type ShortTermRecords } from './short-term-layouts';
