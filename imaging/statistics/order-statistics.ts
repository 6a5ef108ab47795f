import { badArgument } from '../errors';
import { type Samples, samplesOf } from './samples';

/**
 * The median: the middle of the values in order, or the mean of the two middle ones.
 *
 * @throws ImagingError 'imaging/not-finite', 'imaging/too-few-points' or 'imaging/empty-image' without any value
 */
export function median(source: Samples): number {
  return percentile(source, 50);
}

/** The value below which the given share (0 to 100 percent) of the values lies; see `percentiles`. */
export function percentile(source: Samples, percent: number): number {
  return percentiles(source, [percent])[0] as number;
}

/**
 * The values below which given shares of all values lie, interpolated linearly between neighbours in order.
 *
 * Definition 7 of R. J. Hyndman and Y. Fan, The American Statistician 50 (1996) 361-365, which numpy and R use by default: the
 * smallest value is 0 %, the largest 100 %. Values are selected, not sorted; images of 8 or 16 bits are counted instead.
 *
 * @param percents each from 0 to 100
 * @returns one number per percentage, in the unit of the values
 * @throws ImagingError 'imaging/bad-argument' for a percentage out of range, 'imaging/not-finite', 'imaging/too-few-points' or
 *   'imaging/empty-image' without any value
 */
export function percentiles(source: Samples, percents: readonly number[]): number[] {
  for (const percent of percents) {
    if (!(percent >= 0 && percent <= 100)) throw badArgument('percentiles', `${percent} is not from 0 to 100 percent`);
  }
  const samples = samplesOf(source, 'percentiles');
  const at =
    samples instanceof Uint8Array || samples instanceof Uint16Array || samples instanceof Int16Array
      ? counted(samples)
      : selected(samples);
  return percents.map((percent) => {
    const rank = ((samples.length - 1) * percent) / 100;
    const lower = Math.floor(rank);
    const low = at(lower);
    return rank === lower ? low : low + (rank - lower) * (at(lower + 1) - low);
  });
}

/** Factor from the median absolute deviation of normal values to their standard deviation. */
const normalConsistency = 1.482602218505602;

/**
 * The median absolute deviation from the median, not scaled; for normal values it is 0.6745 standard deviations.
 *
 * @throws ImagingError as `median`
 */
export function medianAbsoluteDeviation(source: Samples): number {
  const samples = samplesOf(source, 'medianAbsoluteDeviation');
  const middle = median(samples);
  const deviations = new Float64Array(samples.length);
  for (let index = 0; index < deviations.length; index++)
    deviations[index] = Math.abs((samples[index] as number) - middle);
  return median(deviations);
}

/** A standard deviation that resists outliers: 1.4826 times the median absolute deviation. */
export function robustDeviation(source: Samples): number {
  return normalConsistency * medianAbsoluteDeviation(source);
}

/** Finds the value of any rank in a table of counts. */
function counted(samples: Uint8Array | Uint16Array | Int16Array): (rank: number) => number {
  const lowest = samples instanceof Int16Array ? -32768 : 0;
  const counts = new Uint32Array(samples instanceof Uint8Array ? 256 : 65536);
  for (let index = 0; index < samples.length; index++) (counts[(samples[index] as number) - lowest] as number)++;
  return (rank) => {
    let seen = 0;
    let value = -1;
    while (seen <= rank) seen += counts[++value] as number;
    return value + lowest;
  };
}

/** Finds the value of any rank by selection in a copy, which stays partly ordered between calls. */
function selected(samples: ArrayLike<number>): (rank: number) => number {
  const values = Float64Array.from(samples);
  return (rank) => select(values, rank);
}

/** Hoare's quickselect (Communications of the ACM 4 (1961) 321) with the median of three as pivot. */
function select(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = medianOfThree(values[low] as number, values[(low + high) >> 1] as number, values[high] as number);
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left <= right) {
        const swapped = values[left] as number;
        values[left++] = values[right] as number;
        values[right--] = swapped;
      }
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] as number;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
