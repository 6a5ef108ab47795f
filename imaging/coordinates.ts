import type { Image } from './image';

/** A pair of values along X and Y; a position in an image has its origin at the image centre, X right, Y up, in pixels. */
export interface Vector {
  readonly x: number;
  readonly y: number;
}

/** A 2x2 matrix whose elements are named by output and input axis: `x' = xpx*x + xpy*y`, `y' = ypx*x + ypy*y`. */
export interface Matrix {
  readonly xpx: number;
  readonly xpy: number;
  readonly ypx: number;
  readonly ypy: number;
}

/**
 * A place in the raster of an image: whole numbers are pixel centres, [0, 0] is the upper left pixel, rows count
 * downwards.
 */
export interface RasterPosition {
  readonly row: number;
  readonly column: number;
}

/**
 * Converts a place in the raster to a camera position (origin at the image centre, X right, Y up, in pixels of the image).
 * The centre of an image lies half-way between its first and its last pixel, in both directions, for even sizes too.
 */
export function toCamera(place: RasterPosition, of: Image): Vector {
  const [rows = 0, columns = 0] = of.shape;
  return { x: place.column - (columns - 1) / 2, y: (rows - 1) / 2 - place.row };
}

/** Converts a camera position (origin at the image centre, X right, Y up, in pixels of the image) to a place in the raster. */
export function toRaster(position: Vector, of: Image): RasterPosition {
  const [rows = 0, columns = 0] = of.shape;
  return { row: (rows - 1) / 2 - position.y, column: position.x + (columns - 1) / 2 };
}
