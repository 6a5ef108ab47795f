import type { Frame } from '../base/frame';
import { hypotenuse } from '../base/functions';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { sqrt } = Math;

/** The illuminated disc on the raster of a frame. */
export interface DiscOnFrame {
  /** Micrometres. */
  readonly diameter: number;
  /** Width of the edge as a fraction of the radius. */
  readonly edgeSoftness: number;
  /** Place of its centre. */
  readonly column: number;
  readonly row: number;
}

/** Multiplies a canvas by the illumination of the pixels that lie outside the beam or in its soft edge. */
export function paintBeam(canvas: Float32Array, frame: Frame, disc: DiscOnFrame): void {
  const { column: columnCentre, row: rowCentre } = disc;
  const radius = disc.diameter / 2 / frame.pixelSize;
  const inner = radius * (1 - disc.edgeSoftness);
  const innerSquared = inner * inner;
  const far = hypotenuse(
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
