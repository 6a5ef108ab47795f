export { VirtualMicroscope, truthOf, type MicroscopeOptions, type MicroscopeState } from './microscope';
export type { Exposure, ExposureRecord, ExposureRequest } from './image/exposure';
export type { CameraArea } from './image/frame';
export type { Processing, Readout } from './camera/detector';
export type { LensGroup, ProbeMode } from './column/column';
export type { StagePosition } from './column/stage';
export { SimulationError } from './errors';
export { simulatorOptions, type SimulatorOptions } from './options';
export {
  buildTruth,
  imageShiftToSpecimen,
  type Instrument,
  type InstrumentCamera,
  type InstrumentView,
} from './build-truth';
export {
  viewKey,
  type BeamTruth,
  type CameraTruth,
  type CyclicErrorTruth,
  type DistortionTruth,
  type DriftTruth,
  type EftemTruth,
  type ImageShiftTruth,
  type LatticeFlaws,
  type MagnificationTruth,
  type OpticsTruth,
  type SettlingTerm,
  type SpecimenTruth,
  type StageTruth,
  type Truth,
  type ViewTruth,
} from './truth';
export type { PlaneMatrix, PlaneVector } from './plane';
