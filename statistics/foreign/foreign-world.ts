/** A pair along X and Y. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A setting, or a move of the stage, with the seconds of the clock at which it was asked for. */
export interface Asked extends Point {
  readonly time: number;
}

/** Sizes of a place at which a world is looked at. A world has to be felt there, so that its strength is drawn in these. */
export interface Scales {
  /** Micrometres over the shorter side of the camera. */
  readonly field: number;
  /** Micrometres of a pixel of the images. */
  readonly pixel: number;
  /** Image-shift units that move the image over the shorter side. */
  readonly coils: number;
}

/** Picture as a world changes it: counts, row after row from the top left. */
export interface Picture {
  readonly columns: number;
  readonly rows: number;
  readonly counts: Float32Array;
  /** Place of a pixel on the camera, from its centre in half the shorter side, Y up. */
  place(column: number, row: number): Point;
}

/** Number of an image, from 0, and the middle of its exposure in seconds of the clock. */
export interface Moment {
  readonly image: number;
  readonly time: number;
}

/**
 * A world that no calibration knows: formulas that displace what a virtual microscope shows, and change the picture. Every effect is added
 * to those before it.
 */
export interface ForeignWorld {
  /** Image-shift units by which the coils stand off from what was asked for. */
  readonly coils: readonly ((asked: readonly Asked[], moment: Moment) => Point)[];
  /** Micrometres by which the carriage stands off from where the stage was sent, along its axes. */
  readonly carriage: readonly ((moves: readonly Asked[], moment: Moment) => Point)[];
  /** Micrometres by which the specimen is displaced, along X and Y of the camera. */
  readonly wander: readonly ((moment: Moment) => Point)[];
  /** Place in the undistorted picture of what is seen at a place of the camera, both from the centre in half the shorter side. */
  readonly field?: (seen: Point, moment: Moment) => Point;
  /** True when `field` is another one in each image. */
  readonly fieldWanders?: boolean;
  /** Farthest that `field` reaches beyond the camera, as a factor of at least 1; the picture is enlarged by it. */
  readonly reach: number;
  /** Changes of the picture in the order in which they happen. */
  readonly paint: readonly ((picture: Picture, moment: Moment) => void)[];
  /** Further copies of an image in which something jumped: displacements in micrometres with their shares of the exposure. */
  readonly copies?: (moment: Moment) => readonly { readonly share: number; readonly by: Point }[];
}

/** A world in which nothing is foreign. */
export const emptyWorld: ForeignWorld = { coils: [], carriage: [], wander: [], reach: 1, paint: [] };

/** Both worlds at once. Only one of them may have a field or copies. */
export const together = (one: ForeignWorld, other: Partial<ForeignWorld>): ForeignWorld => ({
  ...one,
  ...other,
  coils: [...one.coils, ...(other.coils ?? [])],
  carriage: [...one.carriage, ...(other.carriage ?? [])],
  wander: [...one.wander, ...(other.wander ?? [])],
  paint: [...one.paint, ...(other.paint ?? [])],
});

/** Sum of pairs. */
export const sumOf = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0),
  y: points.reduce((sum, { y }) => sum + y, 0),
});
