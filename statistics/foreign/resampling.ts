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

/** Places at which a picture is read, one for each pixel of the new one: columns and rows whose whole numbers are the middles of pixels. */
export interface Places {
  readonly columns: Float64Array;
  readonly rows: Float64Array;
}

/** Reads a picture at other places; beyond its border the border goes on. */
export function resampled({ columns, rows, counts }: Raster, places: Places): Float32Array {
  const seen = new Float32Array(places.rows.length);
  const [across, down] = [new Float64Array(4), new Float64Array(4)];
  const within = (value: number, most: number): number => (value < 0 ? 0 : value > most ? most : value);
  for (let at = 0; at < seen.length; at++) {
    const [x, y] = [places.columns[at]!, places.rows[at]!];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    weights(x - left, across);
    weights(y - top, down);
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
