export { applyChanges, type ChangeTarget, describeChanges, keep, type SessionSettings } from './history/apply-changes';
export * from './calibration-store/calibrations';
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
} from './history/changes';
export { type CalibrationDifference, type CalibrationDifferences, diffCalibrations } from './calibration-store/diff';
export { FileOnDisk, isAlive, putLockAside, readWhole, writeWhole } from './disk';
export * from './history/history';
export type { HistoryEntry } from './history/history-entry';
export { isInForce } from './history/in-force';
export * from './calibration-store/matrix-table';
export {
  type ChangedSince,
  changedSince,
  type InstrumentNow,
  type RestoreObstacle,
  restoreObstacle,
  type RestorePlace,
} from './history/other-conditions';
export { currentUser, openCalibrations, type OpenOptions } from './calibration-store/open-calibrations';
export * from './history/result';
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
  sidesOfSpots,
  simulatedMark,
  splitLines,
  type WriteMode,
} from './serialem';
export { readCalibrationFile, type ShownCalibrations, type ShownRecord, showCalibrations } from './show';
export * from './history/setting-changes';
