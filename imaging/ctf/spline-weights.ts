const { floor, max, min } = Math;

/** Weights of the few basis functions that act in each bin. */
export interface SplineWeights {
  /** Number of basis functions. */
  readonly count: number;
  /** Number that act in one bin. */
  readonly active: number;
  /** First one that acts, by bin. */
  readonly first: Int32Array;
  /** Weights of those that act, by bin. */
  readonly weights: Float64Array;
}

/** Cubic B-splines (C. de Boor, A Practical Guide to Splines, 1978) on equal intervals of positions from 0 to 1. */
export function cubicSplines(positions: Float64Array, intervals: number): SplineWeights {
  const first = new Int32Array(positions.length);
  const weights = new Float64Array(4 * positions.length);
  positions.forEach((position, bin) => {
    const scaled = max(0, min(position, 1)) * intervals;
    const interval = min(intervals - 1, floor(scaled));
    const t = scaled - interval;
    first[bin] = interval;
    weights[4 * bin] = (1 - t) ** 3 / 6;
    weights[4 * bin + 1] = (3 * t ** 3 - 6 * t ** 2 + 4) / 6;
    weights[4 * bin + 2] = (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6;
    weights[4 * bin + 3] = t ** 3 / 6;
  });
  return { count: intervals + 3, active: 4, first, weights };
}

/** Linear splines on equal intervals of positions from 0 to 1. */
export function linearSplines(positions: Float64Array, intervals: number): SplineWeights {
  const first = new Int32Array(positions.length);
  const weights = new Float64Array(2 * positions.length);
  positions.forEach((position, bin) => {
    const scaled = max(0, min(position, 1)) * intervals;
    const interval = min(intervals - 1, floor(scaled));
    first[bin] = interval;
    weights[2 * bin] = 1 - (scaled - interval);
    weights[2 * bin + 1] = scaled - interval;
  });
  return { count: intervals + 1, active: 2, first, weights };
}
