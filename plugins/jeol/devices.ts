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
import type { JeolApertures } from './apertures';
import type { JeolColumn } from './column';
import type { OmegaFilter } from './filter';
import type { JeolFreeLenses } from './free-lenses';
import type { JeolOpticsDevices } from './optics-devices';
import type { JeolScope } from './scope';

const noFilter =
  'HasOmegaFilter does not say that the column has one; the server of a CEOS filter (CEFID) is not driven, and a GIF belongs to the plugin of Gatan';
const unknownSizes = 'ApertureSizes does not say how large its holes are';

/** The devices of a JEOL column besides its stage, and those that it lacks. */
export const jeolDevices = (
  scope: JeolScope,
  optics: JeolOpticsDevices,
  lenses: JeolFreeLenses,
  filter: OmegaFilter | undefined,
  apertures: JeolApertures,
  { alphas, apertures: { condenser, objective }, scan }: Pick<JeolColumn, 'alphas' | 'apertures' | 'scan'>,
): readonly (DrivenDevice | LackingDevice)[] => [
  driven(Scope, scope),
  driven(NeutralImageShift, scope),
  driven(Illumination, scope),
  lacking(ProbeModeSelector, 'JEOL columns have no nanoprobe and microprobe'),
  alphas > 0 ? driven(AlphaSelector, scope) : lacking(AlphaSelector, 'JeolHasNoAlpha says that the column has none'),
  lacking(IlluminatedArea, 'JEOL columns set a lens value instead'),
  condenser.sizes.length > 0 ? driven(CondenserAperture, apertures) : lacking(CondenserAperture, unknownSizes),
  objective.sizes.length > 0 ? driven(ObjectiveAperture, apertures) : lacking(ObjectiveAperture, unknownSizes),
  driven(BeamShift, scope),
  driven(BeamTilt, optics),
  lacking(ImageBeamTilt, 'JEOL columns have one beam tilt only'),
  driven(ObjectiveStigmator, optics),
  driven(CondenserStigmator, optics),
  driven(DiffractionStigmator, optics),
  driven(Screen, scope),
  driven(TimedBlanker, scope),
  lacking(ScreenCurrent, 'JEOL columns tell a current density whose unit this program does not know'),
  driven(ReportedMagnification, optics),
  lacking(ReportedRotation, 'JEOL columns do not report it'),
  driven(CameraLength, optics),
  driven(Diffraction, scope),
  driven(FreeLensControl, lenses),
  lacking(LensNormalization, 'JEOL columns relax their lenses by themselves'),
  lacking(AutomaticNormalization, 'JEOL columns relax their lenses by themselves'),
  lacking(StageSpeed, 'this program does not know how JEOL stages count their speed'),
  lacking(EftemMode, 'this program does not yet set the GIF mode of JEOL columns'),
  filter ? driven(EnergyFilter, filter) : lacking(EnergyFilter, noFilter),
  scan
    ? driven(StemMode, scope.scan)
    : lacking(StemMode, 'no camera is a STEM camera with magnifications in STEMMagTable'),
  lacking(ScanRotation, 'the camera that scans turns the scan'),
  lacking(ScannedField, 'JEOL columns do not report it'),
  lacking(ProbeAngle, 'JEOL columns do not report it'),
];
