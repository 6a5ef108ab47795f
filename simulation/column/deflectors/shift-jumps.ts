import { rotationMatrix, type PlaneMatrix } from '../../base/plane';

/** Change of the action of a shift beyond a boundary: a factor, and degrees counter-clockwise. */
type ShiftJump = readonly [factor: number, degrees: number];

/**
 * Change of the action of a shift at a mag index: that of the highest boundary at or below it within its range, low magnification or not.
 * @param jumps by the first mag index beyond each boundary
 * @param own factor and degrees of this mag index besides
 */
export function actionAt(
  jumps: ReadonlyMap<number, ShiftJump>,
  low: ReadonlySet<number>,
  magIndex: number,
  own: { readonly scale: number; readonly turn: number } = { scale: 1, turn: 0 },
): PlaneMatrix {
  const falling = [...jumps].sort(([a], [b]) => b - a);
  const jump = falling.find(([first]) => first <= magIndex && low.has(first) === low.has(magIndex))?.[1] ?? [1, 0];
  return rotationMatrix(jump[1] + own.turn, jump[0] * own.scale);
}
