import { reframed, type Frame } from '../base/frame';
import { scratch } from '../base/scratch';
import { imageThrough, type Lens, type Viewed } from './transfer/transfer';

/** Widest part of an image that is transformed at once; with its margins it keeps within the longest transform. */
export const maxTileColumns = 6144;

/** Images a band as a whole, or, where it is wider than a transform can be, in tiles side by side. */
export function imageInTiles(
  lens: Lens,
  canvas: Float32Array,
  band: Frame,
  viewed: Viewed,
  maxColumns = maxTileColumns,
): void {
  const { columns, rows } = band;
  if (columns <= maxColumns) return imageThrough(lens, canvas, band, viewed);
  const count = Math.ceil(columns / maxColumns);
  const width = Math.ceil(columns / count);
  const tile = scratch('tile', width * rows);
  for (let left = 0; left < columns; left += width) {
    const here = Math.min(width, columns - left);
    const single = tile.subarray(0, here * rows);
    imageThrough(lens, single, reframed(band, -left, 0, here, rows), viewed);
    for (let row = 0; row < rows; row++)
      canvas.set(single.subarray(row * here, (row + 1) * here), row * columns + left);
  }
}
