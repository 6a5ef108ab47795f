import { service, type Vector } from '../../../../core/base';

/** The accepted overlaps of the pairs of images that measure distortion, for the session. */
export interface DistortionOverlaps {
  /** Least and largest overlap of a side pair along the direction in which its images lie apart. */
  side: { readonly least: number; readonly most: number };
  /** Least overlap of a side pair across that direction. */
  across: number;
  /** Least and largest overlap of a diagonal pair in each direction. */
  diagonal: { readonly least: number; readonly most: number };
}
/** The token of the overlaps. */
export const DistortionOverlaps = service<DistortionOverlaps>('DistortionOverlaps');

/** The overlaps at the start of a session. */
export const usualOverlaps: DistortionOverlaps = {
  side: { least: 0.48, most: 0.6 },
  across: 0.94,
  diagonal: { least: 0.65, most: 0.75 },
};

/** The directions of the second image from the first one, counter-clockwise from the right, as people call them. */
export const directions = [
  'right',
  'right and up',
  'up',
  'left and up',
  'left',
  'left and down',
  'down',
  'right and down',
] as const;

/** The way of the second image of each direction in numbers. */
const ways: readonly Vector[] = [
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
  { x: -1, y: 1 },
  { x: -1, y: 0 },
  { x: -1, y: -1 },
  { x: 0, y: -1 },
  { x: 1, y: -1 },
];

/** The shifts of the second image against the first one that are accepted, in pixels of the images, X right and Y up. */
export interface ShiftWindow {
  readonly least: Vector;
  readonly most: Vector;
}

/** The window of a direction for images of a size in pixels. */
export function shiftWindow(direction: number, size: Vector, overlaps: DistortionOverlaps): ShiftWindow {
  const way = ways[direction]!;
  const { least, most } = way.x !== 0 && way.y !== 0 ? overlaps.diagonal : overlaps.side;
  const along = (sign: number, length: number): readonly [number, number] => {
    if (sign === 0) return [-(1 - overlaps.across) * length, (1 - overlaps.across) * length];
    const [near, far] = [(1 - most) * length, (1 - least) * length];
    return sign > 0 ? [near, far] : [-far, -near];
  };
  const [x, y] = [along(way.x, size.x), along(way.y, size.y)];
  return { least: { x: x[0], y: y[0] }, most: { x: x[1], y: y[1] } };
}

/** The middle of a window. */
export const middleOf = ({ least, most }: ShiftWindow): Vector => ({
  x: (least.x + most.x) / 2,
  y: (least.y + most.y) / 2,
});

/** True for a shift inside of a window. */
export const isInside = ({ least, most }: ShiftWindow, { x, y }: Vector): boolean =>
  x > least.x && x < most.x && y > least.y && y < most.y;
