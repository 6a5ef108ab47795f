import { type Image, layoutOf, toFloat64 } from '../image';

/** The part of an image within its dark surroundings. */
export interface TrimmedLattice {
  /** A view on the pixels of the source. */
  readonly image: Image;
  /** Number of columns removed at each side, and of rows removed at top and bottom. */
  readonly x: number;
  readonly y: number;
}

/** Corner squares below this share of the mean of the middle are dark. */
const darkShare = 0.3;

/**
 * Removes the dark surroundings of a grating, such as the grid bars about it. Keeps the largest rectangle in the middle
 * for which small squares just outside the corners are as bright as the middle. Images that are dark up to the middle,
 * or not at all, lose a narrow edge only.
 *
 * @throws ImagingError 'imaging/empty-image'
 */
export function trimDarkSurroundings(source: Image): TrimmedLattice {
  const { rows, columns } = layoutOf(source, 'trimDarkSurroundings');
  const pixels = toFloat64(source, 'trimDarkSurroundings');
  const mean = (left: number, top: number, width: number, height: number): number => {
    let sum = 0;
    for (let row = top; row < top + height; row++)
      for (let column = left; column < left + width; column++) sum += pixels[row * columns + column]!;
    return sum / (width * height);
  };
  const side = Math.min(rows, columns);
  const square = Math.max(1, Math.floor(0.02 * side));
  const step = Math.max(1, Math.floor(square / 2));
  const least = Math.floor(0.01 * side);
  const [boxWidth, boxHeight] = [Math.max(1, Math.round(0.2 * columns)), Math.max(1, Math.round(0.2 * rows))];
  const [boxX, boxY] = [(columns - boxWidth) >> 1, (rows - boxHeight) >> 1];
  const critical = darkShare * mean(boxX, boxY, boxWidth, boxHeight);
  const passes = (x: number, y: number): boolean =>
    [x - square, columns - x].every((left) =>
      [y - square, rows - y].every((top) => mean(left, top, square, square) >= critical),
    );
  const smallest = Math.max(least, square);
  const within = ({ x, y }: { x: number; y: number }): boolean => x < boxX && y < boxY;

  const best = { x: smallest, y: smallest };
  while (within(best) && !passes(best.x, best.y)) {
    best.x += step;
    best.y += step;
  }
  if (!within(best)) Object.assign(best, { x: least, y: least });
  else if (best.x > smallest) enlarge();
  return { image: source.lo(best.y, best.x).hi(rows - 2 * best.y, columns - 2 * best.x), ...best };

  /** Looks for a larger rectangle with other proportions. */
  function enlarge(): void {
    const area = (x: number, y: number): number => (columns - 2 * x) * (rows - 2 * y);
    for (let y = smallest; y < boxY; y += step) {
      // The width that would give the best area so far, at this height.
      let x = Math.floor((columns - area(best.x, best.y) / (rows - 2 * y)) / 2);
      if (x < smallest) break;
      for (x = Math.min(x, boxX - 1); x >= smallest && passes(x, y); x -= step)
        if (area(x, y) > area(best.x, best.y)) Object.assign(best, { x, y });
    }
  }
}
