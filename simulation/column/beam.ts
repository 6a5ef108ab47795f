import type { Frame } from '../image/frame';
import type { BeamTruth } from '../truth';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { sqrt } = Math;

/** Largest and smallest diameters as multiples of that at the reference intensity: the condenser goes no further. */
const diameterRange = 64;

/** Diameter of the illuminated disc in micrometres. @param fieldDiagonal micrometres seen by the reference camera at this magnification */
export function beamDiameter(beam: BeamTruth, fieldDiagonal: number, intensity: number): number {
  const factor = 2 ** (beam.doublingsPerIntensity * (intensity - beam.referenceIntensity));
  return beam.diameterInFields * fieldDiagonal * Math.min(diameterRange, Math.max(1 / diameterRange, factor));
}

/** The intensity at which the illuminated disc has a diameter in micrometres. */
export function intensityForDiameter(beam: BeamTruth, fieldDiagonal: number, diameter: number): number {
  return (
    beam.referenceIntensity + Math.log2(diameter / (beam.diameterInFields * fieldDiagonal)) / beam.doublingsPerIntensity
  );
}

/** Current density relative to that at reference intensity and spot: the same current on another area. */
export function relativeBrightness(beam: BeamTruth, intensity: number, spotSize: number): number {
  const reference = beamDiameter(beam, 1, beam.referenceIntensity);
  return (
    (reference / beamDiameter(beam, 1, intensity)) ** 2 * beam.currentPerSpotSize ** (beam.referenceSpotSize - spotSize)
  );
}

/**
 * Multiplies a canvas by the illumination of the pixels that lie outside the beam or in its soft edge.
 * @param columnCentre and
 * @param rowCentre where the centre of the disc falls on the raster of the frame
 * @param diameter micrometres
 */
export function paintBeam(
  canvas: Float32Array,
  frame: Frame,
  columnCentre: number,
  rowCentre: number,
  diameter: number,
  softness: number,
): void {
  const radius = diameter / 2 / frame.pixelSize;
  const inner = radius * (1 - softness);
  const innerSquared = inner * inner;
  const far = Math.hypot(
    Math.max(columnCentre, frame.columns - columnCentre),
    Math.max(rowCentre, frame.rows - rowCentre),
  );
  if (far <= inner) return;
  const width = Math.max(radius - inner, 1e-6);
  for (let row = 0, at = 0; row < frame.rows; row++) {
    const dy = row + 0.5 - rowCentre;
    for (let column = 0; column < frame.columns; column++, at++) {
      const dx = column + 0.5 - columnCentre;
      const distance = dx * dx + dy * dy;
      if (distance <= innerSquared) continue;
      const outward = (sqrt(distance) - inner) / width;
      canvas[at]! *= outward >= 1 ? 0 : 1 - outward * outward * (3 - 2 * outward);
    }
  }
}
