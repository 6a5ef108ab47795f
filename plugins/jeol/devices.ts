import {
  AlphaSelector,
  BeamShift,
  type DrivenDevice,
  EftemMode,
  IlluminatedArea,
  Illumination,
  type LackingDevice,
  LensNormalization,
  NeutralImageShift,
  ProbeModeSelector,
  Scope,
  Screen,
  driven,
  lacking,
} from '../../core/devices';
import type { JeolColumn } from './column';
import type { JeolScope } from './scope';

/** The devices of a JEOL column besides its stage, and those that it lacks. */
export const jeolDevices = (
  scope: JeolScope,
  { alphas }: Pick<JeolColumn, 'alphas'>,
): readonly (DrivenDevice | LackingDevice)[] => [
  driven(Scope, scope),
  driven(NeutralImageShift, scope),
  driven(Illumination, scope),
  lacking(ProbeModeSelector, 'JEOL columns have no nanoprobe and microprobe'),
  alphas > 0 ? driven(AlphaSelector, scope) : lacking(AlphaSelector, 'JeolHasNoAlpha says that the column has none'),
  lacking(IlluminatedArea, 'JEOL columns set a lens value instead'),
  driven(BeamShift, scope),
  driven(Screen, scope),
  lacking(LensNormalization, 'JEOL columns relax their lenses by themselves'),
  lacking(EftemMode, 'this program does not yet set the GIF mode of JEOL columns'),
];
