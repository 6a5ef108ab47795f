import type { BeamTiltUnits, Vector } from '../../../base';
import { device } from '../../device';
import type { Setting } from '../../setting';
import { pair } from '../../setting-traits';

/** The deflectors that tilt the illumination about a point of the specimen, for autofocus, astigmatism and coma. */
export interface BeamTilt {
  readonly beamTilt: Setting<Vector<BeamTiltUnits>>;
}
/** The token of the beam tilt. */
export const BeamTilt = device<BeamTilt>('BeamTilt', {
  called: 'the beam tilt',
  part: 'column',
  settings: {
    beamTilt: pair({ label: 'Beam tilt', unit: 'units', decimals: 3, step: 0.1, changesBeam: true }),
  },
});

/** Columns that can tilt the beam and keep the image in its place meanwhile. */
export interface ImageBeamTilt {
  readonly imageBeamTilt: Setting<Vector<BeamTiltUnits>>;
}
/** The token of the image-beam tilt. */
export const ImageBeamTilt = device<ImageBeamTilt>('ImageBeamTilt', {
  called: 'the image-beam tilt',
  part: 'column',
  settings: {
    imageBeamTilt: pair({
      label: 'Image-beam tilt',
      short: 'IB tilt',
      unit: 'units',
      decimals: 3,
      step: 0.1,
      changesBeam: true,
    }),
  },
});
