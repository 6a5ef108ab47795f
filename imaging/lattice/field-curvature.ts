import { leastSquares } from '../fits';
import type { BlockPhases, BlockPlaces } from './phase-errors';

/**
 * Part of a lattice that a field bent by the square of the distance from its middle adds to the fitted one: as a share of all lengths, and
 * in radians.
 */
export interface FieldCurvature {
  readonly stretch: number;
  readonly turn: number;
}

/** Probability beforehand that a field is bent, and the curvature that it then has typically: displacement at half the shorter side, as a share. */
const bent = { probability: 0.2, typical: 0.006 };

/**
 * Finds the curvature of the field in the deviations of the lines from straight and even ones. A straight lattice takes up most of it as a
 * wrong spacing, which no deviation shows; what is left over tells how much that is.
 */
export function fieldCurvature(
  families: readonly [BlockPhases, BlockPhases],
  { centres, halfSide }: Pick<BlockPlaces, 'centres' | 'halfSide'>,
): FieldCurvature {
  const rows: number[][] = [];
  const observed: number[] = [];
  const weights: number[] = [];
  for (const [family, { scores, information, reciprocal }] of families.entries())
    for (const [block, { x, y }] of centres.entries()) {
      const known = information[block]!;
      if (!(known > 0)) continue;
      const square = (x * x + y * y) / halfSide ** 2;
      const straight = [1, x / halfSide, y / halfSide];
      const none = [0, 0, 0];
      rows.push([
        square * (reciprocal.x * x + reciprocal.y * y),
        square * (reciprocal.y * x - reciprocal.x * y),
        ...(family === 0 ? [...straight, ...none] : [...none, ...straight]),
      ]);
      observed.push(scores[block]! / known);
      weights.push(known);
    }
  const unknowns = rows[0]?.length ?? 0;
  if (rows.length <= unknowns) return { stretch: 0, turn: 0 };
  const { parameters, standardErrors } = leastSquares(rows, observed, { weights });
  const taken = takenUp(centres, halfSide);
  const expected = (index: number): number => taken * expectedCurvature(parameters[index]!, standardErrors[index]!);
  return { stretch: expected(0), turn: expected(1) };
}

/**
 * Root of the mean square of a curvature after it was measured. One within its error may as well be chance, and hardly counts;
 * otherwise straight fields would have errors that are too large.
 */
function expectedCurvature(measured: number, error: number): number {
  const [noise, typical] = [error ** 2, bent.typical ** 2];
  const share = typical / (typical + noise);
  const evidence = Math.sqrt(1 - share) * Math.exp(Math.min(300, (0.5 * share * measured ** 2) / noise));
  const odds = (bent.probability / (1 - bent.probability)) * evidence;
  const mean = share * measured;
  return Math.sqrt((odds / (1 + odds)) * (mean ** 2 + share * noise));
}

/** Slope along an axis that a curvature of 1 looks like, as the mean of both axes. */
function takenUp(centres: BlockPlaces['centres'], halfSide: number): number {
  const slopes = (['x', 'y'] as const).map((axis) => {
    let [product, square] = [0, 0];
    for (const place of centres) {
      product += place[axis] ** 2 * (place.x ** 2 + place.y ** 2);
      square += place[axis] ** 2;
    }
    return product / square / halfSide ** 2;
  });
  return (slopes[0]! + slopes[1]!) / 2;
}
