export { leastSquares, type LeastSquaresOptions, type LinearFit } from './least-squares';
export { type RobustFit, robustLeastSquares, type RobustOptions } from './robust-least-squares';
export { type NamedFit, namedLeastSquares } from './named-least-squares';
export { fitMatrix, type MatrixFit, type MatrixFitOptions, type VectorPair } from './matrix-fit';
export { fitModel, type Model, type NonlinearFit, type NonlinearOptions } from './levenberg-marquardt';
export { averagedLeastSquares, type ErrorHypothesis } from './averaged-least-squares';
export type { AveragedFit } from './mixture';
export {
  type DriveFit,
  type DriveModel,
  fitCyclicDrive,
  type FoundCycle,
  type ScatterEvidence,
} from './cyclic-drive';
export { averagedOverCauses, type CauseHypothesis } from './averaged-over-causes';
export type { DriveSeries } from './drive-noise';
