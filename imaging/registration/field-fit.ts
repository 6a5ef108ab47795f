import { type RealTransform2, realTransform2 } from '../fft';
import { agreementOf, CrossSpectrum, evenWeights, noiseOf, type Pair, significanceOf } from './cross-spectrum';
import { scratch } from './scratch';
import { combineBlocks, type FieldBlock } from './field-blocks';

const { cos, floor, max, min, PI: pi, sqrt } = Math;

/** Part of an image in C order. */
export interface ImagePart {
  readonly pixels: Float32Array;
  /** Pixels per row of the whole image. */
  readonly stride: number;
  /** First column and first row of the part. */
  readonly left: number;
  readonly top: number;
}

/** Two parts of images that show the same but for a rest, of the same size. */
export interface PartPair {
  readonly later: ImagePart;
  readonly earlier: ImagePart;
  readonly width: number;
  readonly height: number;
}

/** Shift of the later part against the earlier in pixels, X right and Y DOWN, by two methods. */
export interface FieldShift {
  /** Mean shift over the field, from the shifts of its blocks, with its standard errors. */
  readonly shift: Pair;
  readonly error: Pair;
  /** Shift by the phases of the whole field. */
  readonly ofPhases: Pair;
  readonly errorOfPhases: Pair;
  /** Scatter of the shift between the blocks beyond noise, in pixels. */
  readonly scatter: number;
  /** Agreement of both parts in standard deviations of that of unrelated ones. */
  readonly significance: number;
  /** Share of the power above noise in which both parts agree. */
  readonly agreement: number;
}

/** Highest point of the correlation of two parts. */
export interface FieldPeak {
  readonly shift: Pair;
  /** Height of the highest point elsewhere as a share of it. */
  readonly rivalHeight: number;
}

/** Share of each side that is tapered before the transform. */
const taper = 0.1;
/** Shares of each side between which the weight of a pixel rises, beyond what the taper and the filter spoil. */
const [weightFrom, weightTo] = [0.03, 0.1];
/** Variance of a shift, in square pixels, that an image compared with itself has by rounding. */
const minVariance = 1e-8;
/** Significance from which the coherence of each ring is known well enough to weigh it. */
const clearSignificance = 15;
/** Change in pixels from which the coherence is measured again. */
const smallMove = 0.1;
/** Blocks along each side, and their smallest side in pixels. */
const maxBlocks = 8;
const smallestBlock = 24;
const smallestSide = 24;

/** The largest multiple of 4 up to `length` that transforms fast, also at half the size. */
function goodSide(length: number): number {
  for (let size = 4 * floor(length / 4); size >= 4; size -= 4) {
    let rest = size;
    for (const factor of [2, 3, 5, 7]) while (rest % factor === 0) rest /= factor;
    if (rest === 1) return size;
  }
  return 0;
}

/** The spectra of two parts of images. */
export class Field {
  private readonly transform: RealTransform2;
  private readonly cross: CrossSpectrum;
  /** Correlation of neighbouring terms of the spectra by the taper, as a factor on variances. */
  private readonly spread: number;
  private readonly edges: readonly [Float32Array, Float32Array];

  private constructor(
    { later, earlier, width, height }: PartPair,
    private readonly columns: number,
    private readonly rows: number,
    axes: boolean,
  ) {
    const [left, top] = [(width - columns) >> 1, (height - rows) >> 1];
    this.transform = realTransform2(rows, columns);
    this.edges = [edge(columns, 0, taper), edge(rows, 0, taper)];
    this.spread = spreadOf(this.edges[0]) * spreadOf(this.edges[1]);
    const length = rows * (columns + 2);
    const spectrum = (part: ImagePart, name: 'later' | 'earlier'): Float32Array => {
      const moved = { ...part, left: part.left + left, top: part.top + top };
      // Memory of its own: a plan whose memory was lent is not given back.
      return this.transform.forward(tapered(moved, columns, rows, this.edges), scratch(name, length));
    };
    this.cross = new CrossSpectrum(
      { rows, columns, later: spectrum(later, 'later'), earlier: spectrum(earlier, 'earlier') },
      axes,
    );
  }

  /**
   * The field of two parts; undefined when they are too small.
   *
   * @param axes false to leave out what stripes of the camera may add
   */
  static of(parts: PartPair, axes = true): Field | undefined {
    const [columns, rows] = [goodSide(parts.width), goodSide(parts.height)];
    return min(columns, rows) < smallestSide ? undefined : new Field(parts, columns, rows, axes);
  }

  /**
   * Finds the highest point of the correlation, in which each ring of frequencies weighs by its power above noise.
   *
   * @param towards place that counts a little more than those far from it
   * @param reach largest distance from it that is looked at, and beyond which nothing is a rival
   * @param avoid place of a peak that is known to be wrong
   */
  peak(towards: Pair, reach: number, avoid: Pair | undefined): FieldPeak | undefined {
    const { cross, transform, columns, rows } = this;
    const sums = cross.sums([0, 0]);
    const weights = cross.weightsOfPower(sums, noiseOf(sums));
    const found = highestPoint(
      transform.inverse(cross.correlation(weights), scratch('plane', rows * columns)),
      columns,
      rows,
      towards,
      reach,
      avoid,
    );
    if (!found) return undefined;
    return found;
  }

  /**
   * Measures the shift that is left between the two parts.
   *
   * The phases of both spectra give it once for the whole field. Then the images are filtered by their coherence and laid
   * on each other, and what differs between them gives the shift of each block; the window weighs there and cuts nothing,
   * so it does not bias the shift. What the blocks disagree in beyond noise (distortion, something that moves) enters the
   * standard error.
   *
   * @returns undefined where nothing is found near the start
   */
  fit(start: Pair): FieldShift | undefined {
    const { cross, transform, columns, rows, spread, edges } = this;
    const atStart = cross.sums(start);
    const noiseFloor = noiseOf(atStart);
    const byPower = cross.weightsOfPower(atStart, noiseFloor);
    // Where little stands out of the noise, the rings that agree by chance would decide.
    const clear =
      max(significanceOf(atStart, byPower), significanceOf(atStart, evenWeights(atStart))) >
      clearSignificance * sqrt(spread);
    const first = cross.climb(clear ? cross.weights(atStart) : byPower, start);
    if (!first) return undefined;
    const moved = Math.hypot(first.shift[0] - start[0], first.shift[1] - start[1]) > smallMove;
    // The coherence is seen in full only near the right shift.
    const sums = moved ? cross.sums(first.shift) : atStart;
    const weights = clear ? cross.weights(sums) : byPower;
    const second = moved ? cross.climb(weights, first.shift) : first;
    if (!second) return undefined;
    const [xx, xy, yy] = second.covariance;
    const coarse = cross.coarse(weights, sums);
    const step = coarse ? 2 : 1;
    const [smallColumns, smallRows] = [columns / step, rows / step];
    const small = step === 1 ? transform : realTransform2(smallRows, smallColumns);
    // A transform reads its input before it writes its output, so both may lie in the same memory.
    const pixels = cross
      .filtered(coarse ?? weights, second.shift, step)
      .map((each) => small.inverse(each, each.subarray(0, smallRows * smallColumns))) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const weighing = [edge(smallColumns, weightFrom, weightTo), edge(smallRows, weightFrom, weightTo)] as const;
    const blocks = sumBlocks(pixels, smallColumns, smallRows, weighing, step);
    const sumOf = (index: 0 | 1 | 2): number => blocks.reduce((sum, { products }) => sum + products[index], 0);
    // The phases tell how much noise is left in the filtered images; they see the tapered field, the blocks the weighed one.
    const seen = (shareOf(edges[0], 2) * shareOf(edges[1], 2)) / (shareOf(weighing[0], 1) * shareOf(weighing[1], 1));
    const [hxx, hxy, hyy] = [sumOf(0), sumOf(1), sumOf(2)];
    const noise = max((seen * spread * (xx * hxx + 2 * xy * hxy + yy * hyy)) / 2, minVariance * (hxx + hyy));
    const combined = noise > 0 ? combineBlocks(blocks, noise) : undefined;
    if (!combined) return undefined;
    return {
      shift: [second.shift[0] + combined.shift[0], second.shift[1] + combined.shift[1]],
      error: [sqrt(combined.variance[0]), sqrt(combined.variance[1])],
      ofPhases: second.shift,
      errorOfPhases: [sqrt(xx * spread), sqrt(yy * spread)],
      scatter: combined.scatter,
      // Detail without a preferred size looks like noise, and only the coherence tells it from noise.
      significance: max(significanceOf(sums, byPower), significanceOf(sums, evenWeights(sums))) / sqrt(spread),
      agreement: max(agreementOf(sums, byPower, noiseFloor), agreementOf(sums, evenWeights(sums), 0)),
    };
  }
}

/** Share that a point loses at the reach against one at the expected place. */
const lossAtReach = 0.3;
/** Distance in pixels around a peak to avoid. */
const avoidedDistance = 2;
/** Widths of the highest point within which nothing is another one, and the least distance in pixels. */
const [ownWidths, ownDistance] = [3, 6];

function highestPoint(
  plane: Float32Array,
  columns: number,
  rows: number,
  [towardsX, towardsY]: Pair,
  reach: number,
  avoid: Pair | undefined,
): FieldPeak | undefined {
  const [farX, farY] = [min(floor(reach), floor(columns / 3)), min(floor(reach), floor(rows / 3))];
  const [middleX, middleY] = [Math.round(towardsX), Math.round(towardsY)];
  const at = (x: number, y: number): number =>
    plane[(((y % rows) + rows) % rows) * columns + (((x % columns) + columns) % columns)]!;
  const avoided = (x: number, y: number): boolean =>
    avoid !== undefined && (x - avoid[0]) ** 2 + (y - avoid[1]) ** 2 < avoidedDistance ** 2;
  let [best, bestX, bestY] = [-Infinity, 0, 0];
  const loss = lossAtReach / max(1, reach * reach);
  for (let y = middleY - farY; y <= middleY + farY; y++)
    for (let x = middleX - farX; x <= middleX + farX; x++) {
      const value = at(x, y) * (1 - loss * ((x - towardsX) ** 2 + (y - towardsY) ** 2));
      if (value > best && !avoided(x, y)) [best, bestX, bestY] = [value, x, y];
    }
  const height = at(bestX, bestY);
  if (!(height > 0)) return undefined;
  const bend = (one: number, other: number): number => max(1e-6, (2 * height - one - other) / (4 * height));
  const width =
    1 / sqrt(min(bend(at(bestX - 2, bestY), at(bestX + 2, bestY)), bend(at(bestX, bestY - 2), at(bestX, bestY + 2))));
  const own = max(ownDistance, ownWidths * width);
  let rival = 0;
  for (let y = middleY - farY; y <= middleY + farY; y++)
    for (let x = middleX - farX; x <= middleX + farX; x++)
      if ((x - bestX) ** 2 + (y - bestY) ** 2 > own * own && !avoided(x, y)) rival = max(rival, at(x, y));
  const parabola = (before: number, after: number): number => {
    const curvature = before - 2 * height + after;
    return curvature < 0 ? max(-0.5, min(0.5, (0.5 * (before - after)) / curvature)) : 0;
  };
  return {
    shift: [
      bestX + parabola(at(bestX - 1, bestY), at(bestX + 1, bestY)),
      bestY + parabola(at(bestX, bestY - 1), at(bestX, bestY + 1)),
    ],
    rivalHeight: rival / height,
  };
}

/** Weights along a side that rise from 0 to 1 between two shares of it, at both ends. */
function edge(length: number, from: number, to: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => {
    const inside = (min(index, length - 1 - index) + 0.5) / length;
    return inside >= to ? 1 : inside <= from ? 0 : 0.5 - 0.5 * cos((pi * (inside - from)) / (to - from));
  });
}

/** Distance of the rows of which the mean is taken. */
const rowsSkipped = 4;

/** Part of an image without its weighted mean, tapered at the edges. */
function tapered(
  { pixels, stride, left, top }: ImagePart,
  columns: number,
  rows: number,
  [across, down]: readonly [Float32Array, Float32Array],
): Float32Array {
  const target = scratch('pixels', rows * columns);
  let [sum, weights] = [0, 0];
  for (let row = 0; row < rows; row += rowsSkipped) {
    const from = (top + row) * stride + left;
    let [ofRow, ofWeights] = [0, 0];
    for (let column = 0; column < columns; column++) {
      ofRow += pixels[from + column]! * across[column]!;
      ofWeights += across[column]!;
    }
    sum += ofRow * down[row]!;
    weights += ofWeights * down[row]!;
  }
  const level = sum / weights;
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * stride + left;
    const to = row * columns;
    const weight = down[row]!;
    for (let column = 0; column < columns; column++)
      target[to + column] = (pixels[from + column]! - level) * across[column]! * weight;
  }
  return target;
}

/** Correlation of neighbouring terms by a taper: the mean fourth power over the squared mean square. */
function spreadOf(weights: Float32Array): number {
  let [second, fourth] = [0, 0];
  for (const weight of weights) {
    second += weight * weight;
    fourth += weight ** 4;
  }
  return (fourth * weights.length) / (second * second);
}

/** Mean of a power of the weights along a side. */
const shareOf = (weights: Float32Array, power: number): number =>
  weights.reduce((sum, weight) => sum + weight ** power, 0) / weights.length;

function sumBlocks(
  [difference, alongX, alongY]: readonly [Float32Array, Float32Array, Float32Array],
  columns: number,
  rows: number,
  [across, down]: readonly [Float32Array, Float32Array],
  step: number,
): readonly FieldBlock[] {
  const count = (side: number): number => max(1, min(maxBlocks, floor((side * step) / smallestBlock)));
  const [nx, ny] = [count(columns), count(rows)];
  const blocks: FieldBlock[] = [];
  for (let j = 0; j < ny; j++) {
    const [top, bottom] = [floor((j * rows) / ny), floor(((j + 1) * rows) / ny)];
    for (let i = 0; i < nx; i++) {
      const [left, right] = [floor((i * columns) / nx), floor(((i + 1) * columns) / nx)];
      let [xx, xy, yy, dx, dy] = [0, 0, 0, 0, 0];
      for (let row = top; row < bottom; row++) {
        let [rxx, rxy, ryy, rdx, rdy] = [0, 0, 0, 0, 0];
        for (let column = left, at = row * columns + left; column < right; column++, at++) {
          const d = difference[at]!;
          const x = alongX[at]!;
          const y = alongY[at]!;
          const wx = across[column]! * x;
          const wy = across[column]! * y;
          rxx += wx * x;
          rxy += wx * y;
          ryy += wy * y;
          rdx += wx * d;
          rdy += wy * d;
        }
        const weight = down[row]!;
        xx += weight * rxx;
        xy += weight * rxy;
        yy += weight * ryy;
        dx += weight * rdx;
        dy += weight * rdy;
      }
      blocks.push({
        at: [(step * (left + right - columns)) / 2, (step * (top + bottom - rows)) / 2],
        products: [xx, xy, yy],
        differences: [dx, dy],
      });
    }
  }
  return blocks;
}
