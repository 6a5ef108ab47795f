import { goodSize, realTransform2 } from '../../imaging';
import { reframed, type Frame } from '../base/frame';

const { floor } = Math;

/** The largest change of any transfer that is left out because nobody could see it. */
const maxInvisibleChange = 0.02;
const tableSize = 8192;
/** Pixels painted beyond each edge of the image, so that what the transform wraps round is mostly cut off again. */
const maxMargin = 64;

/** A transfer of contrast by the square of the spatial frequency in cycles per micrometre squared; 1 at zero. */
export type Transfer = (frequencySquared: number) => number;

/**
 * Fills a canvas of `frame.rows * frame.columns` values with what a lens of a given transfer makes of a specimen.
 * @param paint fills a canvas of a frame with the specimen's transmission
 */
export function imageThrough(
  transfer: Transfer,
  canvas: Float32Array,
  frame: Frame,
  paint: (canvas: Float32Array, frame: Frame) => void,
): void {
  if (isInvisible(transfer, frame)) {
    paint(canvas, frame);
    return;
  }
  const margin = Math.min(maxMargin, Math.ceil(Math.max(frame.columns, frame.rows) / 8));
  const columns = goodSize(frame.columns + 2 * margin);
  const rows = goodSize(frame.rows + 2 * margin);
  const plan = realTransform2(rows, columns);
  const specimen = plan.real.subarray(0, rows * columns);
  paint(specimen, reframed(frame, margin, margin, columns, rows));
  const spectrum = plan.forward(plan.real, plan.complex);
  const table = tabulate(transfer, frame.pixelSize);
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
  const filtered = plan.inverse(spectrum, plan.real);
  for (let row = 0; row < frame.rows; row++) {
    const from = (row + margin) * columns + margin;
    canvas.set(filtered.subarray(from, from + frame.columns), row * frame.columns);
  }
}

/** True when a transfer differs too little from 1 at all frequencies of an image. */
function isInvisible(transfer: Transfer, { pixelSize }: Frame): boolean {
  const steps = 64;
  for (let k = 1; k <= steps; k++)
    if (Math.abs(transfer((0.5 * (k / steps)) / pixelSize ** 2) - 1) > maxInvisibleChange) return false;
  return true;
}

function tabulate(transfer: Transfer, pixelSize: number): Float32Array {
  return Float32Array.from({ length: tableSize + 2 }, (_, k) => transfer((0.5 * k) / tableSize / pixelSize ** 2));
}
