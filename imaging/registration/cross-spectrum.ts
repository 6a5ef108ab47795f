import { scratch } from './scratch';

const { cos, floor, max, min, PI: pi, sin, sqrt } = Math;

/** Spectra of two parts of images of the same size, as `realTransform2` gives them. */
export interface SpectrumPair {
  readonly rows: number;
  readonly columns: number;
  readonly later: Float32Array;
  readonly earlier: Float32Array;
}

/** Two numbers along X (right) and Y (DOWN), in pixels. */
export type Pair = readonly [number, number];

/** Sums over the terms of each ring. */
export interface RingSums {
  /** Mean power of both images. */
  readonly power: Float64Array;
  /** Agreement of both images at a shift. */
  readonly coherent: Float64Array;
  /** Variance of the agreement of images that have nothing in common. */
  readonly chance: Float64Array;
  readonly terms: Float64Array;
}

/** Mean power of the noise, which is taken to be that of the finest detail. */
export function noiseOf({ power, terms }: RingSums): number {
  const finest = power
    .map((sum, ring) => sum / max(1, terms[ring]!))
    .slice(floor(0.75 * power.length))
    .sort();
  return finest[finest.length >> 1]!;
}

/** Weights that make all rings count alike, whatever their power. */
export const evenWeights = ({ power, terms }: RingSums): Float64Array =>
  power.map((sum, ring) => (sum > 0 ? terms[ring]! / sum : 0));

/** Agreement of two images in standard deviations of that of unrelated ones with their spectra. */
export function significanceOf({ coherent, chance }: RingSums, weights: Float64Array): number {
  let [sum, variance] = [0, 0];
  for (const [ring, weight] of weights.entries()) {
    sum += weight * coherent[ring]!;
    variance += weight * weight * chance[ring]!;
  }
  return variance > 0 ? sum / sqrt(variance) : 0;
}

/** Share of the power above noise in which two images agree, under weights of power; 1 when nothing but noise differs. */
export function agreementOf({ coherent, power, terms }: RingSums, weights: Float64Array, noise: number): number {
  let [sum, above] = [0, 0];
  for (const [ring, weight] of weights.entries()) {
    sum += weight * coherent[ring]!;
    above += weight * (power[ring]! - noise * terms[ring]!);
  }
  return above > 0 ? sum / above : 0;
}

/** Shift of the later part against the earlier, with its covariance [xx, xy, yy]. */
export interface PhaseShift {
  readonly shift: Pair;
  readonly covariance: readonly [number, number, number];
}

/** Frequency in cycles per pixel above which binning has folded what lies beyond. */
const maxFrequency = 0.46;
/** Lowest frequency that is used, in cycles per side: slower changes are those of the beam. */
const minCycles = 1.5;
/** Width of the high-pass filter in cycles per pixel: the beam changes over the whole image, the specimen faster. */
const highPassSigma = 0.008;
/** Rings whose coherence is not beyond this many times what chance gives carry no weight. */
const minCoherence = 2.5;
/** Terms that a ring needs. */
const minTerms = 4;
/**
 * Share of the power that never agrees in real images, however little noise they have: uneven beam, edges of the field,
 * distortion. It keeps a few coarse waves with next to no noise from deciding alone.
 */
const misfitShare = 0.02;
/** Frequency below which an image of half the size holds everything, and the share beyond it that is next to nothing. */
const [coarseFrequency, minFineShare] = [0.24, 0.02];
/** Cycles per side on both sides of an axis into which the taper spreads a stripe. */
const axisWidth = 2;
const maxSteps = 6;
/** Step in pixels below which the shift has settled; it is quadratic, so the next step would be some thousandths. */
const settled = 0.02;

/** The cross spectrum of two parts of images, in rings of equal frequency. */
export class CrossSpectrum {
  private readonly width: number;
  private readonly waveX: Float64Array;
  private readonly waveY: Float64Array;
  /** Ring of each term of the half plane; 255 for those that are not used. */
  private readonly rings: Uint8Array;
  /** Columns of each row beyond which no term is used. */
  private readonly ends: Uint16Array;
  private readonly ringCount: number;

  /** @param axes false to leave out the terms along both axes, in which stripes of the camera lie */
  constructor(
    private readonly pair: SpectrumPair,
    private readonly axes: boolean,
  ) {
    const { rows, columns } = pair;
    this.width = columns / 2 + 1;
    this.ringCount = max(8, min(128, floor(min(rows, columns) / 4)));
    this.waveX = Float64Array.from({ length: this.width }, (_, k) => (2 * pi * k) / columns);
    this.waveY = Float64Array.from({ length: rows }, (_, k) => (2 * pi * (2 * k > rows ? k - rows : k)) / rows);
    this.ends = new Uint16Array(rows);
    this.rings = this.sortIntoRings();
  }

  private sortIntoRings(): Uint8Array {
    const { width, waveX, waveY, ringCount, pair, ends, axes } = this;
    const { rows, columns } = pair;
    const rings = new Uint8Array(rows * width).fill(unused);
    const [low, high] = [((2 * pi * minCycles) / min(rows, columns)) ** 2, (2 * pi * maxFrequency) ** 2];
    const scale = ringCount / (2 * pi * maxFrequency);
    for (let row = 0; row < rows; row++) {
      const y = waveY[row]! * waveY[row]!;
      for (let column = 0; column < width; column++) {
        const square = waveX[column]! * waveX[column]! + y;
        if (square >= high) break;
        ends[row] = column + 1;
        if (!axes && (column <= axisWidth || row <= axisWidth || row >= rows - axisWidth)) continue;
        if (square >= low) rings[row * width + column] = min(ringCount - 1, floor(sqrt(square) * scale));
      }
    }
    return rings;
  }

  /** Sums of each ring at a shift. */
  sums(shift: Pair): RingSums {
    const { pair, width, rings, ringCount, ends } = this;
    const { later, earlier, rows } = pair;
    const [turnX, turnY] = [turns(this.waveX, shift[0]), turns(this.waveY, shift[1])];
    const [power, coherent, chance, terms] = [0, 1, 2, 3].map(() => new Float64Array(ringCount)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    // Loops over each term, without arrays that would have to be made for it.
    for (let row = 0; row < rows; row++) {
      const yr = turnY[2 * row]!;
      const yi = turnY[2 * row + 1]!;
      const end = ends[row]!;
      // The first column holds every term twice.
      for (let column = 2 * row > rows ? 1 : 0; column < end; column++) {
        const at = row * width + column;
        const ring = rings[at]!;
        if (ring === unused) continue;
        const xr = turnX[2 * column]!;
        const xi = turnX[2 * column + 1]!;
        const tr = xr * yr - xi * yi;
        const ti = xr * yi + xi * yr;
        const ar = later[2 * at]!;
        const ai = later[2 * at + 1]!;
        const br = earlier[2 * at]!;
        const bi = earlier[2 * at + 1]!;
        const one = ar * ar + ai * ai;
        const other = br * br + bi * bi;
        power[ring]! += 0.5 * (one + other);
        // later * conj(earlier) turned back by the shift
        coherent[ring]! += (ar * br + ai * bi) * tr + (ai * br - ar * bi) * ti;
        chance[ring]! += 0.5 * one * other;
        terms[ring]!++;
      }
    }
    return { power, coherent, chance, terms };
  }

  /** Weight of each ring by the coherence of both images: the square of the amplitude of a filter. */
  weights({ power, coherent, terms }: RingSums): Float64Array {
    return power.map((sum, ring) => {
      const count = max(1, terms[ring]!);
      const [mean, cross] = [sum / count, coherent[ring]! / count];
      if (terms[ring]! < minTerms || !(cross > (minCoherence * mean) / sqrt(count))) return 0;
      return this.weight(ring, mean, cross);
    });
  }

  /** Weight of each ring by what its power has above noise. No shift is needed for it. */
  weightsOfPower({ power, terms }: RingSums, noise: number): Float64Array {
    return power.map((sum, ring) => {
      const count = max(1, terms[ring]!);
      const mean = sum / count;
      return terms[ring]! < minTerms || !(mean > noise * (1 + minCoherence / sqrt(count)))
        ? 0
        : this.weight(ring, mean, mean - noise);
    });
  }

  private weight(ring: number, power: number, cross: number): number {
    const incoherent = max(0, power * power - cross * cross) + misfitShare * power * power;
    const frequency = ((ring + 0.5) / this.ringCount) * maxFrequency;
    return (cross / incoherent) * -Math.expm1(-(frequency * frequency) / (2 * highPassSigma ** 2));
  }

  /** The correlation under weights of the rings, as a spectrum; its peak lies at the shift of the later part. */
  correlation(weights: Float64Array): Float32Array {
    const { pair, width, rings, ends } = this;
    const { later, earlier, rows } = pair;
    const target = scratch('difference', 2 * rows * width).fill(0);
    for (let row = 0; row < rows; row++) {
      const end = row * width + ends[row]!;
      for (let at = row * width; at < end; at++) {
        const ring = rings[at]!;
        if (ring === unused) continue;
        const weight = weights[ring]!;
        const ar = later[2 * at]!;
        const ai = later[2 * at + 1]!;
        const br = earlier[2 * at]!;
        const bi = earlier[2 * at + 1]!;
        target[2 * at] = weight * (ar * br + ai * bi);
        target[2 * at + 1] = weight * (ar * bi - ai * br);
      }
    }
    return target;
  }

  /** Newton's steps to the largest weighted correlation; undefined when there is none near the start. */
  climb(weights: Float64Array, start: Pair): PhaseShift | undefined {
    let [x, y] = start;
    for (let step = 1; step <= maxSteps; step++) {
      const { gradient, curvature, scatter } = this.slope(weights, [x, y]);
      const [xx, xy, yy] = curvature;
      const determinant = xx * yy - xy * xy;
      if (!(xx > 0 && yy > 0 && determinant > 1e-6 * xx * yy)) return undefined;
      const [moveX, moveY] = [
        (yy * gradient[0] - xy * gradient[1]) / determinant,
        (xx * gradient[1] - xy * gradient[0]) / determinant,
      ];
      [x, y] = [x + moveX, y + moveY];
      if (!(Math.abs(x - start[0]) <= 1.5 && Math.abs(y - start[1]) <= 1.5)) return undefined;
      if (max(Math.abs(moveX), Math.abs(moveY)) < settled || step === maxSteps) {
        const [ixx, ixy, iyy] = [yy / determinant, -xy / determinant, xx / determinant];
        const [sxx, sxy, syy] = scatter;
        return {
          shift: [x, y],
          covariance: [
            ixx * ixx * sxx + 2 * ixx * ixy * sxy + ixy * ixy * syy,
            ixx * ixy * sxx + (ixx * iyy + ixy * ixy) * sxy + ixy * iyy * syy,
            ixy * ixy * sxx + 2 * ixy * iyy * sxy + iyy * iyy * syy,
          ],
        };
      }
    }
    return undefined;
  }

  /** Derivatives of the weighted correlation at a shift, the curvature with its sign turned, and the scatter of the gradient. */
  private slope(weights: Float64Array, shift: Pair) {
    const { pair, width, rings, waveX, waveY, ends } = this;
    const { later, earlier, rows } = pair;
    const [turnX, turnY] = [turns(waveX, shift[0]), turns(waveY, shift[1])];
    let [gx, gy, xx, xy, yy, sxx, sxy, syy] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const yr = turnY[2 * row]!;
      const yi = turnY[2 * row + 1]!;
      const fy = waveY[row]!;
      const end = ends[row]!;
      let [i0, i1, r0, r1, r2, s0, s1, s2] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let column = 2 * row > rows ? 1 : 0; column < end; column++) {
        const at = row * width + column;
        const ring = rings[at]!;
        if (ring === unused) continue;
        const weight = weights[ring]!;
        if (weight === 0) continue;
        const xr = turnX[2 * column]!;
        const xi = turnX[2 * column + 1]!;
        const tr = xr * yr - xi * yi;
        const ti = xr * yi + xi * yr;
        const ar = later[2 * at]!;
        const ai = later[2 * at + 1]!;
        const br = earlier[2 * at]!;
        const bi = earlier[2 * at + 1]!;
        const re = weight * (ar * br + ai * bi);
        const im = weight * (ai * br - ar * bi);
        const along = re * tr + im * ti;
        const away = im * tr - re * ti;
        const x = waveX[column]!;
        const square = away * away;
        i0 += away;
        i1 += x * away;
        r0 += along;
        r1 += x * along;
        r2 += x * x * along;
        s0 += square;
        s1 += x * square;
        s2 += x * x * square;
      }
      gx += i1;
      gy += fy * i0;
      xx += r2;
      xy += fy * r1;
      yy += fy * fy * r0;
      sxx += s2;
      sxy += fy * s1;
      syy += fy * fy * s0;
    }
    return { gradient: [gx, gy] as const, curvature: [xx, xy, yy] as const, scatter: [sxx, sxy, syy] as const };
  }

  /** Weights without those of fine detail, when these hold next to nothing of what tells the shift; else undefined. */
  coarse(weights: Float64Array, { coherent }: RingSums): Float64Array | undefined {
    const first = floor((coarseFrequency / maxFrequency) * this.ringCount);
    let [all, fine] = [0, 0];
    for (const [ring, weight] of weights.entries()) {
      const share = weight * coherent[ring]! * (ring + 0.5) ** 2;
      all += share;
      if (ring >= first) fine += share;
    }
    return fine > minFineShare * all ? undefined : weights.map((weight, ring) => (ring < first ? weight : 0));
  }

  /**
   * Spectra under the filter of the weights, each turned by half of a shift so that both coincide: of their difference,
   * and of the derivatives of their mean along X and Y.
   *
   * @param step 2 to leave out the finer half of the frequencies, which makes images of half the size
   */
  filtered(weights: Float64Array, shift: Pair, step: 1 | 2): readonly [Float32Array, Float32Array, Float32Array] {
    const { pair, width, rings, waveX, waveY, ends } = this;
    const { later, earlier, rows } = pair;
    const [turnX, turnY] = [turns(waveX, shift[0] / 2), turns(waveY, shift[1] / 2)];
    const amplitudes = weights.map(sqrt);
    const [smallRows, smallWidth] = [rows / step, (width - 1) / step + 1];
    const length = 2 * smallRows * smallWidth;
    const [difference, alongX, alongY] = [
      scratch('difference', length).fill(0),
      scratch('alongX', length).fill(0),
      scratch('alongY', length).fill(0),
    ];
    for (let row = 0; row < rows; row++) {
      const yr = turnY[2 * row]!;
      const yi = turnY[2 * row + 1]!;
      const fy = waveY[row]!;
      const end = ends[row]!;
      for (let column = 0; column < end; column++) {
        const ring = rings[row * width + column]!;
        if (ring === unused) continue;
        const amplitude = amplitudes[ring]!;
        if (amplitude === 0) continue;
        const from = 2 * (row * width + column);
        const to = 2 * ((2 * row > rows ? row - rows + smallRows : row) * smallWidth + column);
        const xr = turnX[2 * column]!;
        const xi = turnX[2 * column + 1]!;
        const tr = amplitude * (xr * yr - xi * yi);
        const ti = amplitude * (xr * yi + xi * yr);
        const ar = later[from]!;
        const ai = later[from + 1]!;
        const br = earlier[from]!;
        const bi = earlier[from + 1]!;
        // The later one is turned back, the earlier one forth.
        const laterRe = ar * tr + ai * ti;
        const laterIm = ai * tr - ar * ti;
        const earlierRe = br * tr - bi * ti;
        const earlierIm = bi * tr + br * ti;
        difference[to] = laterRe - earlierRe;
        difference[to + 1] = laterIm - earlierIm;
        const meanRe = 0.5 * (laterRe + earlierRe);
        const meanIm = 0.5 * (laterIm + earlierIm);
        const fx = waveX[column]!;
        alongX[to] = -fx * meanIm;
        alongX[to + 1] = fx * meanRe;
        alongY[to] = -fy * meanIm;
        alongY[to + 1] = fy * meanRe;
      }
    }
    return [difference, alongX, alongY];
  }
}

const unused = 255;

/** Cosine and sine of each wave times a shift. */
function turns(waves: Float64Array, shift: number): Float64Array {
  const result = new Float64Array(2 * waves.length);
  for (let index = 0; index < waves.length; index++) {
    const angle = waves[index]! * shift;
    result[2 * index] = cos(angle);
    result[2 * index + 1] = sin(angle);
  }
  return result;
}
