import type { Vector } from '../geometry';
import type { CorrelationPlane } from './correlation';

/**
 * A local maximum of an autocorrelation: pixels from the origin, X right and Y DOWN as in the raster, and its
 * interpolated height.
 */
export interface CorrelationPeak extends Vector {
  readonly height: number;
}

/**
 * The local maxima with x >= 0, the highest first, beginning with the centre. Positions and heights are those of
 * parabolas through three pixels in each direction, because the height of the nearest pixel depends on the position of
 * the peak between pixels.
 *
 * @param most how many are kept
 */
export function correlationPeaks({ data, rows, columns }: CorrelationPlane, most = 10_000): readonly CorrelationPeak[] {
  const peaks: CorrelationPeak[] = [];
  for (let row = 0; row < rows; row++) {
    const here = row * columns;
    const above = ((row + rows - 1) % rows) * columns;
    const below = ((row + 1) % rows) * columns;
    for (let column = 0; column < columns / 2; column++) {
      const value = data[here + column]!;
      if (value <= 0) continue;
      const left = column === 0 ? columns - 1 : column - 1;
      const right = column + 1;
      const [west, east, north, south] = [
        data[here + left]!,
        data[here + right]!,
        data[above + column]!,
        data[below + column]!,
      ];
      if (value < west || value <= east || value < north || value <= south) continue;
      if (
        value < data[above + left]! ||
        value < data[above + right]! ||
        value <= data[below + left]! ||
        value <= data[below + right]!
      )
        continue;
      const across = vertex(west, value, east);
      const down = vertex(north, value, south);
      const y = row <= rows / 2 ? row : row - rows;
      if (column === 0 && y < 0) continue;
      peaks.push({ x: column + across.place, y: y + down.place, height: value + across.rise + down.rise });
    }
  }
  return peaks.sort((one, other) => other.height - one.height).slice(0, most);
}

function vertex(before: number, at: number, after: number): { readonly place: number; readonly rise: number } {
  const bend = before + after - 2 * at;
  if (bend >= 0) return { place: 0, rise: 0 };
  const place = Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)));
  return { place, rise: ((after - before) * place) / 4 };
}

/** Side of the squares into which peaks are sorted, in pixels. */
const cell = 8;

/** Peaks sorted by place; every peak also represents its mirror image through the origin. */
export class PeakField {
  private readonly cells = new Map<number, number[]>();

  constructor(readonly peaks: readonly CorrelationPeak[]) {
    peaks.forEach((peak, index) => {
      const key = keyOf(Math.floor(peak.x / cell), Math.floor(peak.y / cell));
      const held = this.cells.get(key);
      if (held) held.push(index);
      else this.cells.set(key, [index]);
    });
  }

  /**
   * The peak (or mirror image of one) nearest to a point within a radius, except the centre; `sign` is -1 for a mirror
   * image.
   */
  nearest(
    point: Vector,
    radius: number,
    accept: (index: number) => boolean,
  ): { readonly index: number; readonly sign: 1 | -1 } | undefined {
    let best: { readonly index: number; readonly sign: 1 | -1 } | undefined;
    let least = radius * radius;
    for (const sign of [1, -1] as const) {
      const [x, y] = [sign * point.x, sign * point.y];
      if (x < -radius - 1) continue;
      for (let column = Math.floor((x - radius) / cell); column <= Math.floor((x + radius) / cell); column++)
        for (let row = Math.floor((y - radius) / cell); row <= Math.floor((y + radius) / cell); row++)
          for (const index of this.cells.get(keyOf(column, row)) ?? []) {
            const peak = this.peaks[index]!;
            const square = (peak.x - x) ** 2 + (peak.y - y) ** 2;
            if (square > least || isCentre(peak) || !accept(index)) continue;
            least = square;
            best = { index, sign };
          }
    }
    return best;
  }
}

/** True for the peak of the image with itself unshifted. */
export const isCentre = ({ x, y }: Vector): boolean => x < 1 && Math.abs(y) < 1;

const keyOf = (column: number, row: number): number => (column + 4096) * 65536 + row + 32768;
