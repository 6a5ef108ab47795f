import { seenCorners, type Frame } from '../base/frame';
import { exponential } from '../base/functions';
import { hash } from '../base/random';
import type { PlaneVector } from '../base/plane';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { floor, imul } = Math;

/** A raster with a border, into which grains can be painted without looking at its edges. */
export interface Raster {
  readonly data: Float32Array;
  readonly stride: number;
  readonly border: number;
  readonly columns: number;
  readonly rows: number;
}

/** One octave of a texture: a grain of Gaussian shape at a random place in every cell of a square lattice without end. */
export interface Octave {
  /** Micrometres. */
  readonly cell: number;
  /** Largest darkening of one grain as a fraction; the grains lie evenly between minus and plus this. */
  readonly amplitude: number;
  readonly key: number;
}

const phaseCount = 256;

/** The profile of a grain sampled on pixels, for each of many positions of the grain within a pixel. */
export interface Profile {
  readonly taps: number;
  readonly half: number;
  readonly values: Float32Array;
}

/**
 * A Gaussian of unit height before blurring, averaged over each pixel.
 * @param sigma of the grain, in pixels
 * @param variance of the grain after all blurs but the pixel's own, in pixels squared
 */
export function pixelProfile(sigma: number, variance: number): Profile {
  const spread = Math.sqrt(variance);
  const scale = sigma * Math.sqrt(2 * Math.PI);
  return profile(
    Math.sqrt(variance + 1 / 12),
    3.6,
    (distance) => scale * (cumulative((distance + 0.5) / spread) - cumulative((distance - 0.5) / spread)),
  );
}

/** A Gaussian of unit height before blurring, sampled at points. @param sigma and variance as for `pixelProfile`. */
export function pointProfile(sigma: number, variance: number): Profile {
  const height = sigma / Math.sqrt(variance);
  return profile(Math.sqrt(variance), 4.2, (distance) => height * exponential((-0.5 * distance * distance) / variance));
}

/**
 * Paints an octave of grains onto a raster whose pixels are `step` pixels of the frame wide.
 * The place of a grain depends on the octave alone, so the texture is the same from wherever and however finely it is seen.
 */
export function splat(
  raster: Raster,
  frame: Frame,
  step: number,
  octave: Octave,
  { taps, half, values }: Profile,
): void {
  const { data, stride, border } = raster;
  const { cell, amplitude, key } = octave;
  const { cubic, quadratic } = frame;
  const distorted = cubic !== 0 || quadratic !== 0;
  // Positions are counted in raster samples: sample k stands at k*step + 1/2 of the frame.
  const columnI = frame.columnX * cell;
  const columnJ = frame.columnY * cell;
  const rowI = frame.rowX * cell;
  const rowJ = frame.rowY * cell;
  const inverseStep = 1 / step;
  const originColumn = distorted ? frame.originColumn - frame.centreColumn : (frame.originColumn - 0.5) * inverseStep;
  const originRow = distorted ? frame.originRow - frame.centreRow : (frame.originRow - 0.5) * inverseStep;
  const scale = distorted ? 1 : inverseStep;
  const centreColumn = frame.centreColumn - 0.5;
  const centreRow = frame.centreRow - 0.5;
  const lowest = half - border;
  const lastColumn = raster.columns + border - half - 2;
  const lastRow = raster.rows + border - half - 2;
  const unit = 1 / 65536;
  const height = amplitude / 32768;
  const region = cellRows(seenCorners(frame, (half + 1) * step), cell);
  for (let j = region.first; j <= region.last; j++) {
    const from = region.from[j - region.first]!;
    const to = region.to[j - region.first]!;
    const rowKey = hash(j, key);
    for (let i = from; i <= to; i++) {
      let h = imul(i, 0x9e3779b1) ^ rowKey;
      h = imul(h ^ (h >>> 16), 0x7feb352d);
      h = imul(h ^ (h >>> 15) ^ key, 0x846ca68b);
      h ^= h >>> 16;
      const a = i + (h & 0xffff) * unit;
      const b = j + (h >>> 16) * unit;
      let u = originColumn + (a * columnI + b * columnJ) * scale;
      let v = originRow + (a * rowI + b * rowJ) * scale;
      if (distorted) {
        const push = 1 + cubic * (u * u + v * v) + quadratic * u;
        u = (u * push + centreColumn) * inverseStep;
        v = (v * push + centreRow) * inverseStep;
      }
      if (!(u > lowest && u < lastColumn && v > lowest && v < lastRow)) continue;
      const column = floor(u);
      const row = floor(v);
      const across = (((u - column) * phaseCount + 0.5) | 0) * taps;
      let down = (((v - row) * phaseCount + 0.5) | 0) * taps;
      const weight = ((imul(h, 0x2c1b3c6d) >> 16) + 0.5) * height;
      let line = (row - half + border) * stride + column - half + border;
      const end = down + taps;
      if (taps === 8) {
        // Most grains are this narrow; their profile across is fetched once and not in every line.
        const p0 = weight * values[across]!;
        const p1 = weight * values[across + 1]!;
        const p2 = weight * values[across + 2]!;
        const p3 = weight * values[across + 3]!;
        const p4 = weight * values[across + 4]!;
        const p5 = weight * values[across + 5]!;
        const p6 = weight * values[across + 6]!;
        const p7 = weight * values[across + 7]!;
        for (; down < end; down++) {
          const w = values[down]!;
          data[line]! += w * p0;
          data[line + 1]! += w * p1;
          data[line + 2]! += w * p2;
          data[line + 3]! += w * p3;
          data[line + 4]! += w * p4;
          data[line + 5]! += w * p5;
          data[line + 6]! += w * p6;
          data[line + 7]! += w * p7;
          line += stride;
        }
        continue;
      }
      for (; down < end; down++) {
        const w = weight * values[down]!;
        for (let k = 0; k < taps; k += 2) {
          const at = line + k;
          const from = across + k;
          data[at]! += w * values[from]!;
          data[at + 1]! += w * values[from + 1]!;
        }
        line += stride;
      }
    }
  }
}

/** Fills a profile for grains at every phase within a pixel; the tails are cut beyond `reach` standard deviations. */
function profile(spread: number, reach: number, at: (distance: number) => number): Profile {
  // The nearest pixel left out is half + 1 away.
  const half = Math.max(1, Math.ceil(reach * spread) - 1);
  const taps = 2 * half + 2;
  const values = new Float32Array((phaseCount + 1) * taps);
  for (let phase = 0; phase <= phaseCount; phase++) {
    for (let k = 0; k < taps; k++) values[phase * taps + k] = at(k - half - phase / phaseCount);
  }
  return { taps, half, values };
}

/** For each row of cells that touches a convex region, the cells of it that do. */
function cellRows(
  corners: readonly PlaneVector[],
  cell: number,
): { first: number; last: number; from: Int32Array; to: Int32Array } {
  const ys = corners.map(({ y }) => y / cell);
  const first = floor(Math.min(...ys));
  const last = floor(Math.max(...ys));
  const from = new Int32Array(last - first + 1);
  const to = new Int32Array(last - first + 1);
  for (let j = first; j <= last; j++) {
    let low = Infinity;
    let high = -Infinity;
    corners.forEach((corner, k) => {
      const next = corners[(k + 1) % corners.length]!;
      const rise = (next.y - corner.y) / cell;
      for (const y of [j, j + 1]) {
        const along = rise === 0 ? -1 : (y - corner.y / cell) / rise;
        if (along >= 0 && along <= 1) {
          const x = (corner.x + (next.x - corner.x) * along) / cell;
          low = Math.min(low, x);
          high = Math.max(high, x);
        }
      }
      const y = corner.y / cell;
      if (y >= j && y <= j + 1) {
        low = Math.min(low, corner.x / cell);
        high = Math.max(high, corner.x / cell);
      }
    });
    from[j - first] = floor(low);
    to[j - first] = floor(high);
  }
  return { first, last, from, to };
}

/** The normal distribution function, to about 1e-7 (Abramowitz and Stegun 7.1.26 on the complementary error function). */
function cumulative(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const tail =
    0.5 *
    exponential(-z * z) *
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return x > 0 ? 1 - tail : tail;
}
