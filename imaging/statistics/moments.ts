import { badArgument, tooFewPoints } from '../errors';
import { type Image, layoutOf, requireFinite } from '../image';
import { median, percentiles, robustDeviation } from './order-statistics';
import { type Samples, samplesOf } from './samples';

/**
 * The mean of all values.
 *
 * @throws ImagingError 'imaging/not-finite' when a value is NaN or infinite (as all statistics here; none passes NaN on or skips it),
 *   'imaging/empty-image' or 'imaging/too-few-points' without any value
 */
export function mean(source: Samples): number {
  const samples = samplesOf(source, 'mean');
  return sum(samples) / samples.length;
}

/**
 * The variance of the values about their mean, divided by their number less one.
 *
 * @throws ImagingError 'imaging/too-few-points' below two values, 'imaging/not-finite', 'imaging/empty-image'
 */
export function variance(source: Samples): number {
  const samples = samplesOf(source, 'variance');
  if (samples.length < 2) throw tooFewPoints('variance', samples.length, 2);
  const centre = sum(samples) / samples.length;
  let square = 0;
  let linear = 0;
  for (let index = 0; index < samples.length; index++) {
    const difference = (samples[index] as number) - centre;
    square += difference * difference;
    linear += difference;
  }
  // The second term takes out what rounding of the mean put in (the corrected two-pass method).
  return Math.max(0, square - (linear * linear) / samples.length) / (samples.length - 1);
}

/** The square root of the variance. */
export function standardDeviation(source: Samples): number {
  return Math.sqrt(variance(source));
}

/**
 * The smallest and the largest value.
 *
 * @throws ImagingError 'imaging/not-finite', 'imaging/empty-image' or 'imaging/too-few-points' without any value
 */
export function extent(source: Samples): { readonly minimum: number; readonly maximum: number } {
  const samples = samplesOf(source, 'extent');
  let minimum = Infinity;
  let maximum = -Infinity;
  for (let index = 0; index < samples.length; index++) {
    const value = samples[index] as number;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return { minimum, maximum };
}

/**
 * The mean of the values between two percentiles; a share of the lowest and of the highest is left out.
 *
 * @param fraction share left out at each end, from 0 to below 0.5; default 0.1
 * @throws ImagingError 'imaging/bad-argument' for a fraction out of range, 'imaging/not-finite', 'imaging/empty-image'
 * or 'imaging/too-few-points'
 */
export function trimmedMean(source: Samples, fraction = 0.1): number {
  if (!(fraction >= 0 && fraction < 0.5))
    throw badArgument('trimmedMean', `a trimmed share of ${fraction} is not from 0 to below 0.5`);
  const samples = samplesOf(source, 'trimmedMean');
  const cut = Math.floor(fraction * samples.length);
  if (cut === 0) return sum(samples) / samples.length;
  const rankStep = 100 / (samples.length - 1);
  const [low = 0, high = 0] = percentiles(
    samples,
    [rankStep * cut, rankStep * (samples.length - 1 - cut)].map((percent) => Math.min(100, percent)),
  );
  let total = 0;
  let below = 0;
  let above = 0;
  for (let index = 0; index < samples.length; index++) {
    const value = samples[index] as number;
    if (value < low) below++;
    else if (value > high) above++;
    else total += value;
  }
  // Values equal to a limit are partly inside: leave out as many as make the cut exact.
  return (total - low * (cut - below) - high * (cut - above)) / (samples.length - 2 * cut);
}

/** A mean with its standard error. */
export interface RobustMean {
  readonly mean: number;
  readonly standardError: number;
  /** Number of values with a weight above 0. */
  readonly used: number;
}

/** Tuning constant of the biweight, 95 % efficient for normally distributed values. */
const biweightTuning = 4.685;

/**
 * The mean without outliers, which lose their weight smoothly (Tukey's biweight about the median).
 *
 * When more than half of the values are equal, their value is the result with standard error 0. Source: F. Mosteller
 * and J. W. Tukey, Data Analysis and Regression (1977), chapter 10.
 *
 * @throws ImagingError 'imaging/not-finite', 'imaging/empty-image' or 'imaging/too-few-points' without any value
 */
export function robustMean(source: Samples): RobustMean {
  const samples = samplesOf(source, 'robustMean');
  const limit = biweightTuning * robustDeviation(samples);
  let centre = median(samples);
  if (limit === 0) return { mean: centre, standardError: 0, used: countEqual(samples, centre) };
  for (let iteration = 0; iteration < 50; iteration++) {
    let total = 0;
    let weights = 0;
    for (let index = 0; index < samples.length; index++) {
      const offset = ((samples[index] as number) - centre) / limit;
      if (Math.abs(offset) >= 1) continue;
      const weight = (1 - offset * offset) ** 2;
      total += weight * offset;
      weights += weight;
    }
    const step = (limit * total) / weights;
    centre += step;
    if (Math.abs(step) <= 1e-10 * limit) break;
  }
  return { mean: centre, ...biweightError(samples, centre, limit) };
}

function biweightError(
  samples: ArrayLike<number>,
  centre: number,
  limit: number,
): { standardError: number; used: number } {
  let psiSquare = 0;
  let slope = 0;
  let used = 0;
  for (let index = 0; index < samples.length; index++) {
    const offset = ((samples[index] as number) - centre) / limit;
    if (Math.abs(offset) >= 1) continue;
    const rest = 1 - offset * offset;
    psiSquare += (limit * offset * rest * rest) ** 2;
    slope += rest * (1 - 5 * offset * offset);
    used++;
  }
  return { standardError: slope > 0 ? Math.sqrt(psiSquare) / slope : Infinity, used };
}

/**
 * The mean of the pixels along the border of an image.
 *
 * @param width of the border in pixels; default 1. A border that covers the image takes all of it, each pixel once.
 * @throws ImagingError 'imaging/bad-argument' unless the width is a whole number from 1, 'imaging/not-finite',
 * 'imaging/empty-image'
 */
export function edgeMean(source: Image, width = 1): number {
  if (!Number.isInteger(width) || width < 1) throw badArgument('edgeMean', `a border ${width} pixels wide cannot be`);
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(source, 'edgeMean');
  let total = 0;
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const inner = row >= width && row < rows - width;
    const left = inner ? Math.min(width, columns) : columns;
    const right = inner ? Math.max(columns - width, left) : columns;
    const start = offset + row * rowStride;
    for (let column = 0; column < left; column++) total += data[start + column * columnStride] as number;
    for (let column = right; column < columns; column++) total += data[start + column * columnStride] as number;
    count += left + columns - right;
  }
  requireFinite([total], 'edgeMean');
  return total / count;
}

function sum(samples: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < samples.length; index++) total += samples[index] as number;
  return total;
}

function countEqual(samples: ArrayLike<number>, value: number): number {
  let count = 0;
  for (let index = 0; index < samples.length; index++) if (samples[index] === value) count++;
  return count;
}
