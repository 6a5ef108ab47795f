import type { PlaneMatrix, PlaneVector } from '../../base/plane';
import type { PlainTruth } from './plain-law';

/** The truth of the illumination. */
export interface BeamTruth extends PlainTruth {
  /** Electrons per second through a 512th of the shorter side of the camera squared, at reference intensity and spot. */
  readonly electronsPerFieldPixelPerSecond: number;
  /** Place of the beam in the specimen plane without beam shift, micrometres. */
  readonly centre: PlaneVector;
  /** Beam shift units to specimen micrometres. */
  readonly beamShiftToSpecimen: PlaneMatrix;
  /** Width of the edge of the disc as a fraction of its radius. */
  readonly edgeSoftness: number;
}
