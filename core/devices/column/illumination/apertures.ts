import type { Metres } from '../../../base';
import { device } from '../../device';
import type { Setting } from '../../setting';
import { quantity } from '../../setting-traits';

/** Columns that change the condenser aperture (C2), which sets width and current of the beam, on request. */
export interface CondenserAperture {
  /** Diameter; 0 when it is retracted. */
  readonly condenserAperture: Setting<Metres>;
}
/** The token of the condenser aperture. */
export const CondenserAperture = device<CondenserAperture>('CondenserAperture', {
  called: 'the condenser aperture',
  part: 'column',
  settings: {
    condenserAperture: quantity({
      label: 'Condenser aperture',
      short: 'C2 aperture',
      unit: 'um',
      decimals: 0,
      step: 10,
      range: [0, 1e-3],
      changesBeam: true,
    }),
  },
});

/** Columns that change the objective aperture, which cuts scattered electrons and a tilted beam, on request. */
export interface ObjectiveAperture {
  /** Diameter; 0 when it is retracted. */
  readonly objectiveAperture: Setting<Metres>;
}
/** The token of the objective aperture. */
export const ObjectiveAperture = device<ObjectiveAperture>('ObjectiveAperture', {
  called: 'the objective aperture',
  part: 'column',
  settings: {
    objectiveAperture: quantity({
      label: 'Objective aperture',
      short: 'Obj aperture',
      unit: 'um',
      decimals: 0,
      step: 10,
      range: [0, 1e-3],
      changesBeam: true,
    }),
  },
});
