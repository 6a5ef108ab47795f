import { type Matrix, type Metres, type Vector, apply, length, metres, micrometres } from '../base';

/** An image shift relative to its limit. */
export interface ImageShiftReach {
  readonly within: boolean;
  /** Distance from zero on the specimen: of the larger axis, or in total. */
  readonly distance: Metres;
  readonly limit: Metres;
}

/**
 * Compares an image shift with its limit. Without a matrix nothing can be said and everything is allowed.
 *
 * @param toSpecimen image shift to specimen, micrometres per unit
 * @param limit in micrometres
 * @param square whether each axis is limited by itself
 */
export function imageShiftReach(
  value: Vector,
  toSpecimen: Matrix | undefined,
  limit: number,
  square: boolean,
): ImageShiftReach {
  if (!toSpecimen)
    return {
      within: Number.isFinite(value.x) && Number.isFinite(value.y),
      distance: metres(NaN),
      limit: micrometres(limit),
    };
  const along = length(apply(toSpecimen, { x: value.x, y: 0 }));
  const across = length(apply(toSpecimen, { x: 0, y: value.y }));
  const distance = square ? Math.max(along, across) : length(apply(toSpecimen, value));
  // Written so that a NaN distance is outside.
  return { within: distance <= limit, distance: micrometres(distance), limit: micrometres(limit) };
}
