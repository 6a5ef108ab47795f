import { type Image, amplitudeSpectrum, layoutOf } from '../../../imaging';
import type { FrameHeader } from '../protocol';

/** An image as it crosses to the page: 16-bit samples, and how they stand to counts. */
export interface Level {
  readonly samples: Uint16Array;
  readonly about: Omit<FrameHeader, 'request' | 'image' | 'transform'>;
}

/** The page is never sent more along one side than this. */
export const largestSide = 6144;
const largestTransform = 2048;
const sampled = 400_000;
const fullRange = 65_535;

/** An image reduced until its longer side is no more than wanted. Sixteen-bit images that need no reduction cross unchanged. */
export function levelOf(image: Image, largest: number): Level {
  const { rows, columns, data } = layoutOf(image, 'levelOf');
  const reduction = Math.max(1, Math.ceil(Math.max(rows, columns) / Math.min(largest, largestSide)));
  const size = { fullWidth: columns, fullHeight: rows, reduction };
  const [rowStride = columns, columnStride = 1] = image.stride;
  const contiguous = columnStride === 1 && rowStride === columns && image.offset === 0;
  if (reduction === 1 && contiguous && data instanceof Uint16Array) return described(data.subarray(0, rows * columns), columns, rows, 0, 1, size);
  if (reduction === 1 && contiguous && data instanceof Int16Array) {
    // The same bits with the sign turned over are the counts from -32768 on.
    const samples = new Uint16Array(rows * columns);
    for (let index = 0; index < samples.length; index++) samples[index] = data[index]! ^ 0x8000;
    return described(samples, columns, rows, -32_768, 1, size);
  }
  const width = Math.floor(columns / reduction);
  const height = Math.floor(rows / reduction);
  return scaled(reduce(image, reduction, width, height), width, height, size);
}

/** The logarithm of the amplitudes of an image, with the origin in the middle; of an image that is larger than 2048 pixels, its middle part. */
export function fourierLevelOf(image: Image, largest: number): Level {
  const [rows = 0, columns = 0] = image.shape;
  const height = Math.min(rows, largestTransform);
  const width = Math.min(columns, largestTransform);
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
  const part = image.lo(top, left).hi(height, width);
  const spectrum = amplitudeSpectrum(part);
  const { data } = spectrum;
  for (let index = 0; index < data.length; index++) data[index] = Math.log1p(data[index]!);
  return levelOf(spectrum, largest);
}

/** Means of squares of pixels. */
function reduce(image: Image, factor: number, width: number, height: number): Float32Array {
  const { data, offset } = image;
  const [rowStride = 0, columnStride = 1] = image.stride;
  const sums = new Float32Array(width * height);
  for (let row = 0; row < height * factor; row++) {
    const target = Math.floor(row / factor) * width;
    let source = offset + row * rowStride;
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let each = 0; each < factor; each++, source += columnStride) sum += data[source]!;
      sums[target + column] = sums[target + column]! + sum;
    }
  }
  const share = 1 / (factor * factor);
  for (let index = 0; index < sums.length; index++) sums[index] = sums[index]! * share;
  return sums;
}

function scaled(values: Float32Array, width: number, height: number, size: Pick<Level['about'], 'fullWidth' | 'fullHeight' | 'reduction'>): Level {
  let [least, most] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (!Number.isFinite(least) || !Number.isFinite(most)) [least, most] = [0, 0];
  const scale = most > least ? (most - least) / fullRange : 1;
  const samples = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) samples[index] = (values[index]! - least) / scale + 0.5;
  return described(samples, width, height, least, scale, size);
}

/** Adds what is to be known of the samples before they are shown; of a large image every so many pixels are looked at. */
function described(samples: Uint16Array, width: number, height: number, offset: number, scale: number, size: Pick<Level['about'], 'fullWidth' | 'fullHeight' | 'reduction'>): Level {
  const counts = new Uint32Array(fullRange + 1);
  // A step that shares no factor with the width looks at all columns alike.
  let step = Math.max(1, Math.floor(samples.length / sampled));
  if (step > 1 && width % step === 0) step += 1;
  let [total, sum, squares] = [0, 0, 0];
  for (let index = 0; index < samples.length; index += step) {
    const value = samples[index]!;
    counts[value] = counts[value]! + 1;
    total += 1;
    sum += value;
    squares += value * value;
  }
  const mean = total > 0 ? sum / total : 0;
  const at = (share: number): number => {
    let [seen, value] = [0, 0];
    while (value < fullRange && (seen += counts[value]!) < share * total) value += 1;
    return value;
  };
  const [low, high, least, most] = [at(0.005), at(0.995), at(1e-9), at(1)];
  const inCounts = (value: number): number => offset + scale * value;
  return {
    samples,
    about: {
      width, height, ...size, offset, scale,
      black: inCounts(low), white: inCounts(high > low ? high : low + 1),
      minimum: inCounts(least), maximum: inCounts(most), mean: inCounts(mean),
      deviation: scale * Math.sqrt(Math.max(0, squares / Math.max(1, total) - mean * mean)),
    },
  };
}
