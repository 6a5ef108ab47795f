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
import type { FeiColumn } from './column';
import { FeiEftemMode } from './eftem-mode';
import { FeiIlluminatedArea } from './illuminated-area';
import type { FeiScope } from './scope';
import type { FeiTransport } from './transport';

/** The devices of an FEI column besides its stage, and those that it lacks. */
export function feiDevices(
  scope: FeiScope,
  transport: FeiTransport,
  { usesIlluminatedArea, hasFilter }: Pick<FeiColumn, 'usesIlluminatedArea' | 'hasFilter'>,
): readonly (DrivenDevice | LackingDevice)[] {
  return [
    driven(Scope, scope),
    driven(Illumination, scope),
    driven(ProbeModeSelector, scope),
    lacking(AlphaSelector, 'FEI columns have none'),
    usesIlluminatedArea
      ? driven(IlluminatedArea, new FeiIlluminatedArea(transport))
      : lacking(IlluminatedArea, 'UseIlluminatedAreaForC2 says that the column has two condensers'),
    driven(BeamShift, scope),
    driven(Screen, scope),
    driven(LensNormalization, scope),
    lacking(NeutralImageShift, 'the image shift of FEI columns is neutral at zero'),
    eftemMode(transport, hasFilter),
  ];
}

function eftemMode(transport: FeiTransport, hasFilter: boolean): DrivenDevice | LackingDevice {
  if (!hasFilter) return lacking(EftemMode, 'no camera is behind an energy filter');
  return transport.lacks?.has('EFTEM mode')
    ? lacking(EftemMode, 'it cannot be reached over this wire')
    : driven(EftemMode, new FeiEftemMode(transport));
}
