import type { Frame } from '../base/frame';
import { cosine, exponential, sine } from '../base/functions';
import { scratch } from '../base/scratch';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { floor } = Math;

/** One set of parallel lines or waves without end. */
export interface LineSet {
  /** Micrometres from one to the next. */
  readonly pitch: number;
  /** Direction across the lines, degrees counter-clockwise from specimen X. */
  readonly angle: number;
  /** Fraction by which the middle of a line is darker. */
  readonly depth: number;
  /** Width of a line in micrometres; lines without a width are cosine waves. */
  readonly width?: number;
}

/** Steps in the table of a set of lines. */
export const tableSize = 4096;
const distortionIterations = 6;

/**
 * Multiplies a canvas of `frame.rows * frame.columns` transmissions by that of line sets, each pixel at the specimen point that it sees.
 * The pixel's square is taken as a Gaussian of equal variance, which ends the lines near the resolution of the image as averaging does.
 */
export function paintLines(canvas: Float32Array, frame: Frame, sets: readonly LineSet[]): void {
  const determinant = frame.columnX * frame.rowY - frame.columnY * frame.rowX;
  const distorted = frame.cubic !== 0 || frame.quadratic !== 0;
  sets.forEach((set, index) => {
    const angle = (set.angle * Math.PI) / 180;
    const kx = cosine(angle) / set.pitch;
    const ky = sine(angle) / set.pitch;
    const perColumn = (kx * frame.rowY - ky * frame.rowX) / determinant;
    const perRow = (ky * frame.columnX - kx * frame.columnY) / determinant;
    const table = lineTable(set, frame, `lines ${index}`);
    for (let row = 0, at = 0; row < frame.rows; row++) {
      const dy = row + 0.5 - frame.centreRow;
      for (let column = 0; column < frame.columns; column++, at++) {
        const dx = column + 0.5 - frame.centreColumn;
        let x = dx;
        let y = dy;
        if (distorted) {
          for (let k = 0; k < distortionIterations; k++) {
            const push = 1 + frame.cubic * (x * x + y * y) + frame.quadratic * x;
            x = dx / push;
            y = dy / push;
          }
        }
        const cycles =
          (x + frame.centreColumn - frame.originColumn) * perColumn + (y + frame.centreRow - frame.originRow) * perRow;
        const place = (cycles - floor(cycles)) * tableSize;
        const left = place | 0;
        canvas[at]! *= table[left]! + (place - left) * (table[left + 1]! - table[left]!);
      }
    }
  });
}

/** Sets `point` to the specimen point in micrometres that a pixel sees. */
export function specimenPoint(frame: Frame, column: number, row: number, point: { x: number; y: number }): void {
  const dx = column + 0.5 - frame.centreColumn;
  const dy = row + 0.5 - frame.centreRow;
  let x = dx;
  let y = dy;
  if (frame.cubic !== 0 || frame.quadratic !== 0) {
    for (let k = 0; k < distortionIterations; k++) {
      const push = 1 + frame.cubic * (x * x + y * y) + frame.quadratic * x;
      x = dx / push;
      y = dy / push;
    }
  }
  const across = x + frame.centreColumn - frame.originColumn;
  const down = y + frame.centreRow - frame.originRow;
  const determinant = frame.columnX * frame.rowY - frame.columnY * frame.rowX;
  point.x = (frame.rowY * across - frame.columnY * down) / determinant;
  point.y = (frame.columnX * down - frame.rowX * across) / determinant;
}

/** The transmission of a set of lines over one pitch, in `tableSize` steps and once more the first, kept until the name is used again. */
export function lineTable({ pitch, depth, width }: LineSet, frame: Frame, name: string): Float32Array {
  const blur = Math.sqrt(frame.blurVariance + 1 / 12) * frame.pixelSize;
  const table = scratch(name, tableSize + 1);
  const wave = exponential(-2 * (Math.PI * (blur / pitch)) ** 2);
  for (let k = 0; k <= tableSize; k++) {
    const position = (k / tableSize) * pitch;
    const darkness =
      width === undefined
        ? 0.5 + 0.5 * wave * cosine((2 * Math.PI * k) / tableSize)
        : lineDarkness(position, pitch, width, blur);
    table[k] = 1 - depth * darkness;
  }
  return table;
}

/** Lines blurred by a Gaussian, as a sum over the harmonics where the blur is wide and over the edges where it is narrow. */
function lineDarkness(position: number, pitch: number, width: number, blur: number): number {
  if (blur > pitch / 4) {
    let darkness = width / pitch;
    for (let n = 1; n <= 4; n++) {
      const height =
        (2 / (Math.PI * n)) *
        sine((Math.PI * n * width) / pitch) *
        exponential(-2 * (Math.PI * n * (blur / pitch)) ** 2);
      darkness += height * cosine((2 * Math.PI * n * position) / pitch);
    }
    return darkness;
  }
  let darkness = 0;
  for (let n = -1; n <= 2; n++) {
    const distance = position - n * pitch;
    darkness += edge((distance + width / 2) / blur) - edge((distance - width / 2) / blur);
  }
  return darkness;
}

/** A smooth step from 0 to 1 with the slope of the normal distribution function, within 2e-4 of it. */
export function edge(x: number): number {
  return 1 / (1 + exponential(-1.59577 * x - 0.070565 * x * x * x));
}
