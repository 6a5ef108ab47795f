import type { Frame } from '../base/frame';
import { direction, exponential, hypotenuse } from '../base/functions';
import { rotationMatrix, scaled, sum, transformed, type PlaneMatrix, type PlaneVector } from '../base/plane';
import type { Scattering } from '../specimen/scattering';

/** The way of a diffraction pattern to a camera. */
export interface PatternView {
  /** All electrons of the exposure. */
  readonly electrons: number;
  /** Unbinned pixels for a radian. */
  readonly pixelsPerRadian: number;
  readonly pixelsPerPixel: number;
  /** Micrometres. */
  readonly wavelength: number;
  /** Half angle of the illumination, radians. */
  readonly convergence: number;
  /** Direction of the direct beam from the axis of the camera, radians along the specimen. */
  readonly tilt: PlaneVector;
  readonly specimenToCamera: PlaneMatrix;
}

const stepsPerPixel = 4;
/** Standard deviations to which a ring is painted. */
const reach = 5;
/** Least radius of a disc in pixels of the image. */
const minRadius = 0.7;
const micrometresPerNanometre = 1e-3;

/** Returns a painter of the mean electrons of a diffraction pattern: the direct beam, the spots and the rings, in the proportions of the camera length. */
export function patternPainter(
  scattering: Scattering,
  view: PatternView,
): (canvas: Float32Array, frame: Frame) => void {
  const perRadian = view.pixelsPerRadian / view.pixelsPerPixel;
  const { specimenToCamera } = view;
  const turn = rotationMatrix((direction(specimenToCamera.ypx, specimenToCamera.xpx) * 180) / Math.PI);
  const onCamera = (radians: PlaneVector): PlaneVector => scaled(transformed(turn, radians), perRadian);
  // Cycles per nanometre are a thousand cycles per micrometre.
  const perCycle = view.wavelength / micrometresPerNanometre;
  const direct = onCamera(view.tilt);
  const scatteredShare = [...scattering.rings, ...scattering.spots].reduce((total, { share }) => total + share, 0);
  const radius = Math.max(minRadius, view.convergence * perRadian);
  const discs = [
    { place: direct, share: Math.max(0, 1 - scatteredShare) },
    ...scattering.spots.map(({ x, y, share }) => ({ place: sum(direct, onCamera(scaled({ x, y }, perCycle))), share })),
  ];
  const rings = scattering.rings.map(({ radius: cycles, width, share }) => {
    const middle = cycles * perCycle * perRadian;
    const deviation = hypotenuse(width * middle, radius / 2);
    return { middle, deviation, height: (view.electrons * share) / (2 * Math.PI * middle * deviation * rootOfTurn) };
  });
  const last = rings.reduce((far, { middle, deviation }) => Math.max(far, middle + reach * deviation), 0);
  const profile = Float32Array.from({ length: Math.ceil(last * stepsPerPixel) + 2 }, (_, k) =>
    rings.reduce((total, { middle, deviation, height }) => {
      const off = (k / stepsPerPixel - middle) / deviation;
      return total + height * exponential((-off * off) / 2);
    }, 0),
  );

  return (canvas, frame) => {
    const [centreColumn, centreRow] = [frame.centreColumn + direct.x, frame.centreRow - direct.y];
    for (let row = 0, at = 0; row < frame.rows; row++) {
      const dy = row + 0.5 - centreRow;
      for (let column = 0; column < frame.columns; column++, at++) {
        const dx = column + 0.5 - centreColumn;
        const place = Math.sqrt(dx * dx + dy * dy) * stepsPerPixel;
        canvas[at] = place < profile.length - 1 ? profile[Math.floor(place)]! : 0;
      }
    }
    for (const { place, share } of discs) addDisc(canvas, frame, place, radius, view.electrons * share);
  };
}

const rootOfTurn = Math.sqrt(2 * Math.PI);

/** Adds an even disc of electrons with an edge of one pixel. */
function addDisc(canvas: Float32Array, frame: Frame, place: PlaneVector, radius: number, electrons: number): void {
  const [centreColumn, centreRow] = [frame.centreColumn + place.x, frame.centreRow - place.y];
  const far = radius + 1;
  const weight = (column: number, row: number): number => {
    const distance = hypotenuse(column + 0.5 - centreColumn, row + 0.5 - centreRow);
    return Math.min(1, Math.max(0, radius + 0.5 - distance));
  };
  const columns = [Math.floor(centreColumn - far), Math.ceil(centreColumn + far)] as const;
  const rows = [Math.floor(centreRow - far), Math.ceil(centreRow + far)] as const;
  let total = 0;
  for (let row = rows[0]; row <= rows[1]; row++)
    for (let column = columns[0]; column <= columns[1]; column++) total += weight(column, row);
  if (total === 0) return;
  for (let row = Math.max(0, rows[0]); row <= Math.min(frame.rows - 1, rows[1]); row++)
    for (let column = Math.max(0, columns[0]); column <= Math.min(frame.columns - 1, columns[1]); column++)
      canvas[row * frame.columns + column]! += (electrons * weight(column, row)) / total;
}
