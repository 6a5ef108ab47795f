import { type Image, amplitudeSpectrum, reduce } from '../../../../imaging';
import type { FrameHeader, ImagePart } from '../../protocol';

/** An image for the page: 16-bit samples, and their relation to counts. */
export interface Level {
  readonly samples: Uint16Array;
  readonly about: Omit<FrameHeader, 'request' | 'image' | 'transform' | 'statistics'>;
}

/** Largest number of samples per message; a larger part is reduced further. */
const maxSamples = 24 * 1024 * 1024;
const largestTransform = 2048;
const fullRange = 65_535;

/** The whole image, reduced to a longer side of at most `largest` pixels. */
export function levelOf(image: Image, largest: number): Level {
  const [height = 0, width = 0] = image.shape;
  return partOf(image, {
    left: 0,
    top: 0,
    width,
    height,
    reduction: Math.max(1, Math.ceil(Math.max(height, width) / largest)),
  });
}

/**
 * A part of an image, reduced to means of squares of its pixels; 16-bit images that need no reduction are sent
 * unchanged.
 */
export function partOf(image: Image, wanted: ImagePart): Level {
  const [fullHeight = 0, fullWidth = 0] = image.shape;
  const [left, top] = [
    Math.min(wanted.left, Math.max(0, fullWidth - 1)),
    Math.min(wanted.top, Math.max(0, fullHeight - 1)),
  ];
  const [columns, rows] = [
    Math.max(1, Math.min(wanted.width, fullWidth - left)),
    Math.max(1, Math.min(wanted.height, fullHeight - top)),
  ];
  const reduction = Math.min(
    Math.max(wanted.reduction, Math.ceil(Math.sqrt((rows * columns) / maxSamples))),
    rows,
    columns,
  );
  const [height, width] = [Math.floor(rows / reduction), Math.floor(columns / reduction)];
  const part = image.lo(top, left).hi(height * reduction, width * reduction);
  const size = { left, top, width, height, fullWidth, fullHeight, reduction };
  const { data } = image;
  if (reduction === 1 && (data instanceof Uint16Array || data instanceof Int16Array))
    return unchanged(part, data, size);
  return scaled(reduce(part, reduction).data, size);
}

/**
 * The logarithm of the amplitudes of an image, with the origin in the middle. An image larger than 2048 pixels is
 * limited to its middle part.
 */
export function fourierTransform(image: Image): Image {
  const [rows = 0, columns = 0] = image.shape;
  const height = Math.min(rows, largestTransform);
  const width = Math.min(columns, largestTransform);
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
  const spectrum = amplitudeSpectrum(image.lo(top, left).hi(height, width));
  const { data } = spectrum;
  for (let index = 0; index < data.length; index++) data[index] = Math.log1p(data[index]!);
  return spectrum;
}

type Size = Omit<Level['about'], 'offset' | 'scale'>;

function unchanged({ offset, stride }: Image, data: Uint16Array | Int16Array, size: Size): Level {
  const { width, height } = size;
  const [rowStride = width, columnStride = 1] = stride;
  // The same bits with the sign reversed are the counts from -32768 on.
  const signed = data instanceof Int16Array;
  const about = { ...size, offset: signed ? -32_768 : 0, scale: 1 };
  if (!signed && columnStride === 1 && rowStride === width)
    return { samples: data.subarray(offset, offset + width * height), about };
  const samples = new Uint16Array(width * height);
  const turned = signed ? 0x8000 : 0;
  for (let row = 0, target = 0; row < height; row++) {
    let source = offset + row * rowStride;
    for (let column = 0; column < width; column++, source += columnStride) samples[target++] = data[source]! ^ turned;
  }
  return { samples, about };
}

function scaled(values: Float32Array, size: Size): Level {
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
  return { samples, about: { ...size, offset: least, scale } };
}
