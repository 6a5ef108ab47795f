import { type Matrix, type Vector, subtract } from '../../../../../core/base';
import {
  type PatternName,
  patterns,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-analysis';
import type { WeighedPair } from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-uncertainty';

/** The true matrix of the series that are made of numbers alone. */
export const truth: Matrix = { xpx: -93.5, xpy: -506.5, ypx: 481, ypy: -93.4 };
/** Image shift between two places of a pattern. */
export const steps = { x: 2.1, y: 2 };
export const binning = 4;
/** Error of a shift in binned pixels. */
export const shiftError = 0.02;
export const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** A field that was measured and is straight. */
export const straight = {
  radial: 0,
  spiral: 0,
  standardErrors: { radial: 1e-5, spiral: 1e-5 },
  misfit: { chiSquare: 10, degreesOfFreedom: 10 },
  spread: 0,
  centres: [],
};

/** The shifts between neighbours of a pattern, as a camera with the error of a shift measures them at the places seen. */
export function measuredPairs(
  pattern: PatternName,
  seen: readonly Vector[],
  normal: () => number,
  correlation: number,
): readonly WeighedPair[] {
  return patterns[pattern].slice(1).map((_, index): WeighedPair => {
    const [earlier, later] = pattern === 'six' && index === 2 ? [1, 4] : [index, index + 1];
    const { x, y } = subtract(seen[later]!, seen[earlier]!);
    return {
      earlier,
      later,
      shift: { x: x + shiftError * normal(), y: y + shiftError * normal() },
      correlation,
      standardError: { x: shiftError, y: shiftError },
    };
  });
}
