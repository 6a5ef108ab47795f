import { goodSize, realTransform2 } from '../../imaging';
import { reframed, type Frame } from '../base/frame';
import type { RasterMotion } from './motion';
import type { WaveTransfer } from './wave';

const { floor, abs, ceil, max, min } = Math;

/** The largest change of any transfer that is left out because nobody could see it. */
const maxInvisibleChange = 0.02;
const tableSize = 8192;
/** Pixels painted beyond each edge of the image, so that what the transform wraps round is mostly cut off again. */
const maxMargin = 64;

/** A transfer of contrast by the square of the spatial frequency in cycles per micrometre squared; 1 at zero. */
export type Transfer = (frequencySquared: number) => number;

/** Everything that changes the spectrum of the specimen on its way to the detector. */
export interface Lens {
  /** Of a round wave, or of one without symmetry. */
  readonly transfer: Transfer | WaveTransfer;
  /** Motion of the specimen during the exposure; undefined where it stands still. */
  readonly motion: RasterMotion | undefined;
  /** Transfer of the detector by the square of the frequency in cycles per pixel of the image; undefined where its blur is painted with the specimen. */
  readonly detector?: Transfer | undefined;
  /** The image of a clear specimen. */
  readonly brightness: number;
}

/**
 * Fills a canvas of `frame.rows * frame.columns` values with what a lens makes of a specimen.
 * @param paint fills a canvas of a frame with the specimen's transmission
 */
export function imageThrough(
  { transfer, motion, detector, brightness }: Lens,
  canvas: Float32Array,
  frame: Frame,
  paint: (canvas: Float32Array, frame: Frame) => void,
): void {
  const round = typeof transfer === 'function' ? transfer : undefined;
  const plain = round !== undefined && isInvisible(round, frame);
  if (plain && !motion && !detector) {
    paint(canvas, frame);
    for (let k = 0; k < canvas.length; k++) canvas[k]! *= brightness;
    return;
  }
  const margin = min(maxMargin, ceil(max(frame.columns, frame.rows) / 8)) + (motion ? ceil(motion.reach) : 0);
  const columns = goodSize(frame.columns + 2 * margin);
  const rows = goodSize(frame.rows + 2 * margin);
  const plan = realTransform2(rows, columns);
  const specimen = plan.real.subarray(0, rows * columns);
  paint(specimen, reframed(frame, margin, margin, columns, rows));
  const spectrum = plan.forward(plan.real, plan.complex);
  if (typeof transfer !== 'function') throughWave(spectrum, transfer, frame, rows, columns);
  else if (!plain) throughRound(spectrum, transfer, frame, rows, columns);
  if (detector) throughRound(spectrum, detector, { pixelSize: 1 }, rows, columns);
  motion?.smear(spectrum, rows, columns);
  const filtered = plan.inverse(spectrum, plan.real);
  for (let row = 0, to = 0; row < frame.rows; row++) {
    let from = (row + margin) * columns + margin;
    for (const end = to + frame.columns; to < end; to++, from++) canvas[to] = filtered[from]! * brightness;
  }
}

/** Multiplies a half spectrum by the transfer of a round wave. */
function throughRound(
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

/** Multiplies a half spectrum by the transfer of a wave without symmetry; rows and columns of the image are turned into directions of the specimen. */
function throughWave(
  spectrum: Float32Array,
  transfer: WaveTransfer,
  { columnX, columnY, rowX, rowY }: Frame,
  rows: number,
  columns: number,
): void {
  const half = columns / 2 + 1;
  const step = { x: columnX / columns, y: columnY / columns };
  const ofRow = new Float64Array(2 * half);
  for (let row = 0, at = 0; row < rows; row++) {
    const y = (row <= rows / 2 ? row : row - rows) / rows;
    transfer.along({ x: rowX * y, y: rowY * y }, step, half, ofRow);
    // A frequency at the limit of an axis stands for both of its signs, so that only what both have in common is real.
    ofRow[2 * half - 1] = 0;
    if (2 * row === rows) for (let k = 1; k < 2 * half; k += 2) ofRow[k] = 0;
    for (let k = 0; k < 2 * half; k += 2, at += 2) {
      const real = ofRow[k]!;
      const imaginary = ofRow[k + 1]!;
      const re = spectrum[at]!;
      const im = spectrum[at + 1]!;
      spectrum[at] = re * real - im * imaginary;
      spectrum[at + 1] = re * imaginary + im * real;
    }
  }
}

/** True when a transfer differs too little from 1 at all frequencies of an image. */
function isInvisible(transfer: Transfer, { pixelSize }: Frame): boolean {
  const steps = 64;
  for (let k = 1; k <= steps; k++)
    if (abs(transfer((0.5 * (k / steps)) / pixelSize ** 2) - 1) > maxInvisibleChange) return false;
  return true;
}

function tabulate(transfer: Transfer, pixelSize: number): Float32Array {
  return Float32Array.from({ length: tableSize + 2 }, (_, k) => transfer((0.5 * k) / tableSize / pixelSize ** 2));
}
