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
import type { SerialEmColumn } from './column';
import type { SerialEmScope } from './scope';

const noCommand = 'SerialEM has no command for it';

/** The devices of a column behind SerialEM besides its stage, and those that it lacks. */
export const serialEmDevices = (
  scope: SerialEmScope,
  { hasProbeModes }: Pick<SerialEmColumn, 'hasProbeModes'>,
): readonly (DrivenDevice | LackingDevice)[] => [
  driven(Scope, scope),
  driven(Illumination, scope),
  hasProbeModes
    ? driven(ProbeModeSelector, scope)
    : lacking(ProbeModeSelector, 'the option "probeModes" says that the column has none'),
  lacking(AlphaSelector, 'this program does not yet set alpha through SerialEM'),
  lacking(IlluminatedArea, 'SerialEM shows the intensity instead'),
  driven(BeamShift, scope),
  driven(Screen, scope),
  driven(LensNormalization, scope),
  lacking(NeutralImageShift, noCommand),
  lacking(EftemMode, noCommand),
];
