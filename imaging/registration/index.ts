/** The shift between two images, and the patterns that mislead a correlation. */
export { Registration, type RegistrationOptions } from './registration';
export type {
  AlongAxes,
  Displacement,
  DisplacementFinding,
  DisplacementFindingCode,
  ShiftEstimate,
} from './displacement';
export { erasePeriodicWaves } from './erase-periodic';
export { FineRegistration } from './fine-registration';
export { fixedPattern, type FixedPattern } from './fixed-pattern';
export { findPeriodicity, type Periodicity } from './periodicity';
export { findSimilarity, type Similarity, type SimilarityOptions } from './similarity';
