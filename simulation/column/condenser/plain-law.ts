import { binaryLogarithm, power, powerOfTwo } from '../../base/functions';
import type { CondenserBeam, IlluminationSettings } from './settings';

/** The truth of a condenser that spreads the beam to suit each magnification. */
export interface PlainTruth {
  readonly referenceIntensity: number;
  readonly referenceSpotSize: number;
  /** Beam diameter at the reference intensity, in diagonals of the field of view. */
  readonly diameterInFields: number;
  /** The beam diameter changes by 2 to the power of this times the change of intensity. */
  readonly doublingsPerIntensity: number;
  /** The current falls by this factor with each spot size. */
  readonly currentPerSpotSize: number;
}

/** Largest and smallest diameters as multiples of that at the reference intensity: the condenser goes no further. */
const diameterRange = 64;

/** Diameter of the illuminated disc as a multiple of that at the reference intensity. */
function widening({ doublingsPerIntensity, referenceIntensity }: PlainTruth, intensity: number): number {
  const factor = powerOfTwo(doublingsPerIntensity * (intensity - referenceIntensity));
  return Math.min(diameterRange, Math.max(1 / diameterRange, factor));
}

/** The beam at the given settings. @param fieldDiagonal micrometres seen by the reference camera at this magnification */
export function plainBeam(
  truth: PlainTruth,
  fieldDiagonal: number,
  { intensity, aperture }: Pick<IlluminationSettings, 'intensity' | 'aperture'>,
): CondenserBeam {
  const spread = truth.diameterInFields * fieldDiagonal * widening(truth, intensity) * aperture;
  return { spread, spreadPerIntensity: spread * truth.doublingsPerIntensity * Math.LN2, least: 0 };
}

/** The intensity at which the illuminated disc has a diameter in micrometres. */
export const plainIntensityFor = (truth: PlainTruth, fieldDiagonal: number, diameter: number): number =>
  truth.referenceIntensity +
  binaryLogarithm(diameter / (truth.diameterInFields * fieldDiagonal)) / truth.doublingsPerIntensity;

/** Current density relative to that at reference intensity and spot: the same current on another area. @param dimmer spot sizes from the reference towards less current */
export function plainBrightness(truth: PlainTruth, intensity: number, dimmer: number): number {
  const wider = widening(truth, intensity);
  return power(truth.currentPerSpotSize, -dimmer) / (wider * wider);
}
