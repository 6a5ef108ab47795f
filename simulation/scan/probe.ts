import { cosine, power, sine, tabledDecay } from '../base/functions';
import type { Frame } from '../base/frame';
import { origin, type PlaneMatrix, type PlaneVector } from '../base/plane';

/** A probe on the specimen; micrometres and radians. */
export interface Probe {
  /** Half angle of the cone of electrons. */
  readonly halfAngle: number;
  /** Width at half height of the probe in focus. */
  readonly core: number;
  readonly astigmatism?: PlaneVector | undefined;
}

const widthPerDeviation = 2.354820045030949;

/**
 * Width of a probe in focus in micrometres: source, diffraction and spherical aberration, which add up in squares.
 * @param wavelength micrometres
 * @param sphericalAberration micrometres
 */
export function coreOf(source: number, halfAngle: number, wavelength: number, sphericalAberration: number): number {
  const diffraction = (0.61 * wavelength) / halfAngle;
  const aberration = 0.5 * sphericalAberration * power(halfAngle, 3);
  return Math.sqrt(source * source + diffraction * diffraction + aberration * aberration);
}

const stepsPerUnit = 16;
const longestTabled = 160;
let discTable: Float64Array | undefined;

/** The spectrum of a uniform disc of unit radius and unit weight at an angular frequency: 2 J1(q)/q. */
function discSpectrum(q: number): number {
  discTable ??= tabulateDisc();
  // Beyond the table it is below a thousandth.
  if (!(q < longestTabled)) return 0;
  const place = q * stepsPerUnit;
  const left = Math.floor(place);
  return discTable[left]! + (place - left) * (discTable[left + 1]! - discTable[left]!);
}

/** Bessel's integral by the midpoint rule, which is exact to all digits for a periodic integrand with more steps than its highest frequency. */
function tabulateDisc(): Float64Array {
  return Float64Array.from({ length: longestTabled * stepsPerUnit + 2 }, (_, k) => {
    if (k === 0) return 1;
    const q = k / stepsPerUnit;
    const steps = 24 + Math.ceil(q);
    let sum = 0;
    for (let n = 0; n < steps; n++) {
      const angle = (Math.PI * (n + 0.5)) / steps;
      sum += cosine(angle - q * sine(angle));
    }
    return (2 * sum) / (steps * q);
  });
}

/** Lengths of blur along the frequencies of an image: a ray at an angle w arrives at `defocus*w` and, with astigmatism A, at `A*conjugate(w)` besides. */
function probeSpectrum(
  { halfAngle, core, astigmatism = origin }: Probe,
  defocus: number,
): (frequencyX: number, frequencyY: number) => number {
  const scale = 2 * Math.PI * halfAngle;
  const xx = scale * (defocus + astigmatism.x);
  const yy = scale * (defocus - astigmatism.x);
  const xy = scale * astigmatism.y;
  const deviation = core / widthPerDeviation;
  const damping = 2 * Math.PI * Math.PI * deviation * deviation;
  return (u, v) => {
    const a = xx * u + xy * v;
    const b = xy * u + yy * v;
    return discSpectrum(Math.sqrt(a * a + b * b)) * tabledDecay(damping * (u * u + v * v));
  };
}

/** Largest change of any spatial frequency that is left out because nobody could see it. */
const maxInvisibleChange = 0.01;

/** True when a probe is so small that the pixels do not show it. */
export function isPoint(probe: Probe, defocus: number, { pixelSize }: Pick<Frame, 'pixelSize'>): boolean {
  const spectrum = probeSpectrum(probe, defocus);
  const corner = 0.5 / pixelSize;
  const corners: readonly (readonly [number, number])[] = [
    [corner, corner],
    [corner, -corner],
    [corner, 0],
    [0, corner],
  ];
  return corners.every(([u, v]) => 1 - spectrum(u, v) < maxInvisibleChange);
}

/**
 * Multiplies a half spectrum by that of a probe; rows and columns of the image are turned into directions of the specimen.
 * @param matrix micrometres to pixels, Y up
 */
export function throughProbe(
  from: Float32Array,
  to: Float32Array,
  probe: Probe,
  defocus: number,
  { rows, columns, matrix }: { readonly rows: number; readonly columns: number; readonly matrix: PlaneMatrix },
): void {
  const { xpx, xpy, ypx, ypy } = matrix;
  const spectrum = probeSpectrum(probe, defocus);
  const half = columns / 2 + 1;
  for (let row = 0, at = 0; row < rows; row++) {
    const y = (row <= rows / 2 ? row : row - rows) / rows;
    for (let column = 0; column < half; column++, at += 2) {
      const x = column / columns;
      const value = spectrum(xpx * x - ypx * y, xpy * x - ypy * y);
      to[at] = from[at]! * value;
      to[at + 1] = from[at + 1]! * value;
    }
  }
}
