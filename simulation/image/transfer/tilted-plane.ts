import { inverted, multiplied, origin, type PlaneMatrix, type PlaneVector } from '../../base/plane';
import type { Slope } from './focal-planes';

/** The plane of a tilted specimen as a camera sees it. */
export interface TiltedPlane {
  /** Places in the plane across the optical axis, micrometres, to unbinned pixels: where the beam is tilted, defocus that changes over the image stretches it. */
  readonly seen: PlaneMatrix;
  /** Micrometres of defocus for an unbinned pixel, Y up; undefined where the specimen is not tilted. */
  readonly perPixel?: PlaneVector;
}

/**
 * Lays out the plane of a specimen whose height changes along Y of the specimen.
 * @param specimenToCamera unbinned pixels per micrometre
 * @param slope height for a micrometre along Y as the camera sees it
 * @param beamTilt radians
 */
export function tiltedPlane(specimenToCamera: PlaneMatrix, slope: number, beamTilt: PlaneVector = origin): TiltedPlane {
  if (slope === 0) return { seen: specimenToCamera };
  const back = inverted(specimenToCamera);
  const perPixel = { x: slope * back.ypx, y: slope * back.ypy };
  if (beamTilt.x === 0 && beamTilt.y === 0) return { seen: specimenToCamera, perPixel };
  const stretch = { xpx: 1, xpy: slope * beamTilt.x, ypx: 0, ypy: 1 + slope * beamTilt.y };
  return { seen: multiplied(specimenToCamera, stretch), perPixel };
}

/**
 * The slope on the raster of an image. The tilt axis stays where the optical axis is; image shift moves it on the camera.
 * @param axis place of the optical axis from the centre of the camera, unbinned pixels, Y up
 */
export const slopeOn = (
  { perPixel }: TiltedPlane,
  pixelsPerPixel: number,
  axis: PlaneVector,
): { readonly slope?: Slope } =>
  perPixel
    ? {
        slope: {
          perColumn: perPixel.x * pixelsPerPixel,
          perRow: -perPixel.y * pixelsPerPixel,
          centreColumn: axis.x / pixelsPerPixel,
          centreRow: -axis.y / pixelsPerPixel,
        },
      }
    : {};
