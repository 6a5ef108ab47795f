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
import type { HitachiScope } from './scope';

const noCommand = 'Hitachi columns have no command for it';

/** The devices of a Hitachi column besides its stage, and those that it lacks. */
export const hitachiDevices = (scope: HitachiScope): readonly (DrivenDevice | LackingDevice)[] => [
  driven(Scope, scope),
  driven(NeutralImageShift, scope),
  driven(Illumination, scope),
  lacking(ProbeModeSelector, 'Hitachi columns have no nanoprobe and microprobe'),
  lacking(AlphaSelector, 'Hitachi columns have none'),
  lacking(IlluminatedArea, 'Hitachi columns set a lens value instead'),
  driven(BeamShift, scope),
  driven(Screen, scope),
  lacking(LensNormalization, noCommand),
  lacking(EftemMode, noCommand),
];
