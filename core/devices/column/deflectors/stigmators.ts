import type { Vector } from '../../../base';
import { device } from '../../device';
import type { Setting } from '../../setting';
import { pair } from '../../setting-traits';

/** Values along X and Y are shares of the range, -1 to 1. */
const stigmator = { unit: '', decimals: 5, step: 0.01, range: [-1, 1] } as const;

/** The stigmator of the objective lens, which takes the astigmatism out of the image. */
export interface ObjectiveStigmator {
  readonly objectiveStigmator: Setting<Vector>;
}
/** The token of the objective stigmator. */
export const ObjectiveStigmator = device<ObjectiveStigmator>('ObjectiveStigmator', {
  called: 'the objective stigmator',
  part: 'column',
  settings: { objectiveStigmator: pair({ label: 'Objective stigmator', short: 'Obj stig', ...stigmator }) },
});

/** The stigmator of the condenser lenses, which makes the beam round. */
export interface CondenserStigmator {
  readonly condenserStigmator: Setting<Vector>;
}
/** The token of the condenser stigmator. */
export const CondenserStigmator = device<CondenserStigmator>('CondenserStigmator', {
  called: 'the condenser stigmator',
  part: 'column',
  settings: {
    condenserStigmator: pair({
      label: 'Condenser stigmator',
      short: 'Cond stig',
      changesBeam: true,
      ...stigmator,
    }),
  },
});

/** The stigmator of the diffraction lens, which makes the spots of a diffraction pattern round. */
export interface DiffractionStigmator {
  readonly diffractionStigmator: Setting<Vector>;
}
/** The token of the diffraction stigmator. */
export const DiffractionStigmator = device<DiffractionStigmator>('DiffractionStigmator', {
  called: 'the diffraction stigmator',
  part: 'column',
  settings: { diffractionStigmator: pair({ label: 'Diffraction stigmator', short: 'Diff stig', ...stigmator }) },
});
