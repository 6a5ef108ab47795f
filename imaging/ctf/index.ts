/** Defocus, astigmatism and phase shift from the Thon rings of an image, and the contrast transfer that draws them. */
export { fitCtf, fitCtfOfSpectrum } from './fit';
export type {
  CtfCandidate,
  CtfCurves,
  CtfFinding,
  CtfFindingCode,
  CtfFit,
  CtfOutcome,
  CtfRefusal,
  CtfStandardErrors,
  SectorEstimate,
} from './outcome';
export type { CtfRequest } from './request';
export {
  type AstigmaticDefocus,
  ContrastTransfer,
  type CtfOptics,
  defocusAlong,
  electronWavelength,
  principalDefocus,
  ringRadii,
} from './transfer';
export {
  aberrationInMillimetres,
  type AmplitudeContrast,
  amplitudeContrast,
  type Angstroms,
  angstroms,
  type Kilovolts,
  kilovolts,
  type Millimetres,
  type PhaseRadians,
  phaseRadians,
} from './units';
