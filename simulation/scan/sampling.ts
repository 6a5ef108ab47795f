import { scratch } from '../base/scratch';

const { floor } = Math;

/** A painted canvas, and the way from pixels of a scan to it. */
export interface Canvas {
  readonly data: Float32Array;
  readonly columns: number;
  readonly rows: number;
  /** Canvas pixels of one pixel of the scan. */
  readonly scale: number;
  /** Place on the canvas of the corner of the scan's first pixel, such that whole numbers are middles of canvas pixels. */
  readonly originColumn: number;
  readonly originRow: number;
}

/** One line of a scan: the place of the probe at each pixel, from the corner of the scan's first pixel, in pixels of the scan. */
export interface ScannedLine {
  readonly columns: Float64Array;
  readonly rows: Float64Array;
}

const phases = 512;
/** Weights of four neighbours at each phase: a cubic that goes through the values (Catmull and Rom). */
const weights = new Float32Array((phases + 1) * 4);
for (let phase = 0; phase <= phases; phase++) {
  const t = phase / phases;
  weights[4 * phase] = t * (t * (1 - 0.5 * t) - 0.5);
  weights[4 * phase + 1] = 1 + t * t * (1.5 * t - 2.5);
  weights[4 * phase + 2] = t * (0.5 + t * (2 - 1.5 * t));
  weights[4 * phase + 3] = 0.5 * t * t * (t - 1);
}

/** A line whose rows differ by less than this lies on one row between those of the canvas. */
const maxUnseenSlope = 1 / 64;

/**
 * Adds the values of a canvas at the places of a line, each times its share.
 * @param output values of the scan
 * @param first index there of the first pixel of the line
 * @param shares of this canvas in each pixel; all of it where left out
 */
export function sampleLine(
  canvas: Canvas,
  line: ScannedLine,
  output: Float32Array,
  first: number,
  shares?: Float32Array,
): void {
  const { rows: places } = line;
  let lowest = places[0]!;
  let highest = lowest;
  for (let k = 1; k < places.length; k++) {
    const place = places[k]!;
    if (place < lowest) lowest = place;
    else if (place > highest) highest = place;
  }
  if ((highest - lowest) * canvas.scale > maxUnseenSlope) sampleBentLine(canvas, line, output, first, shares);
  else sampleStraightLine(canvas, line, output, first, shares);
}

/** The same for a line along the rows of the canvas, which are made one row first. */
function sampleStraightLine(
  { data, columns, rows, scale, originColumn, originRow }: Canvas,
  line: ScannedLine,
  output: Float32Array,
  first: number,
  shares?: Float32Array,
): void {
  const y = line.rows[line.rows.length >> 1]! * scale + originRow;
  const [row, phase] = placeOn(y, rows);
  const between = scratch('scanned row', columns);
  const at = row * columns;
  if (phase === 0) between.set(data.subarray(at, at + columns));
  else {
    const a = weights[4 * phase]!;
    const b = weights[4 * phase + 1]!;
    const c = weights[4 * phase + 2]!;
    const d = weights[4 * phase + 3]!;
    for (let k = 0, from = at - columns; k < columns; k++, from++)
      between[k] =
        a * data[from]! + b * data[from + columns]! + c * data[from + 2 * columns]! + d * data[from + 3 * columns]!;
  }
  const lastColumn = columns - 3;
  const count = line.columns.length;
  for (let k = 0; k < count; k++) {
    const x = line.columns[k]! * scale + originColumn;
    let column = floor(x);
    const phaseX = 4 * (((x - column) * phases + 0.5) | 0);
    column = column < 1 ? 1 : column > lastColumn ? lastColumn : column;
    const value =
      weights[phaseX]! * between[column - 1]! +
      weights[phaseX + 1]! * between[column]! +
      weights[phaseX + 2]! * between[column + 1]! +
      weights[phaseX + 3]! * between[column + 2]!;
    output[first + k]! += shares ? shares[k]! * value : value;
  }
}

/** The same for a line of any form. */
function sampleBentLine(
  { data, columns, rows, scale, originColumn, originRow }: Canvas,
  line: ScannedLine,
  output: Float32Array,
  first: number,
  shares?: Float32Array,
): void {
  const lastColumn = columns - 3;
  const lastRow = rows - 3;
  const count = line.columns.length;
  for (let k = 0; k < count; k++) {
    const share = shares ? shares[k]! : 1;
    if (share === 0) continue;
    const x = line.columns[k]! * scale + originColumn;
    const y = line.rows[k]! * scale + originRow;
    let column = floor(x);
    let row = floor(y);
    const phaseX = 4 * (((x - column) * phases + 0.5) | 0);
    const phaseY = 4 * (((y - row) * phases + 0.5) | 0);
    // What is beyond the canvas is seen as its edge.
    column = column < 1 ? 1 : column > lastColumn ? lastColumn : column;
    row = row < 1 ? 1 : row > lastRow ? lastRow : row;
    const a = weights[phaseX]!;
    const b = weights[phaseX + 1]!;
    const c = weights[phaseX + 2]!;
    const d = weights[phaseX + 3]!;
    let at = (row - 1) * columns + column - 1;
    let value = 0;
    for (let down = phaseY; down < phaseY + 4; down++, at += columns)
      value += weights[down]! * (a * data[at]! + b * data[at + 1]! + c * data[at + 2]! + d * data[at + 3]!);
    output[first + k]! += share * value;
  }
}

/** The row that a place is on or after, and its phase to the next one. */
function placeOn(place: number, count: number): readonly [row: number, phase: number] {
  const row = floor(place);
  return [Math.min(count - 3, Math.max(1, row)), ((place - row) * phases + 0.5) | 0];
}

/** Share of the time of each pixel of a line in which the beam was there. */
export function litShares(
  lit: readonly { readonly from: number; readonly to: number }[],
  start: number,
  pixelTime: number,
  shares: Float32Array,
): void {
  shares.fill(0);
  for (const { from, to } of lit) {
    const first = Math.max(0, floor((from - start) / pixelTime));
    const last = Math.min(shares.length - 1, floor((to - start) / pixelTime));
    for (let k = first; k <= last; k++) {
      const begin = start + k * pixelTime;
      shares[k]! += Math.max(0, Math.min(to, begin + pixelTime) - Math.max(from, begin)) / pixelTime;
    }
  }
}
