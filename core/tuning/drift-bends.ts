import { type Vector, vector } from '../base';
import { leastSquares } from '../../imaging';
import type { Swing } from './tilt-fit';
import type { TiltSeries } from './tilt-series';

/** A displacement between opposite tilts with the series that it is from. */
export interface TimedSwing extends Pick<Swing, 'drift'> {
  readonly series: TiltSeries;
}

/** Number of neighbouring measurements from which the change of the drift is taken. */
const neighbours = 5;
const minNeighbours = 3;

/**
 * Displacement in unbinned pixels that a change of the drift adds to each measurement with three images, by the drifts that the
 * measurements around it show. A drift whose speed changes by a in a second moves the middle image by a/2 times the square of the interval
 * from where a steady one would have it.
 */
export function driftBends(swings: readonly TimedSwing[]): ReadonlyMap<TiltSeries, Vector> {
  const timed = swings
    .flatMap(({ series, drift }) =>
      drift && series.views.length === 3 ? [{ series, drift, time: series.views[1]!.time }] : [],
    )
    .sort((one, other) => one.time - other.time);
  const bends = new Map<TiltSeries, Vector>();
  if (timed.length < minNeighbours) return bends;
  for (const [at, { series, time }] of timed.entries()) {
    const first = Math.max(0, Math.min(timed.length - neighbours, at - Math.floor(neighbours / 2)));
    const around = timed.slice(first, first + neighbours);
    const rows = around.map((each) => [1, each.time - time]);
    const change = (axis: 'x' | 'y'): number =>
      leastSquares(
        rows,
        around.map(({ drift }) => drift[axis]),
      ).parameters[1]!;
    const interval = (series.views[2]!.time - series.views[0]!.time) / 2;
    const factor = interval ** 2 / 2;
    bends.set(series, vector(factor * change('x'), factor * change('y')));
  }
  return bends;
}
