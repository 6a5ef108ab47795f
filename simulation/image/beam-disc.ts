import type { Frame } from '../base/frame';
import { inverted, multiplied, type PlaneMatrix, type PlaneVector } from '../base/plane';
import { hypotenuse } from '../base/functions';
import type { Disc } from '../column/condenser/beam';
import { electronWavelength } from '../column/wavefront';
import { FringeProfile } from './fringes';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { sqrt } = Math;

/** The outline of the beam for the raster of a frame. */
export interface OutlineOnFrame extends Pick<Disc, 'diameter' | 'edgeSoftness'> {
  /** There when the beam is not an even disc. */
  readonly uneven?: UnevenBeam;
}

/** A beam that is not an even disc. */
interface UnevenBeam {
  /** Columns and rows from the centre of the beam to a disc of radius 1 whose axes are those of the specimen, Y up. */
  readonly toDisc: PlaneMatrix;
  readonly slope: PlaneVector;
  readonly brighterRim: number;
  readonly fringes: FringeProfile | undefined;
}

/** The illuminated disc on the raster of a frame. */
export interface DiscOnFrame extends OutlineOnFrame {
  /** Place of its centre. */
  readonly column: number;
  readonly row: number;
}

/** Conditions under which a beam is seen. */
interface BeamView {
  readonly specimenToCamera: PlaneMatrix;
  readonly pixelsPerPixel: number;
  /** Micrometres. */
  readonly defocus: number;
  readonly kilovolts: number;
}

/** Standard deviation of a soft edge as a fraction of its width. */
const edgeDeviation = 0.2236;
const milli = 1e-3;
/** Keeps the even middle of a beam clear of where rounding decides. */
const withinRounding = 1 - 1e-9;

/** The outline of a disc for the raster of an image. */
export function outlineOn({ diameter, edgeSoftness, shape }: Disc, view: BeamView): OutlineOnFrame {
  if (!shape) return { diameter, edgeSoftness };
  const { pixelsPerPixel, specimenToCamera } = view;
  const toSpecimen = multiplied(inverted(specimenToCamera), {
    xpx: pixelsPerPixel,
    xpy: 0,
    ypx: 0,
    ypy: -pixelsPerPixel,
  });
  const distance = shape.fringes && Math.abs(shape.fringes.apertureImage + view.defocus);
  // An aperture that happens to be in focus has no fringes.
  const unit = distance && sqrt((electronWavelength(view.kilovolts) * distance) / 2);
  const { xpx, xpy, ypx, ypy } = toSpecimen;
  const uneven: UnevenBeam = {
    toDisc: multiplied(shape.toDisc, toSpecimen),
    slope: shape.slope,
    brighterRim: shape.brighterRim,
    fringes: unit
      ? new FringeProfile(
          unit,
          hypotenuse(edgeDeviation * edgeSoftness * (diameter / 2), shape.fringes.source * milli * distance),
          sqrt(Math.abs(xpx * ypy - xpy * ypx)),
        )
      : undefined,
  };
  return { diameter, edgeSoftness, uneven };
}

/** Multiplies a canvas by the illumination of the pixels: where the beam is even, of those that lie outside it or in its soft edge. */
export function paintBeam(canvas: Float32Array, frame: Frame, disc: DiscOnFrame): void {
  if (disc.uneven) return paintUneven(canvas, frame, disc, disc.uneven);
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

/** The same for a beam that is elliptic, uneven, or has fringes at its edge. */
function paintUneven(
  canvas: Float32Array,
  frame: Frame,
  { column: columnCentre, row: rowCentre, diameter, edgeSoftness }: DiscOnFrame,
  { toDisc, slope, brighterRim, fringes }: UnevenBeam,
): void {
  const inner = 1 - edgeSoftness;
  const width = Math.max(edgeSoftness, 1e-6);
  // Half of the density is reached in the middle of the soft edge.
  const edge = 1 - edgeSoftness / 2;
  const { pixelSize } = frame;
  // A radius of the disc is at least this many micrometres along any ray.
  const leastRay = pixelSize / longestOf(toDisc);
  const evenTo = fringes ? edge - fringes.reach / leastRay : inner;
  const evenSquare = evenTo > 0 ? evenTo * evenTo * withinRounding : -1;
  for (let row = 0, at = 0; row < frame.rows; row++) {
    const dy = row + 0.5 - rowCentre;
    for (let column = 0; column < frame.columns; column++, at++) {
      const dx = column + 0.5 - columnCentre;
      const x = toDisc.xpx * dx + toDisc.xpy * dy;
      const y = toDisc.ypx * dx + toDisc.ypy * dy;
      const square = x * x + y * y;
      if (square < evenSquare) {
        const evenness = 1 + slope.x * x + slope.y * y + brighterRim * (2 * square - 1);
        canvas[at]! *= evenness > 0 ? evenness : 0;
        continue;
      }
      const radius = sqrt(square);
      let level: number;
      if (fringes) {
        // Along a ray from the centre a radius of the disc is this many micrometres.
        const ray = radius === 0 ? diameter / 2 : (sqrt(dx * dx + dy * dy) / radius) * pixelSize;
        level = fringes.at((edge - radius) * ray);
      } else {
        const outward = (radius - inner) / width;
        level = outward <= 0 ? 1 : outward >= 1 ? 0 : 1 - outward * outward * (3 - 2 * outward);
      }
      // Where a steep slope would leave less than nothing there is nothing.
      const evenness = 1 + slope.x * x + slope.y * y + brighterRim * (2 * square - 1);
      canvas[at]! *= level > 0 && evenness > 0 ? level * evenness : 0;
    }
  }
}

/** The length to which a matrix stretches a vector of length 1 at most. */
function longestOf({ xpx, xpy, ypx, ypy }: PlaneMatrix): number {
  const half = (xpx * xpx + xpy * xpy + ypx * ypx + ypy * ypy) / 2;
  const determinant = xpx * ypy - xpy * ypx;
  return sqrt(half + sqrt(Math.max(0, half * half - determinant * determinant)));
}
