import { type Vector, add, subtract } from '../../../../core/base';

/** Shift with its standard errors, in binned pixels. */
export interface MeasuredShift {
  readonly shift: Vector;
  readonly standardError: Vector;
}

/** Difference in standard errors above which three shifts between three images contradict each other. */
const maxDifference = 5;
/** Difference in binned pixels below which they agree in any case. */
const minDifference = 0.3;

/**
 * Holds the shifts from image to image against the shifts over two steps. A shift that closes no triangle is replaced by the difference of
 * the two others where that is known to be right, and else gets an error as large as the contradiction.
 * @param overTwo shift from image k to k + 2, undefined where it was not measured
 */
export function closedShifts<Pair extends MeasuredShift>(
  pairs: readonly Pair[],
  overTwo: readonly (MeasuredShift | undefined)[],
): { readonly pairs: readonly Pair[]; readonly contradicting: readonly number[] } {
  const open = overTwo.map((both, index) => {
    const [first, second] = [pairs[index], pairs[index + 1]];
    if (!both || !first || !second) return undefined;
    const left = subtract(both.shift, add(first.shift, second.shift));
    const error = (axis: 'x' | 'y'): number =>
      Math.hypot(both.standardError[axis], first.standardError[axis], second.standardError[axis]);
    const closes = (['x', 'y'] as const).every(
      (axis) => Math.abs(left[axis]) < Math.max(minDifference, maxDifference * error(axis)),
    );
    return { left, closes };
  });
  const around = (index: number) => [open[index - 1], open[index]].filter((each) => each !== undefined);
  const innocent = pairs.map((_, index) => around(index).some(({ closes }) => closes));
  const guilty = pairs.map((_, index) => around(index).length > 0 && !innocent[index]);
  return {
    contradicting: guilty.flatMap((is, index) => (is ? [index] : [])),
    pairs: pairs.map((pair, index) => {
      if (!guilty[index]) return pair;
      // Both triangles are open and the other shift of one of them closes elsewhere: the error is in this shift.
      const replaced = [
        { both: overTwo[index], other: index + 1 },
        { both: overTwo[index - 1], other: index - 1 },
      ].find(({ both, other }) => both && innocent[other] && around(index).length === 2);
      if (replaced?.both) {
        const { both, other } = replaced;
        const known = pairs[other]!;
        const error = (axis: 'x' | 'y'): number => Math.hypot(both.standardError[axis], known.standardError[axis]);
        return {
          ...pair,
          shift: subtract(both.shift, known.shift),
          standardError: { x: error('x'), y: error('y') },
        };
      }
      const left = around(index).map((each) => each.left);
      return {
        ...pair,
        standardError: {
          x: Math.hypot(pair.standardError.x, ...left.map(({ x }) => x)),
          y: Math.hypot(pair.standardError.y, ...left.map(({ y }) => y)),
        },
      };
    }),
  };
}
