export {
  CalibrationFile,
  type FileState,
  isMissingMatrix,
  type PlacedRecord,
  type WriteMode,
} from './calibration-file';
export { keyOf, notStorable, printRecord, type RecordValues, rowsOf, sameKey } from './codec';
export { type Layout, maxMagIndex } from './fields';
export { type Problem as FileProblem, type Severity } from './problem';
export { type FileFormat, type FileKind, fileFormats } from './format';
export { mainLayouts, type MainRecordName, type MainRecords, sidesOfSpots } from './main-layouts';
export {
  type FlybackRecords,
  flybackLayouts,
  shortTermLayouts,
  type ShortTermRecordName,
  type ShortTermRecords,
} from './short-term-layouts';
export { isSimulatedText, itemsOf, maxFileBytes, simulatedMark, splitLines, tooLargeMessage } from './text';
