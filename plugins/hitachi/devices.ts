import {
  AlphaSelector,
  BeamShift,
  BeamTilt,
  CameraLength,
  CondenserAperture,
  CondenserStigmator,
  DiffractionStigmator,
  type DrivenDevice,
  EftemMode,
  EnergyFilter,
  IlluminatedArea,
  Illumination,
  ImageBeamTilt,
  type LackingDevice,
  LensNormalization,
  NeutralImageShift,
  ObjectiveAperture,
  ObjectiveStigmator,
  ProbeAngle,
  ProbeModeSelector,
  ReportedMagnification,
  ReportedRotation,
  ScannedField,
  ScanRotation,
  Scope,
  Screen,
  ScreenCurrent,
  StemMode,
  driven,
  lacking,
} from '../../core/devices';
import type { HitachiOpticsDevices } from './optics-devices';
import type { HitachiScope } from './scope';

const noCommand = 'this program knows no command of Hitachi columns for it';

const unknownNumbers = 'this program does not know which sizes the numbers of its positions stand for';

/** The devices of a Hitachi column besides its stage, and those that it lacks. */
export const hitachiDevices = (
  scope: HitachiScope,
  optics: HitachiOpticsDevices,
): readonly (DrivenDevice | LackingDevice)[] => [
  driven(Scope, scope),
  driven(NeutralImageShift, scope),
  driven(Illumination, scope),
  lacking(ProbeModeSelector, 'Hitachi columns have no nanoprobe and microprobe'),
  lacking(AlphaSelector, 'Hitachi columns have none'),
  lacking(IlluminatedArea, 'Hitachi columns set a lens value instead'),
  lacking(CondenserAperture, unknownNumbers),
  lacking(ObjectiveAperture, unknownNumbers),
  driven(BeamShift, scope),
  driven(BeamTilt, optics),
  lacking(ImageBeamTilt, 'Hitachi columns have one beam tilt only'),
  driven(ObjectiveStigmator, optics),
  driven(CondenserStigmator, optics),
  lacking(DiffractionStigmator, 'this program does not know which coil of a Hitachi column it is'),
  driven(Screen, scope),
  lacking(ScreenCurrent, noCommand),
  driven(ReportedMagnification, scope),
  lacking(ReportedRotation, 'Hitachi columns do not report it'),
  lacking(CameraLength, noCommand),
  lacking(LensNormalization, noCommand),
  lacking(EftemMode, noCommand),
  lacking(EnergyFilter, noCommand),
  ...[StemMode, ScanRotation, ScannedField, ProbeAngle].map((token) => lacking(token, noCommand)),
];
