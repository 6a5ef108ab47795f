export { readOutTraits, scanCameraTraits } from './camera-traits';
export { filterDelays, shutterTraits, sparedUntilStart, type FilterDelays } from './filter-and-shutters';
export type { FallbackValue, Sourced } from './geometry/geometry';
export * from './energy-shifts';
export * from './high-defocus';
export * from './high-defocus-calibrations';
export * from './image-shift/beam-shift';
export * from './image-shift/convert-image-shift';
export * from './image-shift/image-shift-carrying';
export * from './image-shift/image-shift-control';
export {
  type ImageShiftChange,
  adaptDelays,
  currentDelayTable,
  formerDelayTable,
  imageShiftDelay,
} from './image-shift-delays';
export { type ImageShiftReach, imageShiftReach } from './image-shift-limits';
export type { MatrixEntry, MatrixSource, OpticalPlace } from './geometry/optical-knowledge';
export { type Derivation, type Source, describeSource } from './geometry/known-values';
export * from './calibration-listings';
export { type MagRange, MagnificationTable, highestMagIndex } from './geometry/magnification-table';
export { type ScannedMagnification, scannedMagnifications } from './geometry/scanned-magnifications';
export { type FoundMatrix, type MatrixSourceKind, specimenToCameraMatrix } from './geometry/matrices';
export * from './instrument-now';
export * from './optics';
export type { DelayOptions, OpticsAtPlace } from './optics-at-place';
export * from './properties';
export * from './geometry/robust-specimen-to-stage';
export { type StandardFocus, standardFocus, stepsOfBaseFocus } from './standard-focus';
