import type { Image } from '../../../../imaging';
import type { ImageStatistics } from '../../protocol';

/** Number of pixels of a large image that are used. */
const sampleCount = 100_000;
const maxClasses = 240;
/** The histogram extends beyond black and white by this multiple of their difference. */
const margin = 1.5;

/** Statistics for the display of an image, from pixels spread over all of it. */
export function statisticsOf(image: Image): ImageStatistics {
  const values = sortedSamples(image);
  const count = values.length;
  const at = (share: number): number => values[Math.min(count - 1, Math.floor(share * count))] ?? 0;
  const [minimum, maximum, black, high] = [at(0), at(1), at(0.005), at(0.995)];
  const white = high > black ? high : black + 1;
  let [sum, squares] = [0, 0];
  for (let index = 0; index < count; index++) sum += values[index]!;
  const mean = count > 0 ? sum / count : 0;
  for (let index = 0; index < count; index++) squares += (values[index]! - mean) ** 2;
  const least = Math.max(minimum, black - margin * (white - black));
  const most = Math.max(least + (white - black), Math.min(maximum, white + margin * (white - black)));
  return {
    black,
    white,
    minimum,
    maximum,
    mean,
    deviation: Math.sqrt(squares / Math.max(1, count)),
    histogram: histogramOf(values, least, most, isWhole(image)),
  };
}

const isWhole = ({ data }: Image): boolean =>
  data instanceof Uint16Array || data instanceof Int16Array || data instanceof Uint8Array;

/**
 * Counts sorted values between two limits in classes of equal width. For whole numbers each class has equally many of
 * them, so that no class is empty by chance.
 */
function histogramOf(values: Float32Array, least: number, most: number, whole: boolean): ImageStatistics['histogram'] {
  const width = whole ? Math.max(1, Math.ceil((most - least) / maxClasses)) : (most - least) / maxClasses;
  const low = whole ? Math.floor(least) - 0.5 : least;
  const classes = whole ? Math.max(1, Math.ceil((most + 0.5 - low) / width)) : maxClasses;
  const found = new Array<number>(classes).fill(0);
  let at = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value < least) continue;
    if (value > most) break;
    while (at < classes - 1 && value >= low + (at + 1) * width) at += 1;
    found[at]! += 1;
  }
  return { low, high: low + classes * width, found };
}

/** Samples in rising order, without infinite and missing ones. */
function sortedSamples({ data, offset, shape, stride }: Image): Float32Array {
  const [rows = 0, columns = 0] = shape;
  const [rowStride = columns, columnStride = 1] = stride;
  const total = rows * columns;
  let step = Math.max(1, Math.floor(total / sampleCount));
  // A step that shares no factor with the width samples all columns equally.
  if (step > 1 && columns % step === 0) step += 1;
  const values = new Float32Array(Math.ceil(total / step));
  let count = 0;
  for (let index = 0, row = 0, column = 0; index < total; index += step, column += step) {
    while (column >= columns) {
      column -= columns;
      row += 1;
    }
    const value = data[offset + row * rowStride + column * columnStride]!;
    // A finite number minus itself is zero; infinity and NaN do not give zero.
    if (value - value === 0) values[count++] = value;
  }
  const known = values.subarray(0, count);
  return data instanceof Uint16Array || data instanceof Int16Array
    ? countedInOrder(known, data instanceof Int16Array ? 32_768 : 0)
    : known.sort();
}

/** Sorts whole numbers of 16 bits by counting them, in place, which is many times faster than comparing. */
function countedInOrder(values: Float32Array, lift: number): Float32Array {
  const counts = new Uint32Array(65_536);
  for (let index = 0; index < values.length; index++) counts[values[index]! + lift]! += 1;
  for (let level = 0, at = 0; at < values.length; level++)
    for (let left = counts[level]!; left > 0; left--) values[at++] = level - lift;
  return values;
}
