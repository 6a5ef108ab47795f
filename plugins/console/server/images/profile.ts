import type { Image } from '../../../../imaging';
import type { ProfileState } from '../../protocol';

interface Point {
  readonly x: number;
  readonly y: number;
}

const maxSteps = 4000;

/** The counts of the pixel at a point, in pixels from the upper left corner; undefined outside. */
export function countsAt(image: Image, { x, y }: Point): number | undefined {
  const [rows = 0, columns = 0] = image.shape;
  const [column, row] = [Math.floor(x), Math.floor(y)];
  return column < 0 || row < 0 || column >= columns || row >= rows ? undefined : image.get(row, column);
}

/**
 * Counts along a line, one per pixel of its length up to 4000, interpolated; beyond the edges those of the nearest
 * pixel.
 */
export function profileAlong(image: Image, from: Point, to: Point): ProfileState {
  const [rows = 0, columns = 0] = image.shape;
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const steps = Math.max(2, Math.min(maxSteps, Math.round(length)));
  const at = (column: number, row: number): number =>
    image.get(Math.min(rows - 1, Math.max(0, row)), Math.min(columns - 1, Math.max(0, column)));
  const distance: number[] = [];
  const counts: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    const x = from.x + share * (to.x - from.x) - 0.5;
    const y = from.y + share * (to.y - from.y) - 0.5;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - column, y - row];
    distance.push(share * length);
    counts.push(
      (1 - fy) * ((1 - fx) * at(column, row) + fx * at(column + 1, row)) +
        fy * ((1 - fx) * at(column, row + 1) + fx * at(column + 1, row + 1)),
    );
  }
  return { distance, counts };
}
