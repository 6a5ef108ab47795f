export {
  fitPoints,
  isMirrored,
  type PointPair,
  type PointTransform,
  type TransformKind,
  transformed,
} from './point-transform';
export {
  type StageStretch,
  type StretchErrors,
  calibratedStretch,
  stretchedRotation,
  stretchErrors,
  stretchMatrix,
  stretchOf,
} from './stage-stretch';
export { placeOfCentre, placeOfMark } from './place-of-mark';
export {
  type NumberedPair,
  type RegistrationPoint,
  RegistrationPointList,
  RegistrationPoints,
} from './registration-points';
