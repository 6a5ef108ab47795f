import type { Point } from './foreign-world';

/** Picture to be read between its pixels. */
export interface Raster {
  readonly columns: number;
  readonly rows: number;
  readonly counts: ArrayLike<number>;
}

/** Weights of the cubic through four samples (Catmull and Rom) at a place between the two in the middle. */
function weights(at: number, into: Float64Array): void {
  const [square, cube] = [at * at, at * at * at];
  into[0] = -0.5 * at + square - 0.5 * cube;
  into[1] = 1 - 2.5 * square + 1.5 * cube;
  into[2] = 0.5 * at + 2 * square - 1.5 * cube;
  into[3] = -0.5 * square + 0.5 * cube;
}

/** Reads a picture at other places; beyond its border the border goes on. Places are columns and rows whose whole numbers are the middles of pixels. */
export function resampled(
  { columns, rows, counts }: Raster,
  size: { readonly columns: number; readonly rows: number },
  placeOf: (column: number, row: number) => Point,
): Float32Array {
  const seen = new Float32Array(size.columns * size.rows);
  const [across, down] = [new Float64Array(4), new Float64Array(4)];
  const within = (value: number, most: number): number => (value < 0 ? 0 : value > most ? most : value);
  for (let row = 0, at = 0; row < size.rows; row++)
    for (let column = 0; column < size.columns; column++, at++) {
      const place = placeOf(column, row);
      const [left, top] = [Math.floor(place.x), Math.floor(place.y)];
      weights(place.x - left, across);
      weights(place.y - top, down);
      let sum = 0;
      for (let j = 0; j < 4; j++) {
        const line = columns * within(top + j - 1, rows - 1);
        let ofLine = 0;
        for (let i = 0; i < 4; i++) ofLine += across[i]! * counts[line + within(left + i - 1, columns - 1)]!;
        sum += down[j]! * ofLine;
      }
      seen[at] = sum;
    }
  return seen;
}
