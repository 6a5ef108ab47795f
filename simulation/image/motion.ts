import { cosine, hypotenuse, sine } from '../base/functions';
import { difference, origin, scaled, sum, type PlaneVector } from '../base/plane';

/** A specimen that moves by less than this many pixels of the image within a subframe is seen at its mean position, a little blurred. */
const pixelsPerSubframe = 0.3;
const motionSamples = 9;
const maxSubframes = 64;
/** Along a row of the spectrum the phase of the farthest position turns by no more than this many radians from one node to the next, which keeps a straight line within 0.2 %. */
const phasePerStep = 0.12;

/** The motion of the specimen during an exposure. */
export interface Motion {
  /** Mean position of the specimen origin, in unbinned pixels. */
  readonly mean: PlaneVector;
  /** Positions about the mean; one where it hardly moves. */
  readonly positions: readonly PlaneVector[];
  /** Standard deviation along either axis of the motion within each, in unbinned pixels. */
  readonly smear: number;
}

/** Follows the specimen origin through an exposure. */
export function motionOf(
  place: (time: number) => PlaneVector,
  opened: number,
  seconds: number,
  pixelsPerPixel: number,
): Motion {
  const midpoints = (count: number): PlaneVector[] =>
    Array.from({ length: count }, (_, k) => place(opened + (seconds * (k + 0.5)) / count));
  const about = (points: readonly PlaneVector[], smear: number): Motion => {
    const mean = scaled(points.reduce(sum, origin), 1 / points.length);
    return { mean, positions: points.map((each) => difference(each, mean)), smear };
  };
  const samples = midpoints(motionSamples);
  const sampled = samples
    .slice(1)
    .reduce((length, point, k) => length + hypotenuse(point.x - samples[k]!.x, point.y - samples[k]!.y), 0);
  const path = (sampled * motionSamples) / (motionSamples - 1);
  const count = Math.min(maxSubframes, Math.ceil(path / pixelsPerPixel / pixelsPerSubframe));
  // An even motion over a length l has the variance l^2/12, of which either axis takes half.
  if (count <= 1) return { ...about(samples, path / Math.sqrt(24)), positions: [origin] };
  return about(midpoints(count), path / count / Math.sqrt(24));
}

/**
 * Motion on the raster of an image. A rigid specimen that moves by `d(t)` has the spectrum of the still one times the mean of `exp(-2 pi i g d(t))`
 * over the exposure, `g` being the spatial frequency in cycles per pixel.
 */
export class RasterMotion {
  /** Farthest distance from the mean position along either axis, in pixels of the image. */
  readonly reach: number;

  /** @param positions columns and rows about the mean position, in pixels of the image */
  constructor(private readonly positions: readonly { readonly column: number; readonly row: number }[]) {
    this.reach = positions.reduce((most, { column, row }) => Math.max(most, Math.abs(column), Math.abs(row)), 0);
  }

  /** The mean phase at a spatial frequency. */
  at(frequencyColumn: number, frequencyRow: number): { readonly real: number; readonly imaginary: number } {
    let real = 0;
    let imaginary = 0;
    for (const { column, row } of this.positions) {
      const angle = -2 * Math.PI * (frequencyColumn * column + frequencyRow * row);
      real += cosine(angle);
      imaginary += sine(angle);
    }
    return { real: real / this.positions.length, imaginary: imaginary / this.positions.length };
  }

  /**
   * Multiplies a half spectrum by the mean phase. The phase of a position is that of its column times that of its row, so that sines are taken
   * once a row and column; along a row the mean phase is worked out at some columns and is a straight line between them.
   */
  smear(spectrum: Float32Array, rows: number, columns: number): void {
    const { positions } = this;
    const count = positions.length;
    const half = columns / 2 + 1;
    const step = Math.max(1, Math.floor((phasePerStep * columns) / (2 * Math.PI * Math.max(1, this.reach))));
    const nodes = Math.ceil((half - 1) / step) + 1;
    // For each node the phases of all positions in turn, cosine and sine.
    const byNode = new Float32Array(2 * count * nodes);
    for (let node = 0; node < nodes; node++)
      for (let k = 0; k < count; k++) {
        const angle = (-2 * Math.PI * node * step * positions[k]!.column) / columns;
        byNode[2 * (node * count + k)] = cosine(angle) / count;
        byNode[2 * (node * count + k) + 1] = sine(angle) / count;
      }
    const ofRow = new Float32Array(2 * count);
    const mean = new Float32Array(2 * nodes);
    for (let row = 0; row < rows; row++) {
      const y = (row <= rows / 2 ? row : row - rows) / rows;
      for (let k = 0; k < count; k++) {
        const angle = -2 * Math.PI * y * positions[k]!.row;
        ofRow[2 * k] = cosine(angle);
        ofRow[2 * k + 1] = sine(angle);
      }
      for (let node = 0, from = 0; node < nodes; node++) {
        let real = 0;
        let imaginary = 0;
        for (let k = 0; k < 2 * count; k += 2, from += 2) {
          const cosineOfColumn = byNode[from]!;
          const sineOfColumn = byNode[from + 1]!;
          real += cosineOfColumn * ofRow[k]! - sineOfColumn * ofRow[k + 1]!;
          imaginary += cosineOfColumn * ofRow[k + 1]! + sineOfColumn * ofRow[k]!;
        }
        mean[2 * node] = real;
        mean[2 * node + 1] = imaginary;
      }
      multiplyRow(spectrum, row * half, half, mean, { step, real: 2 * row === rows });
    }
  }
}

/** Multiplies one row of a half spectrum by complex numbers that are given at every `step`th column. A row at the limit of its axis takes the real part alone. */
function multiplyRow(
  spectrum: Float32Array,
  start: number,
  half: number,
  mean: Float32Array,
  { step, real: realOnly }: { readonly step: number; readonly real: boolean },
): void {
  for (let first = 0, node = 0; first < half; first += step, node += 2) {
    const re0 = mean[node]!;
    const im0 = realOnly ? 0 : mean[node + 1]!;
    const last = Math.min(first + step, half);
    const next = node + 2 < mean.length ? node + 2 : node;
    const slopeRe = (mean[next]! - re0) / step;
    const slopeIm = realOnly ? 0 : (mean[next + 1]! - im0) / step;
    for (let column = first; column < last; column++) {
      const real = re0 + (column - first) * slopeRe;
      // A frequency at the limit of the columns stands for both of its signs; only the real part of its phase is common to both.
      const imaginary = column === half - 1 ? 0 : im0 + (column - first) * slopeIm;
      const at = 2 * (start + column);
      const re = spectrum[at]!;
      const im = spectrum[at + 1]!;
      spectrum[at] = re * real - im * imaginary;
      spectrum[at + 1] = re * imaginary + im * real;
    }
  }
}

/** The motion on the raster of an image; undefined where the specimen stands still. */
export const rasterMotion = ({ positions }: Motion, pixelsPerPixel: number): RasterMotion | undefined =>
  positions.length > 1 && positions.some(({ x, y }) => hypotenuse(x, y) > 0)
    ? new RasterMotion(positions.map(({ x, y }) => ({ column: x / pixelsPerPixel, row: -y / pixelsPerPixel })))
    : undefined;
