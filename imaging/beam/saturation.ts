import type { Image } from '../image';

/** Number of pixels that are examined, evenly over the image. */
const sampleCount = 500_000;
/** A real specimen puts fewer of its pixels at one and the same highest count. */
const certainShare = 0.0005;
/** Below this an image may hold its highest count often by itself: counted electrons, little light. */
const minCeiling = 1000;

/** Pixels that a camera has cut off at its highest count. */
export interface Saturation {
  /** Share of the pixels, 0 to 1. */
  readonly share: number;
  /** The counts at which they were cut off. */
  readonly ceiling: number;
}

/**
 * Recognises a saturated image by what saturation does: many pixels at one and the same highest count, whatever the camera's ceiling is.
 *
 * @param image shape [rows, columns], counts
 * @returns undefined where nothing is cut off
 */
export function saturationOf({ data, shape, stride, offset }: Image): Saturation | undefined {
  const [rows = 0, columns = 0] = shape;
  const [rowStride = 0, columnStride = 0] = stride;
  const pixels = rows * columns;
  // A step that shares no factor with the width looks at all columns alike.
  let step = Math.max(1, Math.floor(pixels / sampleCount));
  if (step > 1 && columns % step === 0) step += 1;
  let [ceiling, held, seen] = [-Infinity, 0, 0];
  for (let pixel = 0; pixel < pixels; pixel += step) {
    const row = (pixel / columns) | 0;
    const count = data[offset + row * rowStride + (pixel - row * columns) * columnStride]!;
    seen += 1;
    if (count > ceiling) [ceiling, held] = [count, 1];
    else if (count === ceiling) held += 1;
  }
  const share = held / Math.max(1, seen);
  // An image of one count alone is dark or broken, not saturated, and is refused where it is used.
  return ceiling >= minCeiling && share > certainShare && held > 20 && !(share > 0.999 && ceiling < 0x7fff)
    ? { share, ceiling }
    : undefined;
}
