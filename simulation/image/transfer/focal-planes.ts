import type { Frame } from '../../base/frame';
import { electronWavelength } from '../../column/wavefront';
import type { OpticalFrame } from './filters';

const { abs, ceil, max, min } = Math;

/** Change of defocus over an image by a tilted specimen. */
export interface Slope {
  /** Micrometres of defocus for a pixel of the image along a row and down a column. */
  readonly perColumn: number;
  readonly perRow: number;
  /** Pixels from the centre of the camera to the place that has the defocus of the lens. */
  readonly centreColumn: number;
  readonly centreRow: number;
}

/** Images of equal steps of defocus, between which each pixel lies. */
export interface FocalPlanes {
  /** Micrometres from the defocus of the lens, and between neighbours. */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** Defocus of the middle of the first pixel of the frame, and its change from one pixel to the next. */
  readonly height: { readonly corner: number; readonly perColumn: number; readonly perRow: number };
  /** Share of a plane in a pixel at a distance from it in steps. */
  weight(steps: number): number;
}

/** Radians by which the phase of the finest detail that is seen well may turn from one plane to the next. */
const straightStep = 0.3;
const cubicStep = 0.9;
/** That detail, in cycles per pixel. */
const finest = 0.35;
/** Radians over the whole image that nobody sees. */
const minTurn = 0.02;

/**
 * The planes that an image of a tilted specimen is made of; undefined where its focus is the same everywhere. What a spatial frequency does with
 * defocus is a sine, so that a cubic between four planes follows it within a hundredth where its phase turns by less than `cubicStep`.
 */
export function focalPlanes(
  {
    slope,
    kilovolts,
    lab,
  }: { readonly slope?: Slope; readonly kilovolts: number; readonly lab: Pick<OpticalFrame, 'pixelSize'> },
  frame: Frame,
): FocalPlanes | undefined {
  if (!slope) return undefined;
  const { perColumn, perRow } = slope;
  const radians = Math.PI * electronWavelength(kilovolts) * (finest / lab.pixelSize) ** 2;
  const [across, down] = [perColumn * (frame.columns - 1), perRow * (frame.rows - 1)];
  const range = abs(across) + abs(down);
  if (range * radians < minTurn) return undefined;
  const corner =
    perColumn * (0.5 - frame.centreColumn - slope.centreColumn) + perRow * (0.5 - frame.centreRow - slope.centreRow);
  const lowest = corner + min(0, across) + min(0, down);
  const height = { corner, perColumn, perRow };
  if (range * radians <= straightStep)
    return { first: lowest, step: range, count: 2, height, weight: (steps) => max(0, 1 - abs(steps)) };
  const between = ceil((range * radians) / cubicStep);
  const step = range / between;
  // One more plane on either side, so that every pixel lies between the inner two of four.
  return { first: lowest - step, step, count: between + 3, height, weight: cubic };
}

/** Weights of the cubic through four points in equal steps. */
function cubic(steps: number): number {
  const distance = abs(steps);
  if (distance >= 2) return 0;
  return distance < 1
    ? (1 - distance * distance) * (1 - distance / 2)
    : ((1 - distance) * (2 - distance) * (3 - distance)) / 6;
}
