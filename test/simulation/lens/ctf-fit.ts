import { powerSpectrum } from './fourier';

/** A fit of the contrast transfer to one image, in the frame of its camera; lengths in micrometres, Cs in millimetres. */
export interface CtfFit {
  /** Negative for underfocus. */
  readonly defocus: number;
  /** A1 as real and imaginary part. */
  readonly astigmatism: { readonly x: number; readonly y: number };
  readonly sphericalAberration: number;
  /** Standard errors in the same units. */
  readonly errors: {
    readonly defocus: number;
    readonly astigmatism: number;
    readonly sphericalAberration: number;
  };
}

/** Facts of the instrument that a fit needs. */
export interface CtfFacts {
  readonly kilovolts: number;
  /** Micrometres of a pixel. */
  readonly pixelSize: number;
  /** Millimetres; where the fit is to find it, the start of the search. */
  readonly sphericalAberration: number;
  readonly fitsSphericalAberration?: boolean;
  /** Phase contrast as a multiple of amplitude contrast. */
  readonly phaseToAmplitude: number;
  /** Micrometres of underfocus between which the defocus lies. */
  readonly between: readonly [number, number];
}

/** Half of a spectrum between two frequencies: squares in cycles per micrometre squared, and the power about its local mean. */
interface Samples {
  readonly count: number;
  readonly square: Float64Array;
  /** The square of the frequency times cosine and sine of twice its direction. */
  readonly cosine: Float64Array;
  readonly sine: Float64Array;
  readonly power: Float64Array;
}

/** Share of the Nyquist frequency beyond which nothing is fitted. */
const maxFrequency = 0.8;

/** Wavelength in micrometres from the constants of nature. */
function wavelengthOf(kilovolts: number): number {
  const [planck, mass, charge, light] = [6.62607015e-34, 9.1093837e-31, 1.602176634e-19, 299792458];
  const energy = charge * kilovolts * 1000;
  return (1e6 * planck) / Math.sqrt(2 * mass * energy * (1 + energy / (2 * mass * light * light)));
}

/**
 * Fits the power spectrum of a square image by least squares: of a specimen without structure it varies as the negative cosine of twice the phase.
 * A grid first, then Gauss and Newton; the errors are those of the normal equations with the variance of the residuals.
 */
export function fitCtf(data: ArrayLike<number>, size: number, facts: CtfFacts): CtfFit {
  const wavelength = wavelengthOf(facts.kilovolts);
  const power = powerSpectrum(data, size);
  const model = modelOf(wavelength, facts.phaseToAmplitude);
  const samples = samplesOf(power, size, facts);
  return refined(samples, model, search(samples, model, facts), facts.fitsSphericalAberration ?? false);
}

type Parameters = [defocus: number, astigmatismX: number, astigmatismY: number, sphericalAberration: number];
type Model = (samples: Samples, k: number, at: Parameters) => number;

function modelOf(wavelength: number, phaseToAmplitude: number): Model {
  const shift = Math.atan(1 / phaseToAmplitude);
  const fourth = 500 * Math.PI * wavelength ** 3;
  return ({ square, cosine, sine }, k, at) => {
    const quadratic = -Math.PI * wavelength * (at[0] * square[k]! + at[1] * cosine[k]! + at[2] * sine[k]!);
    return -Math.cos(2 * (quadratic - fourth * at[3] * square[k]! * square[k]! + shift));
  };
}

/** The half of a spectrum that is fitted, less its mean: the specimen scatters alike at all frequencies. */
function samplesOf(power: (u: number, v: number) => number, size: number, { pixelSize }: CtfFacts): Samples {
  const step = (1 / (size * pixelSize)) ** 2;
  const most = (0.5 * maxFrequency * size) ** 2;
  const chosen: [u: number, v: number, value: number][] = [];
  for (let v = -size / 2; v < size / 2; v++)
    for (let u = 0; u < size / 2; u++)
      // The window smears the mean, and the axes hold both halves of the spectrum.
      if (u * u + v * v > 16 && u * u + v * v <= most && u !== 0 && v !== 0) chosen.push([u, v, power(u, v)]);
  const mean = chosen.reduce((total, [, , value]) => total + value, 0) / chosen.length;
  const pick = (value: (sample: (typeof chosen)[number]) => number): Float64Array => Float64Array.from(chosen, value);
  return {
    count: chosen.length,
    square: pick(([u, v]) => (u ** 2 + v ** 2) * step),
    cosine: pick(([u, v]) => (u ** 2 - v ** 2) * step),
    sine: pick(([u, v]) => 2 * u * v * step),
    power: pick(([, , value]) => value / mean - 1),
  };
}

function search(samples: Samples, model: Model, facts: CtfFacts): Parameters {
  const [least, most] = facts.between;
  const farthest = samples.square.reduce((most, square) => Math.max(most, square), 0);
  let best = { value: -Infinity, at: [0, 0, 0, facts.sphericalAberration] as Parameters };
  // Low frequencies alone have a broad maximum, which a coarse grid does not miss.
  const attempt = (defocus: number, x: number, y: number, share: number, every: number): void => {
    const at: Parameters = [defocus, x, y, facts.sphericalAberration];
    let value = 0;
    for (let k = 0; k < samples.count; k += every)
      if (samples.square[k]! <= share * farthest) value += model(samples, k, at) * samples.power[k]!;
    if (value > best.value) best = { value, at };
  };
  const coarse = [-0.24, -0.16, -0.08, 0, 0.08, 0.16, 0.24];
  for (let under = least; under <= most; under += 0.06)
    for (const x of coarse) for (const y of coarse) attempt(-under, x, y, 0.35, 4);
  for (const [width, share] of [
    [0.05, 0.35],
    [0.03, 0.6],
    [0.02, 0.8],
    [0.015, 1],
    [0.008, 1],
  ] as const) {
    best.value = -Infinity;
    const [defocus, ax, ay] = best.at;
    for (const d of [-1, 0, 1])
      for (const x of [-1, 0, 1])
        for (const y of [-1, 0, 1]) attempt(defocus + 0.6 * d * width, ax + x * width, ay + y * width, share, 3);
  }
  return best.at;
}

/** Solves a small system of equations. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, k) => [...row, right[k]!]);
  for (let k = 0; k < rows.length; k++) {
    for (let other = 0; other < rows.length; other++) {
      if (other === k) continue;
      const factor = rows[other]![k]! / rows[k]![k]!;
      rows[other] = rows[other]!.map((value, column) => value - factor * rows[k]![column]!);
    }
  }
  return rows.map((row, k) => row.at(-1)! / row[k]!);
}

function refined(samples: Samples, model: Model, start: Parameters, fitsSpherical: boolean): CtfFit {
  const free = fitsSpherical ? [0, 1, 2, 3] : [0, 1, 2];
  const steps = [1e-4, 1e-4, 1e-4, 1e-3];
  const count = free.length + 1;
  const at: Parameters = [...start];
  const moved = free.map((): Parameters => [...start]);
  const slopes = new Float64Array(count);
  let height = 0.3;
  let normal: number[][] = [];
  let variance = 1;
  for (let round = 0; round < 5; round++) {
    normal = Array.from({ length: count }, () => Array<number>(count).fill(0));
    const right = Array<number>(count).fill(0);
    let squares = 0;
    free.forEach((parameter, place) => {
      moved[place] = [...at];
      moved[place][parameter]! += steps[parameter]!;
    });
    for (let k = 0; k < samples.count; k++) {
      const value = model(samples, k, at);
      slopes[0] = value;
      for (let place = 0; place < free.length; place++)
        slopes[place + 1] = (height * (model(samples, k, moved[place]!) - value)) / steps[free[place]!]!;
      const residual = samples.power[k]! - height * value;
      squares += residual * residual;
      for (let i = 0; i < count; i++) {
        right[i]! += slopes[i]! * residual;
        for (let j = 0; j < count; j++) normal[i]![j]! += slopes[i]! * slopes[j]!;
      }
    }
    variance = squares / samples.count;
    const change = solved(normal, right);
    height += change[0]!;
    free.forEach((parameter, place) => {
      at[parameter]! += change[place + 1]!;
    });
  }
  const errorOf = (parameter: number): number => {
    const place = free.indexOf(parameter) + 1;
    if (place === 0) return 0;
    const unit = normal.map((_, row) => Number(row === place));
    // After a Hann window neighbours in the spectrum share their noise, so that there are fewer of them than there seem to be.
    return 1.9 * Math.sqrt(variance * solved(normal, unit)[place]!);
  };
  const [defocus, x, y, sphericalAberration] = at;
  return {
    defocus,
    astigmatism: { x, y },
    sphericalAberration,
    errors: { defocus: errorOf(0), astigmatism: Math.max(errorOf(1), errorOf(2)), sphericalAberration: errorOf(3) },
  };
}
