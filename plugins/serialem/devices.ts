import {
  AlphaSelector,
  AutomaticNormalization,
  BeamShift,
  BeamTilt,
  CameraLength,
  CondenserAperture,
  CondenserStigmator,
  Diffraction,
  DiffractionStigmator,
  type DrivenDevice,
  EftemMode,
  EnergyFilter,
  FreeLensControl,
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
  StageSpeed,
  TimedBlanker,
  driven,
  lacking,
} from '../../core/devices';
import type { SerialEmColumn } from './column';
import type { SerialEmCondenserDevices } from './condenser-devices';
import type { SerialEmFilter } from './filter';
import { SerialEmDiffraction, SerialEmFreeLenses } from './lens-devices';
import type { SerialEmOpticsDevices } from './optics-devices';
import type { SerialEmScope } from './scope';
import type { SerialEmScript } from './script';

/** Devices of the lenses that not every column behind SerialEM has. */
export interface SerialEmLensDevices {
  readonly diffraction?: SerialEmDiffraction;
  readonly lenses?: SerialEmFreeLenses;
}

const noApertures = 'the option "apertures" says that SerialEM drives none';
const noCommand = 'SerialEM has no command for it';

/** The devices of a column behind SerialEM besides its stage, and those that it lacks. */
export const serialEmDevices = (
  scope: SerialEmScope,
  optics: SerialEmOpticsDevices,
  condenser: SerialEmCondenserDevices,
  column: Pick<
    SerialEmColumn,
    | 'hasProbeModes'
    | 'hasImageBeamTilt'
    | 'alphas'
    | 'hasApertures'
    | 'condenserApertures'
    | 'objectiveApertures'
    | 'usesIlluminatedArea'
  >,
  filter?: SerialEmFilter,
  { diffraction, lenses }: SerialEmLensDevices = {},
): readonly (DrivenDevice | LackingDevice)[] => [
  driven(Scope, scope),
  driven(Illumination, scope),
  column.hasProbeModes
    ? driven(ProbeModeSelector, scope)
    : lacking(ProbeModeSelector, 'the option "probeModes" says that the column has none'),
  column.alphas > 0
    ? driven(AlphaSelector, condenser)
    : lacking(AlphaSelector, 'the option "alphas" says that the column has none'),
  column.usesIlluminatedArea
    ? driven(IlluminatedArea, condenser)
    : lacking(IlluminatedArea, 'UseIlluminatedAreaForC2 says that the column has two condensers'),
  column.hasApertures && column.condenserApertures.length > 0
    ? driven(CondenserAperture, condenser)
    : lacking(CondenserAperture, column.hasApertures ? 'C2ApertureSizes does not list the apertures' : noApertures),
  column.hasApertures && column.objectiveApertures.length > 0
    ? driven(ObjectiveAperture, condenser)
    : lacking(
        ObjectiveAperture,
        column.hasApertures ? 'the option "objectiveApertures" does not list the apertures' : noApertures,
      ),
  driven(BeamShift, scope),
  driven(BeamTilt, optics),
  column.hasImageBeamTilt
    ? driven(ImageBeamTilt, optics)
    : lacking(ImageBeamTilt, 'the option "imageBeamTilt" says that the column has none'),
  driven(ObjectiveStigmator, optics),
  driven(CondenserStigmator, optics),
  lacking(DiffractionStigmator, 'only the newest versions of SerialEM have commands for it'),
  driven(Screen, scope),
  lacking(TimedBlanker, 'SerialEM does one thing at a time, so it cannot blank while a camera exposes'),
  driven(ScreenCurrent, optics),
  lacking(ReportedMagnification, 'SerialEM tells that of its own table'),
  lacking(ReportedRotation, noCommand),
  driven(CameraLength, optics),
  diffraction
    ? driven(Diffraction, diffraction)
    : lacking(Diffraction, 'CameraLengthTable, by which SerialEM is understood, has not been entered'),
  driven(LensNormalization, scope),
  lacking(AutomaticNormalization, noCommand),
  lenses
    ? driven(FreeLensControl, lenses)
    : lacking(FreeLensControl, 'the option "freeLensControl" says that the column has none'),
  lacking(StageSpeed, 'SerialEM has a speed only for moves by a distance'),
  lacking(NeutralImageShift, noCommand),
  lacking(EftemMode, noCommand),
  filter
    ? driven(EnergyFilter, filter)
    : lacking(EnergyFilter, 'SerialEM takes no images behind a filter here, and the column has none'),
  ...[StemMode, ScanRotation, ScannedField, ProbeAngle].map((token) =>
    lacking(token, 'this program does not yet scan through SerialEM'),
  ),
];

/** The devices of the lenses that a column behind SerialEM has besides. */
export const serialEmLensDevices = (script: SerialEmScript, column: SerialEmColumn): SerialEmLensDevices => ({
  ...(column.cameraLengths.size > 0 && { diffraction: new SerialEmDiffraction(script, column) }),
  ...(column.hasFreeLenses && { lenses: new SerialEmFreeLenses(script) }),
});
