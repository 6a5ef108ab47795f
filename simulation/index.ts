export { MicroscopeLink } from './microscope-link';
export { microscopeOf, VirtualMicroscope, truthOf, type MicroscopeOf, type MicroscopeOptions } from './microscope';
export { standardParts, type MicroscopeState, type StandardParts, type Truth } from './column/parts';
export {
  definePart,
  type Aberrations,
  type Effects,
  type LivePart,
  type Part,
  type Parts,
  type PerfectRecord,
  type RecordContext,
  type RunningContext,
  type TruthContext,
} from './base/part';
export { completeOptions, optionsOf, simulatorOptions, type OptionValues, type SimulatorOptions } from './options';
export { buildTruth, imageShiftToSpecimen, perfectRecords, viewOf, type ViewTruth } from './truth';
export {
  viewKey,
  type ColumnHabit,
  type Instrument,
  type InstrumentCamera,
  type InstrumentView,
  type Magnification,
  type SiteRecord,
} from './base/instrument';
export { SimulationError } from './base/errors';
export type { PlaneMatrix, PlaneVector } from './base/plane';
export type { CameraArea, Distortion } from './base/frame';
export type { RandomStream } from './base/random';
export type { CameraTruth, Processing, ReadMode } from './camera/detector';
export type { BeamTruth } from './column/condenser/beam-truth';
export type { CondenserTruth } from './column/condenser/condenser';
export type { ProbeMode } from './base/instrument';
export type { DiffractionTruth } from './column/lenses/diffraction';
export type { DriftTruth } from './column/drift';
export type { EftemTruth } from './column/lenses/eftem';
export type { EnergyFilterTruth } from './column/energy-filter';
export type { ShuttersTruth } from './column/shutters';
export type { ColumnMemoryTruth } from './column/lenses/column-memory';
export type { DeflectorTruth } from './column/deflectors/deflectors';
export type { FocusTruth } from './column/focus';
export { defocusChange, type DefocusChange, type HighDefocusTruth } from './column/high-defocus';
export type { ImageShiftTruth } from './column/deflectors/image-shift';
export type { ScanShiftTruth } from './column/condenser/scan-shift';
export type { MagnificationTruth, OffsetsByMag, SpecimenView } from './column/lenses/magnification';
export type { LensGroup } from './column/lenses/normalization';
export type { ScanTruth } from './scan/scan-truth';
export type { SettlingTerm } from './base/settling';
export type { CyclicErrorTruth, StagePosition, StageTruth } from './column/stage';
export type { StigmatorTruth } from './column/deflectors/stigmators';
export type { WavefrontTruth } from './column/wavefront';
export type { Exposure, ExposureRecord } from './image/exposure';
export type { ExposureRequest } from './image/request';
export type { FocusRamp, ScanPlan, ScanRequest } from './scan/scan-request';
export type { StemDetectorState } from './scan/signal';
export type { LatticeFlaws } from './specimen/lattice-flaws';
export { specimenKinds, type SpecimenKind, type SpecimenTruth } from './specimen/paint';
