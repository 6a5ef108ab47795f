import type { Vector } from '../coordinates';
import { realTransform2 } from '../fft';
import { type Image, image, toFloat32 } from '../image';

/** Agreement of two images at the best shift. */
interface RingPeak {
  /** Shift that aligns the later image with the reference, in pixels, X right, Y up. */
  readonly shift: Vector;
  /** Height of the peak in standard deviations of the rest of the correlation. */
  readonly significance: number;
  /** Height of the highest other peak as a share of it. */
  readonly rivalHeight: number;
}

/** Fourier transform of an image on a larger canvas, with the power of its rings. */
export interface RingSpectrum {
  readonly rows: number;
  readonly columns: number;
  readonly complex: Float32Array;
  /** Factor of each ring: makes all rings of detail equally strong, and leaves out those of noise. */
  readonly factors: Float64Array;
}

/** Side of the canvas as a multiple of that of the image, so that what is moved out at one side does not come in at the other. */
const canvasShare = 1.5;
/** Share of the side over which the border is faded out. */
const taperShare = 0.12;
/** Frequencies below this are uneven illumination; cycles per pixel. */
const lowestFrequency = 0.012;
/** Frequencies above this are not compared. */
const highestFrequency = 0.38;
/** Distance in pixels within which two peaks are one. */
const peakRadius = 6;
/** Rings over which power and agreement are averaged to either side. */
const ringReach = 2;
/** Agreement of a ring in standard errors, of either sign, from which it is compared. */
const minAgreement = 3;

const { cos, floor, hypot, max, min, PI: pi, round, sqrt } = Math;

/** Spectrum of an image for comparisons up to a frequency, in cycles per pixel. */
export function ringSpectrum(source: Image, highest = highestFrequency): RingSpectrum {
  const [rows = 0, columns = 0] = source.shape;
  const [canvasRows, canvasColumns] = [evenSide(canvasShare * rows), evenSide(canvasShare * columns)];
  const pixels = toFloat32(source);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const canvas = new Float32Array(canvasRows * canvasColumns);
  const [down, across] = [taperOf(rows), taperOf(columns)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      canvas[row * canvasColumns + column] =
        ((pixels[row * columns + column] as number) - mean) * (down[row] as number) * (across[column] as number);
  const complex = realTransform2(canvasRows, canvasColumns).forward(canvas);
  return {
    rows: canvasRows,
    columns: canvasColumns,
    complex,
    factors: factorsOf(complex, canvasRows, canvasColumns, highest),
  };
}

const evenSide = (side: number): number => 2 * Math.ceil(side / 2);

function taperOf(side: number): Float64Array {
  const width = max(1, taperShare * side);
  return Float64Array.from({ length: side }, (_, at) => {
    const inside = min(at + 0.5, side - at - 0.5) / width;
    return inside >= 1 ? 1 : 0.5 - 0.5 * cos(pi * inside);
  });
}

/** Number of rings from 0 to the frequency 0.5 and beyond to the corners; a ring is as wide as a frequency of the larger side. */
const ringCount = (rows: number, columns: number): number => floor(max(rows, columns) * Math.SQRT1_2) + 2;

/** Calls for every number of a half spectrum with its place and its ring. */
function eachNumber(rows: number, columns: number, call: (at: number, ring: number) => void): void {
  const half = columns / 2 + 1;
  const side = max(rows, columns);
  for (let row = 0; row < rows; row++) {
    const v = (row <= rows / 2 ? row : row - rows) / rows;
    for (let column = 0; column < half; column++)
      call(2 * (row * half + column), round(side * sqrt((column / columns) ** 2 + v * v)));
  }
}

function factorsOf(complex: Float32Array, rows: number, columns: number, highest: number): Float64Array {
  const count = ringCount(rows, columns);
  const [sums, counts] = [new Float64Array(count), new Float64Array(count)];
  eachNumber(rows, columns, (at, ring) => {
    (sums[ring] as number) += (complex[at] as number) ** 2 + (complex[at + 1] as number) ** 2;
    (counts[ring] as number)++;
  });
  const power = averaged(sums, counts);
  const side = max(rows, columns);
  const inBand = (ring: number): boolean => ring >= lowestFrequency * side && ring <= highest * side;
  // The faintest ring holds noise alone, or nearly so.
  let noise = Infinity;
  for (let ring = 0; ring < side / 2; ring++) noise = min(noise, power[ring] as number);
  return power.map((value, ring) => (inBand(ring) && value > 0 ? (1 - (0.9 * noise) / value) / sqrt(value) : 0));
}

/** Means over each ring and its neighbours. */
function averaged(sums: Float64Array, counts: Float64Array): Float64Array {
  return sums.map((_, ring) => {
    let [sum, count] = [0, 0];
    for (let near = max(0, ring - ringReach); near <= min(sums.length - 1, ring + ringReach); near++) {
      sum += sums[near] as number;
      count += counts[near] as number;
    }
    return count > 0 ? sum / count : 0;
  });
}

/** Compares two spectra of one size: the place of the highest peak of their correlation, whichever sign it has. */
export function ringPeak(later: RingSpectrum, reference: RingSpectrum): RingPeak {
  const { rows, columns } = reference;
  const product = new Float32Array(reference.complex.length);
  const [one, other] = [later.complex, reference.complex];
  eachNumber(rows, columns, (at, ring) => {
    const factor = (later.factors[ring] as number) * (reference.factors[ring] as number);
    const [a, b] = [one[at] as number, one[at + 1] as number];
    const [c, d] = [other[at] as number, other[at + 1] as number];
    product[at] = factor * (a * c + b * d);
    product[at + 1] = factor * (a * d - b * c);
  });
  const map = realTransform2(rows, columns).inverse(product);
  let [best, height, power] = [0, 0, 0];
  for (let index = 0; index < map.length; index++) {
    const value = map[index] as number;
    power += value * value;
    if (value * value > height * height) [best, height] = [index, value];
  }
  const [row, column] = [floor(best / columns), best % columns];
  const away = (index: number): number => {
    const [dy, dx] = [floor(index / columns) - row, (index % columns) - column];
    return hypot(dx - columns * round(dx / columns), dy - rows * round(dy / rows));
  };
  let rival = 0;
  for (let index = 0; index < map.length; index++) {
    const value = map[index] as number;
    if (value * value <= rival * rival || away(index) <= peakRadius) continue;
    rival = value;
  }
  const at = (dy: number, dx: number): number =>
    Math.sign(height) * (map[((row + dy + rows) % rows) * columns + ((column + dx + columns) % columns)] as number);
  const top = (before: number, after: number): number => {
    const bend = before - 2 * Math.abs(height) + after;
    return bend < 0 ? max(-0.5, min(0.5, (0.5 * (before - after)) / bend)) : 0;
  };
  const x = column + top(at(0, -1), at(0, 1));
  const y = row + top(at(-1, 0), at(1, 0));
  return {
    shift: { x: x > columns / 2 ? x - columns : x, y: y > rows / 2 ? rows - y : -y },
    significance: Math.abs(height) / sqrt(power / map.length),
    rivalHeight: Math.abs(rival / height),
  };
}

/**
 * The later of two aligned images with the contrast of the reference: each ring of detail as strong as both agree in it, reversed where another defocus reverses it, and
 * without the rings in which they do not agree. A ring is as wide in all directions, so that no detail moves.
 */
export function withContrastOf(later: Image, reference: Image): Image<Float32Array> {
  const [rows = 0, columns = 0] = later.shape;
  const [one, other] = [ringSpectrum(later), ringSpectrum(reference)];
  const count = ringCount(one.rows, one.columns);
  const [sums, powers, others, counts] = [0, 1, 2, 3].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  eachNumber(one.rows, one.columns, (at, ring) => {
    const [a, b] = [one.complex[at] as number, one.complex[at + 1] as number];
    const [c, d] = [other.complex[at] as number, other.complex[at + 1] as number];
    (sums[ring] as number) += a * c + b * d;
    (powers[ring] as number) += a * a + b * b;
    (others[ring] as number) += c * c + d * d;
    (counts[ring] as number)++;
  });
  const [agreement, power, powerOfOther] = [sums, powers, others].map((each) => averaged(each, counts)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const inRing = averaged(
    counts,
    counts.map(() => 1),
  );
  const weights = agreement.map((value, ring) => {
    // The canvas is larger than the image, so that its numbers are not all independent.
    const independent = ((2 * ringReach + 1) * (inRing[ring] as number)) / canvasShare ** 2;
    const share = value / sqrt((power[ring] as number) * (powerOfOther[ring] as number) || 1);
    return Math.abs(share) * sqrt(independent) > minAgreement ? share : 0;
  });
  const mean = toFloat32(later).reduce((sum, value) => sum + value, 0) / (rows * columns);
  const complex = fullSpectrum(later, one.rows, one.columns, mean);
  eachNumber(one.rows, one.columns, (at, ring) => {
    complex[at]! *= weights[ring] as number;
    complex[at + 1]! *= weights[ring] as number;
  });
  const canvas = realTransform2(one.rows, one.columns).inverse(complex);
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    result.set(canvas.subarray(row * one.columns, row * one.columns + columns), row * columns);
  return image(
    result.map((value) => value + mean),
    rows,
    columns,
  );
}

/** Spectrum of an image whose border is not faded out. */
function fullSpectrum(source: Image, rows: number, columns: number, mean: number): Float32Array {
  const [sourceRows = 0, sourceColumns = 0] = source.shape;
  const pixels = toFloat32(source);
  const canvas = new Float32Array(rows * columns);
  for (let row = 0; row < sourceRows; row++)
    for (let column = 0; column < sourceColumns; column++)
      canvas[row * columns + column] = (pixels[row * sourceColumns + column] as number) - mean;
  return realTransform2(rows, columns).forward(canvas);
}

/** An image whose rings of detail are equally strong, without uneven illumination and most of its noise, so that every detail counts. */
export function evenContrast(source: Image): Image<Float32Array> {
  const [rows = 0, columns = 0] = source.shape;
  const { rows: canvasRows, columns: canvasColumns, complex, factors } = ringSpectrum(source);
  eachNumber(canvasRows, canvasColumns, (at, ring) => {
    complex[at]! *= factors[ring] as number;
    complex[at + 1]! *= factors[ring] as number;
  });
  const canvas = realTransform2(canvasRows, canvasColumns).inverse(complex);
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    result.set(canvas.subarray(row * canvasColumns, row * canvasColumns + columns), row * columns);
  return image(result, rows, columns);
}
