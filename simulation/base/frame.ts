import { hypotenuse } from './functions';
import { determinantOf, type PlaneMatrix, type PlaneVector } from './plane';

/**
 * Projection distortion: what would lie at camera position p appears at `p * (1 + cubic*|p|^2/R^2 + quadratic*p.x/R)`,
 * R being half the shorter side of the camera. Each number is thus the fraction by which a point at the edge is displaced.
 */
export interface Distortion {
  readonly cubic: number;
  readonly quadratic: number;
}

/**
 * The way specimen positions fall on the pixels of one image.
 * Raster coordinates are continuous, X right and Y down, and pixel i covers i to i+1, so that they mean the same at every binning.
 * A specimen point (x, y) in micrometres falls on `column = originColumn + columnX*x + columnY*y`, `row` likewise, and is then
 * pushed from the camera centre by the distortion `1 + cubic*d^2 + quadratic*dx`, d being its distance in pixels of this image.
 */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly originColumn: number;
  readonly originRow: number;
  readonly columnX: number;
  readonly columnY: number;
  readonly rowX: number;
  readonly rowY: number;
  readonly centreColumn: number;
  readonly centreRow: number;
  readonly cubic: number;
  readonly quadratic: number;
  /** Micrometres of one pixel of the image. */
  readonly pixelSize: number;
  /** Variance of the blur beyond that of the square pixel, in pixels of the image squared. */
  readonly blurVariance: number;
}

/** A part of a camera in unbinned pixels, from its top left corner. */
export interface CameraArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The geometry from which a frame is laid over the specimen. */
export interface FrameGeometry {
  readonly camera: { readonly width: number; readonly height: number };
  readonly area: CameraArea;
  /** Unbinned pixels on a side of a pixel of the image: the binning, or a half in super-resolution. */
  readonly pixelsPerPixel: number;
  /** Specimen to camera in unbinned pixels per micrometre. */
  readonly matrix: PlaneMatrix;
  /** Camera position of the specimen origin, unbinned pixels, Y up. */
  readonly origin: PlaneVector;
  readonly distortion: Distortion | undefined;
  /** Standard deviation of the detector blur in unbinned pixels. */
  readonly blur: number;
}

/** Lays a frame over the specimen. */
export function frameOf({ camera, area, pixelsPerPixel, matrix, origin, distortion, blur }: FrameGeometry): Frame {
  const radius = Math.min(camera.width, camera.height) / 2 / pixelsPerPixel;
  const centreColumn = (camera.width / 2 - area.left) / pixelsPerPixel;
  const centreRow = (camera.height / 2 - area.top) / pixelsPerPixel;
  return {
    columns: Math.floor(area.width / pixelsPerPixel),
    rows: Math.floor(area.height / pixelsPerPixel),
    centreColumn,
    centreRow,
    originColumn: centreColumn + origin.x / pixelsPerPixel,
    originRow: centreRow - origin.y / pixelsPerPixel,
    columnX: matrix.xpx / pixelsPerPixel,
    columnY: matrix.xpy / pixelsPerPixel,
    rowX: -matrix.ypx / pixelsPerPixel,
    rowY: -matrix.ypy / pixelsPerPixel,
    cubic: (distortion?.cubic ?? 0) / radius ** 2,
    quadratic: (distortion?.quadratic ?? 0) / radius,
    pixelSize: pixelsPerPixel / Math.sqrt(Math.abs(determinantOf(matrix))),
    blurVariance: (blur / pixelsPerPixel) ** 2,
  };
}

/** Another part of the same raster: `columns * rows` pixels from `left` before and `top` above the frame's own corner. */
export function reframed(frame: Frame, left: number, top: number, columns: number, rows: number): Frame {
  return {
    ...frame,
    columns,
    rows,
    originColumn: frame.originColumn + left,
    originRow: frame.originRow + top,
    centreColumn: frame.centreColumn + left,
    centreRow: frame.centreRow + top,
  };
}

/** The place of a specimen point on the raster, distortion included. */
export function rasterOf(frame: Frame, specimen: PlaneVector): { column: number; row: number } {
  const dx = frame.originColumn + frame.columnX * specimen.x + frame.columnY * specimen.y - frame.centreColumn;
  const dy = frame.originRow + frame.rowX * specimen.x + frame.rowY * specimen.y - frame.centreRow;
  const push = 1 + frame.cubic * (dx * dx + dy * dy) + frame.quadratic * dx;
  return { column: frame.centreColumn + dx * push, row: frame.centreRow + dy * push };
}

/** The largest distance in pixels by which the distortion moves any point of the frame, never less than 0. */
function largestPush(frame: Frame): number {
  if (frame.cubic === 0 && frame.quadratic === 0) return 0;
  const dx = Math.max(Math.abs(frame.centreColumn), Math.abs(frame.columns - frame.centreColumn));
  const dy = Math.max(Math.abs(frame.centreRow), Math.abs(frame.rows - frame.centreRow));
  const distance = hypotenuse(dx, dy);
  return 1.3 * distance * (Math.abs(frame.cubic) * distance ** 2 + Math.abs(frame.quadratic) * distance);
}

/** The corners of the region of the specimen that a frame can see, with a margin in pixels, as x and y in turn. */
export function seenCorners(frame: Frame, margin: number): PlaneVector[] {
  const reach = margin + largestPush(frame);
  const determinant = frame.columnX * frame.rowY - frame.columnY * frame.rowX;
  const corner = (column: number, row: number): PlaneVector => {
    const c = column - frame.originColumn;
    const r = row - frame.originRow;
    return {
      x: (frame.rowY * c - frame.columnY * r) / determinant,
      y: (frame.columnX * r - frame.rowX * c) / determinant,
    };
  };
  return [
    corner(-reach, -reach),
    corner(frame.columns + reach, -reach),
    corner(frame.columns + reach, frame.rows + reach),
    corner(-reach, frame.rows + reach),
  ];
}
