import { seenCorners, type Frame } from '../base/frame';
import { hash } from '../base/random';
import type { PlaneVector } from '../base/plane';
import { phaseBits, phaseCount, type Profile } from './grain-profile';

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

const phaseMask = phaseCount - 1;

/** Grains are sorted into the order of the raster, at most this number at once, since a raster is larger than the memory near a processor. */
const grainsAtOnce = 1 << 16;
const found = {
  column: new Int32Array(grainsAtOnce),
  row: new Int32Array(grainsAtOnce),
  weight: new Float32Array(grainsAtOnce),
};
const sorted = {
  column: new Int32Array(grainsAtOnce),
  row: new Int32Array(grainsAtOnce),
  weight: new Float32Array(grainsAtOnce),
};
let places = new Int32Array(0);

/**
 * Paints an octave of grains onto a raster whose pixels are `step` pixels of the frame wide.
 * The place of a grain depends on the octave alone, so the texture is the same from wherever and however finely it is seen.
 */
export function splat(raster: Raster, frame: Frame, step: number, octave: Octave, profile: Profile): void {
  const { border } = raster;
  const { half } = profile;
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
  let count = 0;
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
      // Counted from the first sample of the border, in phases of a sample.
      found.column[count] = (u + border) * phaseCount + 0.5;
      found.row[count] = (v + border) * phaseCount + 0.5;
      found.weight[count] = ((imul(h, 0x2c1b3c6d) >> 16) + 0.5) * height;
      if (++count < grainsAtOnce) continue;
      paintInOrder(raster, profile, count);
      count = 0;
    }
  }
  paintInOrder(raster, profile, count);
}

/** Paints the grains that were found, row after row of the raster. */
function paintInOrder(raster: Raster, profile: Profile, count: number): void {
  const lines = raster.rows + 2 * raster.border + 1;
  if (places.length < lines) places = new Int32Array(lines);
  else places.fill(0, 0, lines);
  for (let k = 0; k < count; k++) places[(found.row[k]! >> phaseBits) + 1]!++;
  for (let line = 1; line < lines; line++) places[line]! += places[line - 1]!;
  for (let k = 0; k < count; k++) {
    const row = found.row[k]!;
    const at = places[row >> phaseBits]!++;
    sorted.column[at] = found.column[k]!;
    sorted.row[at] = row;
    sorted.weight[at] = found.weight[k]!;
  }
  paintSorted(raster, profile, count);
}

/**
 * Paints the sorted grains in upright strips of 8, 4 or 2 samples. The profile across a strip is fetched once and not in every line.
 * The sums of indices are cut to integers, so that the engine looks for no overflow.
 */
function paintSorted({ data, stride }: Raster, { taps, half, values }: Profile, count: number): void {
  for (let k = 0; k < count; k++) {
    const u = sorted.column[k]!;
    const v = sorted.row[k]!;
    const weight = sorted.weight[k]!;
    let across = imul(u & phaseMask, taps);
    const down = imul(v & phaseMask, taps);
    let line = (imul((v >> phaseBits) - half, stride) + (u >> phaseBits) - half) | 0;
    let left = taps;
    for (; left >= 8; left = (left - 8) | 0) {
      paintEight(data, line, stride, values, across, down, (down + taps) | 0, weight);
      line = (line + 8) | 0;
      across = (across + 8) | 0;
    }
    if (left >= 4) {
      paintFour(data, line, stride, values, across, down, (down + taps) | 0, weight);
      line = (line + 4) | 0;
      across = (across + 4) | 0;
    }
    if ((left & 2) !== 0) paintTwo(data, line, stride, values, across, down, (down + taps) | 0, weight);
  }
}

function paintEight(
  data: Float32Array,
  first: number,
  stride: number,
  values: Float32Array,
  across: number,
  from: number,
  to: number,
  weight: number,
): void {
  const p0 = weight * values[across]!;
  const p1 = weight * values[(across + 1) | 0]!;
  const p2 = weight * values[(across + 2) | 0]!;
  const p3 = weight * values[(across + 3) | 0]!;
  const p4 = weight * values[(across + 4) | 0]!;
  const p5 = weight * values[(across + 5) | 0]!;
  const p6 = weight * values[(across + 6) | 0]!;
  const p7 = weight * values[(across + 7) | 0]!;
  for (let down = from, line = first; down < to; down = (down + 1) | 0) {
    const w = values[down]!;
    data[line]! += w * p0;
    data[(line + 1) | 0]! += w * p1;
    data[(line + 2) | 0]! += w * p2;
    data[(line + 3) | 0]! += w * p3;
    data[(line + 4) | 0]! += w * p4;
    data[(line + 5) | 0]! += w * p5;
    data[(line + 6) | 0]! += w * p6;
    data[(line + 7) | 0]! += w * p7;
    line = (line + stride) | 0;
  }
}

function paintFour(
  data: Float32Array,
  first: number,
  stride: number,
  values: Float32Array,
  across: number,
  from: number,
  to: number,
  weight: number,
): void {
  const p0 = weight * values[across]!;
  const p1 = weight * values[(across + 1) | 0]!;
  const p2 = weight * values[(across + 2) | 0]!;
  const p3 = weight * values[(across + 3) | 0]!;
  for (let down = from, line = first; down < to; down = (down + 1) | 0) {
    const w = values[down]!;
    data[line]! += w * p0;
    data[(line + 1) | 0]! += w * p1;
    data[(line + 2) | 0]! += w * p2;
    data[(line + 3) | 0]! += w * p3;
    line = (line + stride) | 0;
  }
}

function paintTwo(
  data: Float32Array,
  first: number,
  stride: number,
  values: Float32Array,
  across: number,
  from: number,
  to: number,
  weight: number,
): void {
  const p0 = weight * values[across]!;
  const p1 = weight * values[(across + 1) | 0]!;
  for (let down = from, line = first; down < to; down = (down + 1) | 0) {
    const w = values[down]!;
    data[line]! += w * p0;
    data[(line + 1) | 0]! += w * p1;
    line = (line + stride) | 0;
  }
}

/** For each row of cells that touches a convex region, the cells of it that do. */
export function cellRows(
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
