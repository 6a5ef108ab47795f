import { realTransform2 } from '../fft';
import { type Image, image, layoutOf } from '../image';
import { median } from '../statistics';

/** Power, relative to the usual at its spatial frequency, from which a wave is erased. Textures stay below 20 even in a million waves. */
const minPower = 40;
/** Waves with fewer repeats than this across the image are the shape of a single object. */
const minRepeats = 4;
/** Neighbours of a wave on each side, over which the tapered border spreads it. */
const spread = 3;
/** Share of each side over which the border is tapered. */
const taperShare = 0.1;

/**
 * An image without the waves that repeat across it, such as those of a crystal, a grating or the holes of a film: each is brought down to the usual power at its
 * spatial frequency. The mean is taken off and the border is tapered. What is left shows the detail that does not repeat, by which images are aligned without
 * the choice of one repeat or another.
 *
 * @param source shape [rows, columns], of at most 8192 pixels along each side
 * @returns single precision, without a last odd row or column
 * @throws ImagingError 'imaging/empty-image', 'imaging/bad-size'
 */
export function erasePeriodicWaves(source: Image): Image<Float32Array> {
  const where = 'erasePeriodicWaves';
  const { data, rows: all, columns: across, rowStride, columnStride, offset } = layoutOf(source, where);
  const [rows, columns] = [2 * Math.floor(all / 2), 2 * Math.floor(across / 2)];
  const transform = realTransform2(rows, columns);
  const canvas = new Float32Array(rows * columns);
  let level = 0;
  const at = (row: number, column: number): number => data[offset + row * rowStride + column * columnStride]!;
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) level += at(row, column);
  level /= rows * columns;
  const [down, right] = [taper(rows), taper(columns)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      canvas[row * columns + column] = (at(row, column) - level) * down[row]! * right[column]!;
  const spectrum = transform.forward(canvas);
  erase(spectrum, rows, columns);
  return image(transform.inverse(spectrum).slice(), rows, columns);
}

/** Weights that rise from 0 at the borders to 1 within. */
function taper(length: number): Float32Array {
  const width = Math.max(1, Math.round(taperShare * length));
  return Float32Array.from({ length }, (_, index) => {
    const inside = Math.min(index, length - 1 - index) + 0.5;
    return inside >= width ? 1 : Math.sin((Math.PI * inside) / (2 * width)) ** 2;
  });
}

/** Brings the waves that stand out down to the usual power of their ring. */
function erase(spectrum: Float32Array, rows: number, columns: number): void {
  const terms = columns / 2 + 1;
  const larger = Math.max(rows, columns);
  /** Repeats across the longer side. */
  const radiusOf = (row: number, term: number): number =>
    Math.hypot((signed(row, rows) * larger) / rows, (term * larger) / columns);
  const powerAt = (index: number): number => spectrum[2 * index]! ** 2 + spectrum[2 * index + 1]! ** 2;
  const rings: number[][] = [];
  for (let row = 0; row < rows; row++)
    for (let term = 0; term < terms; term++)
      (rings[Math.round(radiusOf(row, term))] ??= []).push(powerAt(row * terms + term));
  const usual = rings.map((ring) => median(Float64Array.from(ring)));
  const found = new Uint8Array(rows * terms);
  for (let row = 0; row < rows; row++)
    for (let term = 0; term < terms; term++) {
      const radius = radiusOf(row, term);
      if (radius < minRepeats) continue;
      if (powerAt(row * terms + term) < minPower * usual[Math.round(radius)]!) continue;
      for (let below = -spread; below <= spread; below++)
        for (let beside = -spread; beside <= spread; beside++) {
          const [nearRow, nearTerm] = [(row + below + rows) % rows, term + beside];
          if (nearTerm >= 0 && nearTerm < terms) found[nearRow * terms + nearTerm] = 1;
        }
    }
  for (let row = 0; row < rows; row++)
    for (let term = 0; term < terms; term++) {
      const index = row * terms + term;
      const radius = radiusOf(row, term);
      if (found[index] === 0 || radius < minRepeats) continue;
      const scale = Math.min(1, Math.sqrt(usual[Math.round(radius)]! / Math.max(powerAt(index), Number.MIN_VALUE)));
      spectrum[2 * index] = spectrum[2 * index]! * scale;
      spectrum[2 * index + 1] = spectrum[2 * index + 1]! * scale;
    }
}

const signed = (index: number, length: number): number => (index > length / 2 ? index - length : index);
