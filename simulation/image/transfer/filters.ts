import type { Frame } from '../../base/frame';
import type { ThickTransfer } from '../../column/wavefront';
import type { AnyTransfer, Transfer } from './lens';
import { origin } from '../../base/plane';
import { doubles, kernels } from '../../kernels';
import { overRows } from './spectrum-rows';
import { WaveTransfer } from '../wave';

const { floor, abs, sqrt } = Math;

/** The largest change of any transfer that is left out because nobody could see it. */
const maxInvisibleChange = 0.02;
const tableSize = 8192;
const factorSteps = 4096;

/** True when a transfer is that of a round wave on a thin specimen and differs too little from 1 at all frequencies of an image. */
export function isInvisible(transfer: AnyTransfer, { pixelSize }: Pick<Frame, 'pixelSize'>): boolean {
  if (transfer instanceof WaveTransfer) return false;
  const { real, quadrature } = partsOf(transfer);
  const steps = 64;
  for (let k = 1; k <= steps; k++) {
    const square = (0.5 * (k / steps)) / pixelSize ** 2;
    if (abs(real(square) - 1) > maxInvisibleChange || abs(quadrature?.(square) ?? 0) > maxInvisibleChange) return false;
  }
  return true;
}

const partsOf = (transfer: Transfer | ThickTransfer): { readonly real: Transfer; readonly quadrature?: Transfer } =>
  typeof transfer === 'function' ? { real: transfer } : transfer;

/** A raster as the lens sees it: micrometres of a pixel, and columns and rows for a micrometre. */
export type OpticalFrame = Pick<Frame, 'pixelSize' | 'columnX' | 'columnY' | 'rowX' | 'rowY'>;

/** Multiplies a half spectrum by a transfer. */
export function throughTransfer(
  spectrum: Float32Array,
  transfer: AnyTransfer,
  frame: OpticalFrame,
  rows: number,
  columns: number,
): void {
  if (transfer instanceof WaveTransfer) throughWave(spectrum, transfer, frame, rows, columns);
  else if (typeof transfer === 'function') throughRound(spectrum, transfer, frame, rows, columns);
  else throughThick(spectrum, transfer, frame, rows, columns);
}

/** Multiplies a half spectrum by a transfer of the length of the frequency alone. */
export function throughRound(
  spectrum: Float32Array,
  transfer: Transfer,
  { pixelSize }: Pick<Frame, 'pixelSize'>,
  rows: number,
  columns: number,
): void {
  const table = tabulate(transfer, pixelSize);
  const half = columns / 2 + 1;
  // The table runs from zero to the corner of the spectrum, where the square of the frequency is a half in pixels.
  const scale = 2 * tableSize;
  for (let row = 0, at = 0; row < rows; row++) {
    const y = (row <= rows / 2 ? row : row - rows) / rows;
    const ySquared = y * y * scale;
    const perColumn = scale / (columns * columns);
    for (let column = 0; column < half; column++, at += 2) {
      const place = column * column * perColumn + ySquared;
      const left = floor(place);
      const value = table[left]! + (place - left) * (table[left + 1]! - table[left]!);
      spectrum[at]! *= value;
      spectrum[at + 1]! *= value;
    }
  }
}

/** Multiplies a half spectrum by the transfer of a thick specimen: what is a quarter of a wave apart has opposite signs in opposite directions, so that the image stays real. */
function throughThick(
  spectrum: Float32Array,
  { real, quadrature }: ThickTransfer,
  { pixelSize }: Pick<Frame, 'pixelSize'>,
  rows: number,
  columns: number,
): void {
  const realTable = tabulate(real, pixelSize);
  const apartTable = tabulate(quadrature, pixelSize);
  const half = columns / 2 + 1;
  const last = half - 1;
  const scale = 2 * tableSize;
  for (let row = 0, at = 0; row < rows; row++) {
    const y = (row <= rows / 2 ? row : row - rows) / rows;
    const ySquared = y * y * scale;
    const perColumn = scale / (columns * columns);
    const side = sideOf(row, 1, rows, columns);
    for (let column = 0; column < half; column++, at += 2) {
      const place = column * column * perColumn + ySquared;
      const left = floor(place);
      const value = realTable[left]! + (place - left) * (realTable[left + 1]! - realTable[left]!);
      const apart = apartTable[left]! + (place - left) * (apartTable[left + 1]! - apartTable[left]!);
      const imaginary = apart * (column > 0 && column < last ? side : sideOf(row, column, rows, columns));
      const re = spectrum[at]!;
      const im = spectrum[at + 1]!;
      spectrum[at] = re * value - im * imaginary;
      spectrum[at + 1] = re * imaginary + im * value;
    }
  }
}

/** Half of all frequencies in which one of a half spectrum lies; 0 for those that stand for both of their signs. */
function sideOf(row: number, column: number, rows: number, columns: number): -1 | 0 | 1 {
  if (2 * column === columns || 2 * row === rows) return 0;
  if (column > 0) return 1;
  return row === 0 ? 0 : 2 * row < rows ? 1 : -1;
}

/** Multiplies a half spectrum by the transfer of a wave without symmetry; rows and columns of the image are turned into directions of the specimen. */
function throughWave(
  spectrum: Float32Array,
  transfer: WaveTransfer,
  { columnX, columnY, rowX, rowY }: OpticalFrame,
  rows: number,
  columns: number,
): void {
  const half = columns / 2 + 1;
  const step = { x: columnX / columns, y: columnY / columns };
  // The tables of the wave are in place before any view of the memory.
  transfer.along(origin, step, half);
  const { multiply_row: multiply } = kernels();
  overRows(spectrum, rows, half, (place, row) => {
    const y = (row <= rows / 2 ? row : row - rows) / rows;
    const ofRow = transfer.along({ x: rowX * y, y: rowY * y }, step, half, sideOf(row, 0, rows, columns));
    // A frequency at the limit of an axis stands for both of its signs, so that only what both have in common is real.
    const values = doubles(ofRow, 2 * half);
    values[2 * half - 1] = 0;
    if (2 * row === rows) for (let k = 1; k < 2 * half; k += 2) values[k] = 0;
    multiply(place, ofRow, half);
  });
}

/** Multiplies a half spectrum by a factor that changes fast at low frequencies, where a texture has its coarse detail. @param factor by the square of the frequency */
export function throughFactor(
  spectrum: Float32Array,
  factor: Transfer,
  { pixelSize }: Frame,
  rows: number,
  columns: number,
): void {
  // Steps of the frequency itself, not of its square, so that the lowest frequencies have steps of their own.
  const scale = factorSteps / Math.SQRT1_2;
  const table = Float32Array.from({ length: factorSteps + 2 }, (_, k) => factor((k / scale / pixelSize) ** 2));
  const half = columns / 2 + 1;
  for (let row = 0, at = 0; row < rows; row++) {
    const y = (row <= rows / 2 ? row : row - rows) / rows;
    const ySquared = y * y;
    for (let column = 0; column < half; column++, at += 2) {
      const x = column / columns;
      const place = sqrt(x * x + ySquared) * scale;
      const left = floor(place);
      const value = table[left]! + (place - left) * (table[left + 1]! - table[left]!);
      spectrum[at]! *= value;
      spectrum[at + 1]! *= value;
    }
  }
}

function tabulate(transfer: Transfer, pixelSize: number): Float32Array {
  return Float32Array.from({ length: tableSize + 2 }, (_, k) => transfer((0.5 * k) / tableSize / pixelSize ** 2));
}
