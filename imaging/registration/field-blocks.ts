import type { Pair } from './cross-spectrum';

const { abs, max, min, sqrt } = Math;

/** Sums over one block of a field: of the products of the derivatives [xx, xy, yy] and of the difference with them [x, y]. */
export interface FieldBlock {
  /** Middle of the block from the middle of the field. */
  readonly at: Pair;
  readonly products: readonly [number, number, number];
  readonly differences: Pair;
}

/** Shift at the middle of a field. */
export interface BlockShift {
  readonly shift: Pair;
  readonly variance: Pair;
  /** Scatter between the blocks beyond noise and a linear change over the field, in pixels. */
  readonly scatter: number;
}

/** Rotation, stretch and shear that two images of one place may have against each other, as a standard deviation. */
const deformation = 1e-3;
const unknowns = 6;
/** Distance of a block from the fit in standard deviations beyond which its weight falls. */
const tolerated = 2.5;
/** Factor on the variance for noise and scatter being estimates themselves: measured on images of which the truth is known. */
const inflation = 1.2;
/** Share of the detail of the richest block from which another one counts. */
const minShare = 1e-4;
const rounds = 2;
const halvings = 12;
const maxScatter = 3;

/**
 * Combines the blocks of a field into the shift at its middle: each block by its own noise and by the scatter between the blocks, with a
 * linear change over the field. A few blocks that differ from all others count less.
 *
 * @param noise variance of the difference in proportion to the products
 */
export function combineBlocks(blocks: readonly FieldBlock[], noise: number): BlockShift | undefined {
  const strongest = blocks.reduce((most, { products }) => max(most, products[0] + products[2]), 0);
  const used = blocks
    .filter(({ products: [xx, , yy] }) => xx + yy > minShare * strongest)
    .map((block) => measured(block, noise, 1e-6 * strongest));
  if (used.length === 0) return undefined;
  let [scatter, fit]: [number, Solution | undefined] = [0, undefined];
  for (let round = 0; round < rounds; round++) {
    scatter = scatterOf(used);
    fit = solve(used, scatter * scatter);
    if (!fit) return undefined;
    for (const block of used)
      block.trust = min(1, tolerated / max(sqrt(misfit(block, scatter * scatter, fit.parameters) / 2), 1e-9));
  }
  return (
    fit && {
      shift: [fit.parameters[0]!, fit.parameters[1]!],
      variance: [inflation * fit.variance[0], inflation * fit.variance[1]],
      scatter,
    }
  );
}

/** Block with the shift that it shows on its own, and the covariance of that by noise. */
interface MeasuredBlock {
  readonly atX: number;
  readonly atY: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
  /** Share of its weight that it keeps. */
  trust: number;
}

interface Solution {
  readonly parameters: Float64Array;
  readonly variance: Pair;
}

/** @param little added to the products, so that the equations of a block with detail along one axis can be solved */
function measured({ at, products, differences }: FieldBlock, noise: number, little: number): MeasuredBlock {
  const [xx, xy, yy] = [products[0] + little, products[1], products[2] + little];
  const determinant = xx * yy - xy * xy;
  return {
    atX: at[0],
    atY: at[1],
    x: (yy * differences[0] - xy * differences[1]) / determinant,
    y: (xx * differences[1] - xy * differences[0]) / determinant,
    xx: (noise * yy) / determinant,
    xy: (-noise * xy) / determinant,
    yy: (noise * xx) / determinant,
    trust: 1,
  };
}

/** Square of the distance of a block from the fit in standard deviations, of two components. */
function misfit(block: MeasuredBlock, scatter: number, p: Float64Array): number {
  const x = block.x - (p[0]! + p[2]! * block.atX + p[3]! * block.atY);
  const y = block.y - (p[1]! + p[4]! * block.atX + p[5]! * block.atY);
  const [xx, yy] = [block.xx + scatter, block.yy + scatter];
  return (yy * x * x - 2 * block.xy * x * y + xx * y * y) / (xx * yy - block.xy * block.xy);
}

/** Scatter between blocks at which their distances from the fit are what it and the noise let expect; 0 when noise is enough. */
function scatterOf(blocks: readonly MeasuredBlock[]): number {
  const excess = (scatter: number): number => {
    const fit = solve(blocks, scatter * scatter);
    if (!fit) return -1;
    let [sum, count] = [0, 0];
    for (const block of blocks) {
      sum += block.trust * misfit(block, scatter * scatter, fit.parameters);
      count += 2 * block.trust;
    }
    return sum - max(1, count - 2);
  };
  if (excess(0) <= 0) return 0;
  let [low, high] = [0, maxScatter];
  for (let step = 0; step < halvings; step++) {
    const middle = step < 6 ? sqrt(max(low, 1e-4) * high) : (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function solve(blocks: readonly MeasuredBlock[], scatter: number): Solution | undefined {
  const matrix = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  for (let index = 2; index < unknowns; index++) matrix[index * unknowns + index] = deformation ** -2;
  const [onX, onY] = [new Float64Array(unknowns), new Float64Array(unknowns)];
  [onX[0], onY[1]] = [1, 1];
  for (const block of blocks) {
    const [vxx, vyy] = [block.xx + scatter, block.yy + scatter];
    const share = block.trust / (vxx * vyy - block.xy * block.xy);
    const [xx, xy, yy] = [vyy * share, -block.xy * share, vxx * share];
    [onX[2], onX[3], onY[4], onY[5]] = [block.atX, block.atY, block.atX, block.atY];
    for (let i = 0; i < unknowns; i++) {
      const a = xx * onX[i]! + xy * onY[i]!;
      const b = xy * onX[i]! + yy * onY[i]!;
      right[i]! += a * block.x + b * block.y;
      for (let j = 0; j <= i; j++) matrix[i * unknowns + j]! += a * onX[j]! + b * onY[j]!;
    }
  }
  for (let i = 0; i < unknowns; i++) for (let j = 0; j < i; j++) matrix[j * unknowns + i] = matrix[i * unknowns + j]!;
  const inverse = inverted(matrix);
  if (!inverse) return undefined;
  const parameters = new Float64Array(unknowns);
  for (let i = 0; i < unknowns; i++)
    for (let j = 0; j < unknowns; j++) parameters[i]! += inverse[i * unknowns + j]! * right[j]!;
  return { parameters, variance: [inverse[0]!, inverse[unknowns + 1]!] };
}

/** Inverse of a symmetric positive matrix of `unknowns` rows; undefined when it is singular. */
function inverted(matrix: Float64Array): Float64Array | undefined {
  const n = unknowns;
  const work = matrix.slice();
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  for (let i = 0; i < n; i++) {
    const pivot = work[i * n + i]!;
    if (!(abs(pivot) > 1e-300)) return undefined;
    for (let j = 0; j < n; j++) {
      work[i * n + j]! /= pivot;
      result[i * n + j]! /= pivot;
    }
    for (let k = 0; k < n; k++) {
      const factor = work[k * n + i]!;
      if (k === i || factor === 0) continue;
      for (let j = 0; j < n; j++) {
        work[k * n + j]! -= factor * work[i * n + j]!;
        result[k * n + j]! -= factor * result[i * n + j]!;
      }
    }
  }
  return result;
}
