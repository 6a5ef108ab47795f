export { applyChanges, type ChangeTarget, describeChanges, keep, type SessionSettings } from './apply-changes';
export * from './calibrations';
export {
  amend,
  type Change,
  isMainRecord,
  mainChange,
  put,
  type RecordChange,
  type RecordChangeOptions,
  type RecordName,
  recordOf,
  remove,
  session,
  type SessionChange,
  type SessionSetting,
  type StoredChange,
  type StoredRecords,
} from './changes';
export { type CalibrationDifference, type CalibrationDifferences, diffCalibrations } from './diff';
export { FileOnDisk, isAlive, putLockAside, readWhole, writeWhole } from './disk';
export * from './history';
export type { HistoryEntry } from './history-entry';
export { isInForce } from './in-force';
export * from './matrix-table';
export {
  type ChangedSince,
  changedSince,
  type InstrumentNow,
  type RestoreObstacle,
  restoreObstacle,
  type RestorePlace,
} from './other-conditions';
export { currentUser, openCalibrations, type OpenOptions } from './open-calibrations';
export * from './result';
export {
  CalibrationFile,
  type FileKind,
  fileFormats,
  type FileProblem,
  type FlybackRecords,
  isSimulatedText,
  itemsOf,
  type MainRecordName,
  type MainRecords,
  type PlacedRecord,
  type Severity,
  type ShortTermRecordName,
  type ShortTermRecords,
  simulatedMark,
  splitLines,
  type WriteMode,
} from './serialem';
export { readCalibrationFile, type ShownCalibrations, type ShownRecord, showCalibrations } from './show';
