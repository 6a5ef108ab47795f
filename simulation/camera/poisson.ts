import { exponential } from '../base/functions';
import { hash } from '../base/random';

/** Up to this mean counts are drawn from the Poisson distribution itself; above it the normal one is as good. */
export const smallestNormalMean = 50;

/** Means are tabulated at this many steps to one electron. */
export const stepsPerUnit = 8;
/** Counts of each tabulated mean. */
export const stride = 160;
/** Steps of probability at which the search for a count can start. */
export const guides = 128;
/** Tables of the distribution, which the kernel that reads detectors out uses, too. */
export const poissonTables = tabulate();

/**
 * A count of the Poisson distribution for a mean up to `smallestNormalMean`, without approximation:
 * the sum of one with the tabulated mean next below and one with the rest.
 * @param random a random 32-bit integer; a second one is derived from it
 */
export function poisson(mean: number, random: number): number {
  if (!(mean > 0)) return 0;
  const step = (mean * stepsPerUnit) | 0;
  const { cumulative, starts } = poissonTables;
  const chance = ((random >>> 0) + 0.5) / 4294967296;
  const first = step * stride;
  let at = first + starts[step * guides + (random >>> 25)]!;
  while (chance > cumulative[at]!) at++;
  const rest = mean - step / stepsPerUnit;
  // The remaining mean is at most an eighth, for which the series of exp(-rest) is as exact as the random number.
  let term = 1 - rest * (1 - (rest / 2) * (1 - (rest / 3) * (1 - (rest / 4) * (1 - rest / 5))));
  let left = ((hash(random, 0x1b873593) >>> 0) + 0.5) / 4294967296 - term;
  let more = 0;
  while (left > 0 && more < 12) {
    more++;
    term *= rest / more;
    left -= term;
  }
  return at - first + more;
}

/** Cumulative probabilities for every tabulated mean, and for each step of probability the count at which the search starts. */
function tabulate(): { cumulative: Float64Array; starts: Uint8Array } {
  const count = smallestNormalMean * stepsPerUnit + 1;
  const cumulative = new Float64Array(count * stride).fill(1);
  const starts = new Uint8Array(count * guides);
  for (let step = 0; step < count; step++) {
    const mean = step / stepsPerUnit;
    let term = exponential(-mean);
    let total = 0;
    for (let k = 0; k < stride - 1; k++) {
      total += term;
      cumulative[step * stride + k] = total;
      term *= mean / (k + 1);
    }
    for (let guide = 0, k = 0; guide < guides; guide++) {
      while (cumulative[step * stride + k]! < guide / guides) k++;
      starts[step * guides + guide] = k;
    }
  }
  return { cumulative, starts };
}
