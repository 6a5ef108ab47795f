import { type Image, layoutOf } from '../image';
import { reduce } from '../reduction';
import { median } from '../statistics';
import { blockNoise } from './blocks-of-beam';

/** Brightness of the parts of an image that a beam should cover. */
export interface FrameCover {
  /** Mean of the whole image, in counts, and its standard error by the noise of the counts. */
  readonly mean: number;
  readonly standardError: number;
  /** Brightness of the darkest part over the usual one of all parts. */
  readonly darkest: number;
  /** True when the beam covers the whole frame. */
  readonly covered: boolean;
  /** True when all parts have one and the same brightness above 0, as where a camera is full everywhere. No beam does that. */
  readonly constant: boolean;
}

/** Parts along the shorter side. */
const parts = 16;
/** Parts along the shorter side, by which the noise is known. */
const noiseParts = 64;
/** Standard deviations by which the darkest of all parts may lie low. */
const noiseFactor = 4;
/** Share of the median below which a part lies at the edge of the beam or beside it. */
const minShare = 0.8;
/** Share of the brightest part that the usual one has at least, where the beam covers the image. */
const brightShare = 0.8;

/** Looks whether a beam covers a whole image, by its darkest part. */
export function frameCover(source: Image): FrameCover {
  const { rows, columns } = layoutOf(source, 'frameCover');
  const size = Math.max(1, Math.floor(Math.min(rows, columns) / parts));
  const means = reduce(source, size);
  const values = Array.from(means.data);
  const middle = median(values);
  // Where the beam covers less than half of the image, the median is that of the dark.
  const reference = Math.max(middle, brightShare * Math.max(...values));
  const darkest = reference > 0 ? Math.min(...values) / reference : 0;
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const fine = Math.max(1, Math.floor(Math.min(rows, columns) / noiseParts));
  const blocks = { means: reduce(source, fine), size: fine, columns, rows };
  const standardError = (blockNoise(blocks) ?? 0) / Math.sqrt(blocks.means.size);
  // In a dim image one of the parts is dark by its noise alone.
  const noise = reference > 0 ? (standardError * Math.sqrt(values.length)) / reference : 0;
  const constant = mean > 0 && values.every((each) => each === values[0]);
  return { mean, standardError, darkest, covered: darkest + noiseFactor * noise >= minShare, constant };
}
