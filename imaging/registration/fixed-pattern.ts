import { type Image, layoutOf, requireSameShape } from '../image';

/** The part of two images that did not move on the camera. */
export interface FixedPattern {
  /** Pearson's correlation coefficient of the finest detail at no shift, minus that at shifts nearby. */
  readonly correlation: number;
  /** The same in standard deviations of the values at shifts nearby; above 7 there is a pattern. */
  readonly significance: number;
}

/** Side of the middle part that is examined. */
const largestSide = 512;
/** Shifts nearby, for comparison with no shift: wide enough apart to have little in common. */
const spacing = 3;
const reach = 2;

/**
 * Looks for a pattern that does not move with the specimen, such as a stale gain reference. The specimen must have
 * moved by more than about 10 pixels between the images.
 *
 * @param one shape [rows, columns]
 * @param other the same shape
 * @throws ImagingError 'imaging/shape-mismatch', 'imaging/empty-image'
 */
export function fixedPattern(one: Image, other: Image): FixedPattern {
  requireSameShape(one, other, 'fixedPattern');
  const [first, second] = [finestDetail(one), finestDetail(other)];
  const at = (right: number, down: number): number => overlapSum(first, second, right, down);
  const nearby: number[] = [];
  for (let down = -reach; down <= reach; down++)
    for (let right = -reach; right <= reach; right++)
      if (right !== 0 || down !== 0) nearby.push(at(right * spacing, down * spacing));
  const mean = nearby.reduce((sum, each) => sum + each, 0) / nearby.length;
  const scatter = Math.sqrt(nearby.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (nearby.length - 1));
  const power = Math.sqrt(overlapSum(first, first, 0, 0) * overlapSum(second, second, 0, 0));
  const excess = at(0, 0) - mean;
  return power > 0 && scatter > 0
    ? { correlation: excess / power, significance: excess / scatter }
    : { correlation: 0, significance: 0 };
}

interface Detail {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Each pixel minus the mean of its four neighbours, in the middle of the image. */
function finestDetail(source: Image): Detail {
  const { data, rows: all, columns: across, rowStride, columnStride, offset } = layoutOf(source, 'fixedPattern');
  const [rows, columns] = [Math.max(0, Math.min(largestSide, all - 2)), Math.max(0, Math.min(largestSide, across - 2))];
  const start = offset + Math.floor((all - rows) / 2) * rowStride + Math.floor((across - columns) / 2) * columnStride;
  const values = new Float32Array(rows * columns);
  for (let row = 0, target = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, target++) {
      const here = start + row * rowStride + column * columnStride;
      values[target] =
        data[here]! -
        0.25 *
          (data[here - rowStride]! + data[here + rowStride]! + data[here - columnStride]! + data[here + columnStride]!);
    }
  }
  return { values, rows, columns };
}

/** The mean product where both overlap, with the second one moved. */
function overlapSum(first: Detail, second: Detail, right: number, down: number): number {
  const { rows, columns, values: fixed } = first;
  const moved = second.values;
  // The bounds are outside the loops, which run over each pixel 27 times.
  const [top, bottom, left, end] = [
    Math.max(0, down),
    rows + Math.min(0, down),
    Math.max(0, right),
    columns + Math.min(0, right),
  ];
  let sum = 0;
  for (let row = top; row < bottom; row++) {
    const [here, there] = [row * columns, (row - down) * columns - right];
    for (let column = left; column < end; column++) sum += fixed[here + column]! * moved[there + column]!;
  }
  return sum / Math.max(1, (rows - Math.abs(down)) * (columns - Math.abs(right)));
}
