import { goodSize, realTransform2 } from '../fft';
import type { Vector } from '../geometry';
import { type Image, layoutOf, requireFinite, toFloat64 } from '../image';
import type { LatticeKind } from './search';

// Called once per pixel. A look-up on the global object costs more than the call where globals are guarded, as in
// tests.
const { hypot, min } = Math;

/** A wave of an image: cycles per pixel, X right and Y DOWN, and its amplitude in counts. */
export interface Wave extends Vector {
  readonly amplitude: number;
}

/** Waves with fewer cycles than this across the image look like uneven illumination. */
const minCycles = 1.2;
/** Number of the strongest waves that are tried as one of a lattice. */
const candidateCount = 16;
/** Largest distance of the partner of a wave from its expected place, as a share of its frequency. */
const partnerReach = 0.04;

/**
 * The waves of a whole image, faded out towards its edges. A weak repeat over the whole image is clearer here than in
 * its autocorrelation.
 */
export class Spectrum {
  private readonly amplitudes: Float32Array;
  private readonly half: number;
  private readonly rows: number;
  private readonly columns: number;
  /** Cycles a pixel of one cycle across the shorter side. */
  private readonly oneCycle: number;

  /**
   * @param source shape [rows, columns]
   * @throws ImagingError 'imaging/not-finite', 'imaging/empty-image', 'imaging/bad-size'
   */
  constructor(source: Image) {
    const { rows: height, columns: width } = layoutOf(source, 'Spectrum');
    const pixels = toFloat64(source, 'Spectrum');
    requireFinite(pixels, 'Spectrum');
    this.rows = goodSize(2 * height);
    this.columns = goodSize(2 * width);
    this.half = this.columns / 2 + 1;
    this.oneCycle = 1 / min(height, width);
    const fade = (index: number, size: number): number => 1 - Math.cos((2 * Math.PI * (index + 0.5)) / size);
    const [down, across] = [
      Float64Array.from({ length: height }, (_, row) => fade(row, height)),
      Float64Array.from({ length: width }, (_, column) => fade(column, width)),
    ];
    let sum = 0;
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        sum += pixels[row * width + column]! * down[row]! * across[column]!;
    const mean = sum / (height * width);
    const transform = realTransform2(this.rows, this.columns);
    const padded = new Float32Array(this.rows * this.columns);
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        padded[row * this.columns + column] = (pixels[row * width + column]! - mean) * down[row]! * across[column]!;
    const spectrum = transform.forward(padded);
    const scale = 2 / (height * width);
    this.amplitudes = Float32Array.from(
      { length: this.rows * this.half },
      (_, at) => scale * hypot(spectrum[2 * at]!, spectrum[2 * at + 1]!),
    );
  }

  /** The strongest waves, in order, of at least the given number of cycles across the image and below a frequency. */
  strongest(most: number, below = Infinity): readonly Wave[] {
    const { rows, half, amplitudes } = this;
    const waves: Wave[] = [];
    const last = min(half - 2, Math.floor(below * this.columns));
    for (let row = 0; row < rows; row++) {
      if (min(row, rows - row) >= below * rows) continue;
      for (let column = 0; column <= last; column++) {
        const at = row * half + column;
        const value = amplitudes[at]!;
        if (
          value < amplitudes[at + 1]! ||
          (column > 0 && value < amplitudes[at - 1]!) ||
          (column === 0 && row > rows / 2)
        )
          continue;
        let highest = true;
        for (let dy = -1; dy <= 1 && highest; dy++)
          for (let dx = -1; dx <= 1 && highest; dx++) highest = this.amplitudeAt(row + dy, column + dx) <= value;
        if (!highest) continue;
        const wave = this.waveAt(row, column);
        const frequency = hypot(wave.x, wave.y);
        if (frequency >= minCycles * this.oneCycle && frequency < below) waves.push(wave);
      }
    }
    return waves.sort((one, other) => other.amplitude - one.amplitude).slice(0, most);
  }

  /** The strongest wave within a distance of a place. */
  near({ x, y }: Vector, reach: number): Wave {
    const [centreRow, centreColumn] = [Math.round(y * this.rows), Math.round(x * this.columns)];
    const [down, across] = [Math.max(1, Math.ceil(reach * this.rows)), Math.max(1, Math.ceil(reach * this.columns))];
    let best: Wave = { x, y, amplitude: 0 };
    for (let row = centreRow - down; row <= centreRow + down; row++) {
      for (let column = centreColumn - across; column <= centreColumn + across; column++) {
        const amplitude = this.amplitudeAt(row, column);
        if (amplitude > best.amplitude) best = { x: column / this.columns, y: row / this.rows, amplitude };
      }
    }
    return best;
  }

  /**
   * The two reciprocal vectors, of the visible planes, of a lattice to which the strongest waves of the image belong;
   * undefined for an image without waves.
   */
  lattice({ ratio, secondOrder }: LatticeKind): { readonly first: Wave; readonly second: Wave } | undefined {
    const planes = ratio / secondOrder;
    const pairs = this.strongest(candidateCount).flatMap((wave) => {
      const across = (factor: number): Wave => {
        const place = { x: -wave.y * factor, y: wave.x * factor };
        return this.near(place, Math.max(this.oneCycle, partnerReach * hypot(place.x, place.y)));
      };
      const asFirst = { first: wave, second: across(1 / planes) };
      return planes === 1 ? [asFirst] : [asFirst, { first: across(planes), second: wave }];
    });
    const weaker = ({ first, second }: { readonly first: Wave; readonly second: Wave }): number =>
      min(first.amplitude, second.amplitude);
    return pairs.reduce<(typeof pairs)[number] | undefined>(
      (best, pair) => (best && weaker(best) >= weaker(pair) ? best : pair),
      undefined,
    );
  }

  private waveAt(row: number, column: number): Wave {
    return {
      x: column / this.columns,
      y: (row <= this.rows / 2 ? row : row - this.rows) / this.rows,
      amplitude: this.amplitudeAt(row, column),
    };
  }

  /** Amplitude at any row and column, including negative ones and those beyond the end. */
  private amplitudeAt(row: number, column: number): number {
    const { rows, columns, half } = this;
    const wrapped = ((column % columns) + columns) % columns;
    const mirrored = wrapped >= half;
    const line = (((mirrored ? -row : row) % rows) + rows) % rows;
    return this.amplitudes[line * half + (mirrored ? columns - wrapped : wrapped)]!;
  }
}
