import type { BeamShiftUnits, Vector } from '../../../base';
import { device } from '../../device';
import type { Setting } from '../../setting';
import { pair } from '../../setting-traits';

/** The deflectors that shift the illumination on the specimen. */
export interface BeamShift {
  readonly beamShift: Setting<Vector<BeamShiftUnits>>;
}
/** The token of the beam shift. */
export const BeamShift = device<BeamShift>('BeamShift', {
  called: 'the beam shift',
  part: 'column',
  settings: {
    beamShift: pair({ label: 'Beam shift', short: 'Beam', unit: 'units', decimals: 4, step: 0.1, changesBeam: true }),
  },
});
