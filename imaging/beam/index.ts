export { type BareBeam, bareBeam } from './bare-beam';
export { type BeamInImage, type BeamLevels, type BeamOptions, type BeamVerdict, findBeam } from './find-beam';
export { type FrameCover, frameCover } from './frame-cover';
export type { Outline } from './outline';
export { type MeasuredPlace, type PlaceError } from './place';
export { saturationOf, type Saturation } from './saturation';
