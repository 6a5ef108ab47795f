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
  StemDetectors,
  StemMode,
  TimedBlanker,
  driven,
  lacking,
} from '../../core/devices';
import type { FeiColumn } from './column';
import { FeiEftemMode } from './eftem-mode';
import { FeiApertures } from './apertures';
import { FeiIlluminatedArea } from './illuminated-area';
import type { FeiScope } from './scope';
import { FeiOpticsDevices } from './optics-devices';
import { type FeiLack, type FeiTransport, lacksOf } from './transport';

const doesNotScan = 'no camera is a STEM camera with magnifications in STEMMagTable';
const notOverThisWire = 'it cannot be reached over this wire';

/** The devices of an FEI column besides its stage, and those that it lacks. */
export function feiDevices(
  scope: FeiScope,
  transport: FeiTransport,
  {
    usesIlluminatedArea,
    hasFilter,
    scan,
    condenserApertures,
    objectiveApertures,
  }: Pick<FeiColumn, 'usesIlluminatedArea' | 'hasFilter' | 'scan' | 'condenserApertures' | 'objectiveApertures'>,
): readonly (DrivenDevice | LackingDevice)[] {
  const optics = new FeiOpticsDevices(transport);
  const apertures = new FeiApertures(transport, { condenserApertures, objectiveApertures });
  const missing = lacksOf(transport);
  const unlessMissing = (device: DrivenDevice, capability: FeiLack): DrivenDevice | LackingDevice =>
    missing.has(capability) ? lacking(device.token, notOverThisWire) : device;
  return [
    driven(Scope, scope),
    driven(Illumination, scope),
    driven(ProbeModeSelector, scope),
    lacking(AlphaSelector, 'FEI columns have none'),
    usesIlluminatedArea
      ? driven(IlluminatedArea, new FeiIlluminatedArea(transport))
      : lacking(IlluminatedArea, 'UseIlluminatedAreaForC2 says that the column has two condensers'),
    condenserApertures.length > 0
      ? unlessMissing(driven(CondenserAperture, apertures), 'apertures')
      : lacking(CondenserAperture, 'C2ApertureSizes does not list the apertures'),
    objectiveApertures.length > 0
      ? unlessMissing(driven(ObjectiveAperture, apertures), 'apertures')
      : lacking(ObjectiveAperture, 'the option "objectiveApertures" does not list the apertures'),
    driven(BeamShift, scope),
    unlessMissing(driven(BeamTilt, optics), 'beam tilt'),
    unlessMissing(driven(ImageBeamTilt, optics), 'image-beam tilt'),
    driven(ObjectiveStigmator, optics),
    driven(CondenserStigmator, optics),
    unlessMissing(driven(DiffractionStigmator, optics), 'diffraction stigmator'),
    driven(Screen, scope),
    driven(TimedBlanker, scope),
    driven(ScreenCurrent, optics),
    driven(LensNormalization, scope),
    unlessMissing(driven(AutomaticNormalization, scope), 'automatic normalization'),
    lacking(FreeLensControl, 'the scripting of FEI sets no single lens'),
    driven(ReportedMagnification, optics),
    unlessMissing(driven(ReportedRotation, optics), 'image rotation'),
    driven(CameraLength, optics),
    unlessMissing(driven(Diffraction, scope), 'camera length index'),
    lacking(NeutralImageShift, 'the image shift of FEI columns is neutral at zero'),
    ...(scan
      ? [
          unlessMissing(driven(StemMode, scope.scan), 'STEM'),
          unlessMissing(driven(ScanRotation, scope.scan), 'STEM'),
          unlessMissing(driven(ScannedField, scope.scan), 'STEM'),
          usesIlluminatedArea
            ? unlessMissing(driven(ProbeAngle, optics), 'convergence angle')
            : lacking(ProbeAngle, 'UseIlluminatedAreaForC2 says that the column has two condensers'),
        ]
      : [StemMode, ScanRotation, ScannedField, ProbeAngle].map((token) => lacking(token, doesNotScan))),
    lacking(StemDetectors, 'this program does not set the detectors of scans over the scripting of FEI yet'),
    lacking(
      EnergyFilter,
      'this plugin sets no filter: the advanced scripting of a Selectris or Iliad and the server of a CEOS filter (CEFID) are not driven; a GIF belongs to the plugin of Gatan',
    ),
    hasFilter
      ? unlessMissing(driven(EftemMode, new FeiEftemMode(transport)), 'EFTEM mode')
      : lacking(EftemMode, 'no camera is behind an energy filter'),
  ];
}
