import { badArgument } from '../errors';
import type { Spectrum } from './preparation';

const { PI, floor, max, min, sqrt, tan } = Math;

/** Division of half a plane of a spectrum into cells of one area: equal bins of the squared frequency by equal sectors. */
export interface CellGrid {
  /** Sectors of half a turn; sector s is centred at (s + 1/2) pi / sectors, counter-clockwise from X, Y UP. */
  readonly sectors: number;
  readonly bins: number;
  /** Squared frequency at the beginning of the first bin and width of each, in cycles per Angstrom, squared. */
  readonly low: number;
  readonly width: number;
}

/** Power of a spectrum in cells; index bin * sectors + sector. */
export interface Cells extends CellGrid {
  /** Mean power of the modes of a cell, single modes capped; 0 where there is none. */
  readonly power: Float64Array;
  /** Number of independent modes of a cell. */
  readonly modes: Float64Array;
}

/** Annuli in which the median of the modes is taken, and modes sampled for it. */
const [medianAnnuli, medianSamples] = [48, 30000];
/** Multiple of the median of its annulus that a single mode may have: spots of a lattice and stripes have more. */
const maxOverMedian = 12;
/** Rows and columns beside the axes that are left out: stripes of the camera and the edges of the image fill them. */
const axisMargin = 2;

/** Accumulates the power of a spectrum into the cells of a grid. */
export function accumulateCells(spectrum: Spectrum, grid: CellGrid, pixel: number): Cells {
  const caps = capsOf(spectrum, grid, pixel);
  const { sectors, bins } = grid;
  const cells = sectors * bins;
  const power = new Float64Array(cells);
  const modes = new Float64Array(cells);
  const { values, rows, columns, complex } = spectrum;
  const half = columns / 2 + 1;
  const perUnit = 1 / (grid.width * pixel * pixel);
  const offset = grid.low / grid.width;
  const tangents = Float64Array.from({ length: sectors / 2 + 1 }, (_, s) => tan((PI * s) / sectors));
  tangents[sectors / 2] = Infinity;
  for (let row = 0; row < rows; row++) {
    const down = row <= rows / 2 ? row : row - rows;
    if (Math.abs(down) <= axisMargin || 2 * Math.abs(down) === rows) continue;
    const y = Math.abs(down) / rows;
    const upwards = down < 0;
    let sector = sectors / 2 - 1;
    let edge = tangents[sector]!;
    const own = y * y * perUnit - offset;
    const step = perUnit / (columns * columns);
    const last = min(half - 2, floor(sqrt(max(0, (bins - own) / step))));
    const start = own >= 0 ? axisMargin + 1 : max(axisMargin + 1, Math.ceil(sqrt(-own / step)));
    const slope = y * columns;
    let at = row * half + start;
    for (let column = start; column <= last; column++, at++) {
      while (slope < column * edge) edge = tangents[--sector]!;
      const bin = (own + column * column * step) | 0;
      if (bin >= bins) break;
      let value: number;
      if (complex) {
        const re = values[2 * at]!;
        const im = values[2 * at + 1]!;
        value = re * re + im * im;
      } else value = values[at]!;
      const cap = caps[bin]!;
      const cell = bin * sectors + (upwards ? sector : sectors - 1 - sector);
      power[cell]! += value < cap ? value : cap;
      modes[cell]! += 1;
    }
  }
  for (let cell = 0; cell < cells; cell++) {
    const count = modes[cell]!;
    if (count > 0) power[cell]! *= spectrum.scale / count;
    modes[cell] = count * spectrum.modesPerPixel;
  }
  return { ...grid, power, modes };
}

/** Largest power that a single mode may have in each bin. */
function capsOf(spectrum: Spectrum, grid: CellGrid, pixel: number): Float64Array {
  const { values, rows, columns, complex } = spectrum;
  const half = columns / 2 + 1;
  const stride = max(1, floor(sqrt((rows * half) / medianSamples)));
  const samples: number[][] = Array.from({ length: medianAnnuli }, () => []);
  const highest = sqrt(grid.low + grid.bins * grid.width) * pixel;
  // steps of an odd number meet all phases of a pattern that repeats every second row
  for (let row = 0; row < rows; row += stride) {
    const down = row <= rows / 2 ? row : row - rows;
    if (Math.abs(down) <= axisMargin) continue;
    const y = down / rows;
    for (let column = axisMargin + 1 + (row % stride); column < half; column += stride) {
      const x = column / columns;
      const annulus = floor((sqrt(x * x + y * y) / highest) * medianAnnuli);
      if (annulus >= medianAnnuli) continue;
      const at = row * half + column;
      samples[annulus]!.push(complex ? values[2 * at]! ** 2 + values[2 * at + 1]! ** 2 : values[at]!);
    }
  }
  const medians = samples.map((each) => {
    if (each.length < 8) return Infinity;
    const sorted = Float64Array.from(each).sort();
    return sorted[sorted.length >> 1]!;
  });
  // few modes have a very uncertain median, so the inner annuli take the larger of their neighbours
  return Float64Array.from({ length: grid.bins }, (_, bin) => {
    const q = sqrt(grid.low + (bin + 0.5) * grid.width) * pixel;
    const annulus = min(medianAnnuli - 1, floor((q / highest) * medianAnnuli));
    const near = [annulus - 1, annulus, annulus + 1].map((each) => medians[each] ?? 0);
    return maxOverMedian * max(...near);
  });
}

/** Sums neighbouring sectors of cells, so that as many sectors as asked remain, and leaves out bins from a number on. */
export function coarserCells(cells: Cells, sectors: number, bins: number): Cells {
  const each = cells.sectors / sectors;
  if (!Number.isInteger(each)) throw badArgument('coarserCells', `${sectors} sectors do not go into ${cells.sectors}`);
  const power = new Float64Array(sectors * bins);
  const modes = new Float64Array(sectors * bins);
  for (let bin = 0; bin < bins; bin++)
    for (let sector = 0; sector < cells.sectors; sector++) {
      const [from, to] = [bin * cells.sectors + sector, bin * sectors + floor(sector / each)];
      power[to]! += cells.power[from]! * cells.modes[from]!;
      modes[to]! += cells.modes[from]!;
    }
  for (let cell = 0; cell < power.length; cell++) if (modes[cell]! > 0) power[cell]! /= modes[cell]!;
  return { sectors, bins, low: cells.low, width: cells.width, power, modes };
}
