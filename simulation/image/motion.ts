import { cosine, hypotenuse, sine } from '../base/functions';
import { difference, origin, scaled, sum, type PlaneVector } from '../base/plane';

/** A specimen that moves by less than this many pixels of the image within a subframe is seen at its mean position, a little blurred. */
const pixelsPerSubframe = 0.3;
const motionSamples = 9;
const maxSubframes = 64;
/** The phase of the farthest position turns by no more than this many radians from one node to the next, which keeps a polynomial of third degree within 0.1 %. */
const phasePerStep = 0.45;
/** Positions nearer than this many pixels need no finer net. */
const minReach = 1;

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
   * Multiplies a half spectrum by the mean phase. The mean phase is worked out at the nodes of a coarse net of frequencies, as many as the farthest
   * position needs, and is a polynomial of third degree between four nodes along either axis.
   */
  smear(spectrum: Float32Array, rows: number, columns: number): void {
    const half = columns / 2 + 1;
    const { step: columnStep, nodes } = netAlong(columns, half, this.reach);
    const { step: rowStep, nodes: nodeRows } = netAlong(rows, rows, this.reach);
    const firstRow = -Math.floor((rows - 1) / 2);
    const net = this.net(
      { count: nodeRows, first: (firstRow - rowStep) / rows, step: rowStep / rows },
      { count: nodes, first: -columnStep / columns, step: columnStep / columns },
    );
    const mean = new Float64Array(2 * nodes);
    const weights = new Float64Array(4);
    for (let row = 0; row < rows; row++) {
      const place = (row <= rows / 2 ? row : row - rows) - firstRow;
      const before = Math.floor(place / rowStep);
      cubicWeights(place / rowStep - before, weights);
      const from = 2 * nodes * before;
      for (let k = 0; k < 2 * nodes; k++)
        mean[k] =
          weights[0]! * net[from + k]! +
          weights[1]! * net[from + 2 * nodes + k]! +
          weights[2]! * net[from + 4 * nodes + k]! +
          weights[3]! * net[from + 6 * nodes + k]!;
      multiplyRow(spectrum, row * half, half, { mean, weights, step: columnStep, realOnly: 2 * row === rows });
    }
  }

  /** The mean phases at the nodes of a net, real and imaginary in turn. The phase of a position is that of its column times that of its row. */
  private net(rows: Nodes, columns: Nodes): Float64Array {
    const { positions } = this;
    const net = new Float64Array(2 * rows.count * columns.count);
    const ofColumns = new Float64Array(2 * columns.count);
    for (const position of positions) {
      for (let node = 0; node < columns.count; node++) {
        const angle = -2 * Math.PI * position.column * (columns.first + node * columns.step);
        ofColumns[2 * node] = cosine(angle) / positions.length;
        ofColumns[2 * node + 1] = sine(angle) / positions.length;
      }
      for (let row = 0, at = 0; row < rows.count; row++) {
        const angle = -2 * Math.PI * position.row * (rows.first + row * rows.step);
        const real = cosine(angle);
        const imaginary = sine(angle);
        for (let k = 0; k < 2 * columns.count; k += 2, at += 2) {
          net[at]! += real * ofColumns[k]! - imaginary * ofColumns[k + 1]!;
          net[at + 1]! += real * ofColumns[k + 1]! + imaginary * ofColumns[k]!;
        }
      }
    }
    return net;
  }
}

/** Equally spaced frequencies in cycles per pixel. */
interface Nodes {
  readonly count: number;
  readonly first: number;
  readonly step: number;
}

/** The nodes along an axis of `length` pixels for `count` of its frequencies: one before the first and two after the last. */
function netAlong(length: number, count: number, reach: number): { readonly step: number; readonly nodes: number } {
  const step = Math.max(1, Math.floor((phasePerStep * length) / (2 * Math.PI * Math.max(minReach, reach))));
  return { step, nodes: Math.floor((count - 1) / step) + 4 };
}

/** Weights of four values at -1, 0, 1 and 2 for the one between the middle two. */
function cubicWeights(t: number, weights: Float64Array): void {
  weights[0] = (-t * (t - 1) * (t - 2)) / 6;
  weights[1] = ((t + 1) * (t - 1) * (t - 2)) / 2;
  weights[2] = (-t * (t + 1) * (t - 2)) / 2;
  weights[3] = (t * (t + 1) * (t - 1)) / 6;
}

/** Complex numbers for one row of a half spectrum, at every `step`th column from one before the first. */
interface RowNodes {
  readonly mean: Float64Array;
  readonly step: number;
  /** True for a row at the limit of its axis, which takes the real part alone. */
  readonly realOnly: boolean;
  /** Room for four numbers. */
  readonly weights: Float64Array;
}

/** Multiplies one row of a half spectrum by complex numbers between nodes. */
function multiplyRow(
  spectrum: Float32Array,
  start: number,
  half: number,
  { mean, weights, step, realOnly }: RowNodes,
): void {
  const perStep = 1 / step;
  const turning = realOnly ? 0 : 1;
  for (let first = 0, node = 0; first < half - 1; first += step, node += 2) {
    // The polynomial through four nodes by its coefficients, from the differences of the nodes.
    const b = mean[node + 2]!;
    const realThird = (mean[node + 6]! - 3 * (mean[node + 4]! - b) - mean[node]!) / 6;
    const realSecond = (mean[node + 4]! + mean[node]!) / 2 - b;
    const realFirst = mean[node + 4]! - b - realSecond - realThird;
    const c = turning * mean[node + 3]!;
    const next = turning * mean[node + 5]!;
    const previous = turning * mean[node + 1]!;
    const imaginaryThird = (turning * mean[node + 7]! - 3 * (next - c) - previous) / 6;
    const imaginarySecond = (next + previous) / 2 - c;
    const imaginaryFirst = next - c - imaginarySecond - imaginaryThird;
    const last = Math.min(first + step, half - 1);
    for (let column = first, at = 2 * (start + first); column < last; column++, at += 2) {
      const t = (column - first) * perStep;
      const real = b + t * (realFirst + t * (realSecond + t * realThird));
      const imaginary = c + t * (imaginaryFirst + t * (imaginarySecond + t * imaginaryThird));
      const re = spectrum[at]!;
      const im = spectrum[at + 1]!;
      spectrum[at] = re * real - im * imaginary;
      spectrum[at + 1] = re * imaginary + im * real;
    }
  }
  // A frequency at the limit of the columns stands for both of its signs; only the real part of its phase is common to both.
  const node = 2 * Math.floor((half - 1) / step);
  cubicWeights((half - 1) * perStep - node / 2, weights);
  const real = weights.reduce((total, weight, k) => total + weight * mean[node + 2 * k]!, 0);
  spectrum[2 * (start + half - 1)]! *= real;
  spectrum[2 * (start + half - 1) + 1]! *= real;
}

/** The motion on the raster of an image; undefined where the specimen stands still. */
export const rasterMotion = ({ positions }: Motion, pixelsPerPixel: number): RasterMotion | undefined =>
  positions.length > 1 && positions.some(({ x, y }) => hypotenuse(x, y) > 0)
    ? new RasterMotion(positions.map(({ x, y }) => ({ column: x / pixelsPerPixel, row: -y / pixelsPerPixel })))
    : undefined;
