import { robustDeviation } from '../statistics';
import type { Vector } from '../coordinates';
import type { Image } from '../image';
import type { DiscInImage, PixelNoise } from './disc-centroid';

/** Blocks that are needed to know a noise. */
const minBlocks = 12;

/** Means of square blocks of an image, with the camera position of each in pixels of the image. */
export interface Blocks {
  readonly means: Image<Float32Array>;
  /** Pixels along a side. */
  readonly size: number;
  /** Size of the image in pixels. */
  readonly columns: number;
  readonly rows: number;
}

/** The camera position of the middle of a block. */
export function placeOf({ size, columns, rows }: Blocks, row: number, column: number): Vector {
  return { x: (column + 0.5) * size - columns / 2, y: rows / 2 - (row + 0.5) * size };
}

/** Noise of a block of pixels, as a standard deviation: second differences along the rows know no slope and few edges. */
export function blockNoise(blocks: Blocks, counts: (place: Vector) => boolean = () => true): number | undefined {
  const { means } = blocks;
  const [rows = 0, columns = 0] = means.shape;
  const differences: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 1; column + 1 < columns; column++) {
      const places = [column - 1, column, column + 1].map((each) => placeOf(blocks, row, each));
      if (!places.every(counts)) continue;
      const bend = means.get(row, column - 1) - 2 * means.get(row, column) + means.get(row, column + 1);
      differences.push(bend / Math.sqrt(6));
    }
  if (differences.length < minBlocks) return undefined;
  return robustDeviation(differences);
}

/** Noise of the pixels of an image, as blocks of them show it, so that noise which neighbouring pixels share is in it. */
export function pixelNoise(blocks: Blocks, { centre, radius }: DiscInImage, outer: number): PixelNoise {
  const from = ({ x, y }: Vector): number => Math.hypot(x - centre.x, y - centre.y);
  const reach = blocks.size;
  const all = (blockNoise(blocks) ?? 0) ** 2 * blocks.size ** 2;
  const of = (counts: (place: Vector) => boolean): number | undefined => {
    const noise = blockNoise(blocks, counts);
    return noise === undefined ? undefined : (noise * blocks.size) ** 2;
  };
  const outside = of((place) => from(place) > outer + reach) ?? all;
  const inside = of((place) => from(place) < 0.9 * radius - reach) ?? Math.max(all, outside);
  return { inside, outside };
}
