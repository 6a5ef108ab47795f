import { badArgument, constantImage } from '../errors';
import { type Image, layoutOf } from '../image';
import { median, percentile } from '../statistics';

/** Criteria of a dark border. */
export interface TrimOptions {
  /** A row or column of the border is dark when its median is below this share of the bright level of the image; default 0.5. */
  readonly darkFraction?: number;
  /** Largest share of the image that may be removed at each edge; default 0.4. */
  readonly largestShare?: number;
  /** Further pixels to remove at each dark edge, because of its blur; default 2. */
  readonly margin?: number;
}

/** An image without its dark border. */
export interface Trimmed {
  /** A view on the pixels of the source; nothing is copied. */
  readonly image: Image;
  /** Rows and columns that were removed; `top` is at row 0. */
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Removes dark rows and columns (a beam stop, the frame of a filter, unread lines) at the edges of an image.
 *
 * The bright level is the 75th percentile of the inner half of the image, above its darkest pixel as zero. Each edge is
 * cut up to the first row or column that is not dark; dark patches inside, and completely dark images, stay as they
 * are.
 *
 * @throws ImagingError 'imaging/constant-image' when all pixels of the inner half are equal to the darkest of the
 * image, 'imaging/bad-argument' for options out of range, 'imaging/not-finite', 'imaging/empty-image'
 */
export function trimBorder(source: Image, options: TrimOptions = {}): Trimmed {
  const { darkFraction = 0.5, largestShare = 0.4, margin = 2 } = options;
  const where = 'trimBorder';
  if (!(darkFraction > 0 && darkFraction < 1))
    throw badArgument(where, `a dark share of ${darkFraction} is not between 0 and 1`);
  if (!(largestShare >= 0 && largestShare < 0.5))
    throw badArgument(where, `a largest share of ${largestShare} is not from 0 to below 0.5`);
  if (!Number.isInteger(margin) || margin < 0) throw badArgument(where, `a margin of ${margin} pixels cannot be`);
  const { rows, columns } = layoutOf(source, where);
  const dark = percentile(source, 0);
  const inner = source
    .lo(Math.floor(rows / 4), Math.floor(columns / 4))
    .hi(Math.ceil(rows / 2), Math.ceil(columns / 2));
  const bright = percentile(inner, 75) - dark;
  if (!(bright > 0)) throw constantImage(where, dark);
  const limit = dark + darkFraction * bright;
  const rowIsDark = (row: number): boolean => median(source.lo(row, 0).hi(1, columns)) < limit;
  const columnIsDark = (column: number): boolean => median(source.lo(0, column).hi(rows, 1)) < limit;
  const count = (size: number, isDark: (index: number) => boolean): number => {
    const most = Math.floor(size * largestShare);
    let taken = 0;
    while (taken < most && isDark(taken)) taken++;
    return taken === 0 ? 0 : Math.min(most, taken + margin);
  };
  const top = count(rows, rowIsDark);
  const bottom = count(rows, (index) => rowIsDark(rows - 1 - index));
  const left = count(columns, columnIsDark);
  const right = count(columns, (index) => columnIsDark(columns - 1 - index));
  return { image: source.lo(top, left).hi(rows - top - bottom, columns - left - right), top, bottom, left, right };
}
