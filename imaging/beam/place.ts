import type { Vector } from '../coordinates';

/** Standard errors of a place along X and Y, in pixels. */
export type PlaceError = Vector;

/** A place in an image with its standard errors. */
export interface MeasuredPlace {
  /** Camera position: pixels of the image, origin at its centre, X right, Y UP. */
  readonly centre: Vector;
  readonly standardErrors: PlaceError;
}
