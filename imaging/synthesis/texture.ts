import { badArgument } from '../errors';
import type { Matrix, Vector } from '../coordinates';
import { image, type Image, requireFinite } from '../image';
import { Random } from './random';

// A look-up of a global for every number is slow where scripts run in a context of their own, as tests do.
const { cos, log, PI: pi, sin } = Math;

/** Parameters of a random texture. */
export interface TextureOptions {
  /** Equal seeds make equal textures. */
  readonly seed: number;
  /** Number of plane waves; default 300. */
  readonly waveCount?: number;
  /** Lowest spatial frequency in cycles per texture pixel; default 0.02. */
  readonly lowestFrequency?: number;
  /** Highest spatial frequency in cycles per texture pixel; default 0.2. */
  readonly highestFrequency?: number;
  /** Amplitudes go with frequency to the power of minus this; 0 (the default) is a flat spectrum, 1 is near many real specimens. */
  readonly falloff?: number;
}

/** View of a texture. */
export interface View {
  /** Moves the display of the texture by minus this, in pixels of the image, X right, Y up; default none. */
  readonly shift?: Vector;
  /** Takes positions in the (shifted) image to positions on the texture; default the identity. */
  readonly matrix?: Matrix;
  /** Texture pixels per image pixel; default 1. */
  readonly binning?: number;
  /** Straight and steady movement during the exposure, in pixels of the image, about the middle of the exposure; default none. */
  readonly motion?: Vector;
  /** A pixel holds the mean over its square (default), or with `false` the value at its centre. */
  readonly pixelMean?: boolean;
}

interface Wave {
  readonly x: number;
  readonly y: number;
  readonly amplitude: number;
  readonly phase: number;
}

/**
 * A random band-limited pattern that is known at every point: the sum of plane waves of random direction and phase.
 *
 * Images of it are evaluated analytically at each pixel, so a shift by any fraction of a pixel, a rotation, a stretch,
 * the mean over the pixel and the blur of a steady drift are exact to the precision of the arithmetic. No Fourier
 * transform and no interpolation is involved, so registration code cannot share an error with this truth. The values
 * have mean 0 and standard deviation 1 over a large area.
 */
export class Texture {
  private readonly waves: readonly Wave[];
  private readonly band: Required<Omit<TextureOptions, 'seed' | 'waveCount'>>;

  /** @throws ImagingError 'imaging/bad-argument' when there is no wave or the band is empty */
  constructor(options: TextureOptions) {
    const { seed, waveCount = 300, lowestFrequency = 0.02, highestFrequency = 0.2, falloff = 0 } = options;
    if (!(waveCount >= 1)) throw badArgument('Texture', `${waveCount} waves make no texture`);
    if (!(lowestFrequency > 0 && highestFrequency >= lowestFrequency)) {
      throw badArgument('Texture', `there is no band from ${lowestFrequency} to ${highestFrequency} cycles per pixel`);
    }
    const random = new Random(seed);
    const waves: Wave[] = [];
    let power = 0;
    for (let index = 0; index < waveCount; index++) {
      // Uniform over the area of the ring, so that the spectrum is flat before the fall-off.
      const squared = lowestFrequency ** 2 + random.uniform() * (highestFrequency ** 2 - lowestFrequency ** 2);
      const frequency = Math.sqrt(squared);
      const direction = 2 * Math.PI * random.uniform();
      const amplitude = frequency ** -falloff;
      power += amplitude ** 2 / 2;
      waves.push({
        x: frequency * Math.cos(direction),
        y: frequency * Math.sin(direction),
        amplitude,
        phase: 2 * Math.PI * random.uniform(),
      });
    }
    this.band = { lowestFrequency, highestFrequency, falloff };
    const scale = 1 / Math.sqrt(power);
    this.waves = waves.map((wave) => ({ ...wave, amplitude: wave.amplitude * scale }));
  }

  /** The value at one point of the texture; X right, Y up, in texture pixels. */
  at(x: number, y: number): number {
    let sum = 0;
    for (const wave of this.waves)
      sum += wave.amplitude * Math.cos(2 * Math.PI * (wave.x * x + wave.y * y) + wave.phase);
    return sum;
  }

  /**
   * The expected power spectral density at a frequency (cycles per texture pixel): its integral over the plane of frequencies is the
   * variance of the texture, which is 1. The few waves of one texture are a draw from it.
   */
  powerDensity(frequency: number): number {
    const { lowestFrequency: low, highestFrequency: high, falloff } = this.band;
    if (frequency < low || frequency > high) return 0;
    const power = 2 - 2 * falloff;
    const integral =
      Math.abs(power) < 1e-9 ? 2 * pi * log(high / low) : (2 * pi * (high ** power - low ** power)) / power;
    return frequency ** (-2 * falloff) / integral;
  }

  /**
   * An image of the texture: its pixel at camera position q shows the texture at `binning * matrix * (q + shift)`.
   *
   * A feature that is at p in an unshifted image is at p - shift in the shifted one, so `shift` is exactly the
   * displacement that registration has to report for the shifted image against the unshifted one.
   *
   * @returns rows x columns values, mean about 0, standard deviation about 1 (less the smear by pixel mean and motion)
   */
  render(rows: number, columns: number, view: View = {}): Image<Float64Array> {
    return sum(rows, columns, this.seen(view));
  }

  /** The exact derivatives of the image that `render` makes, along camera X and Y, per pixel of the image. */
  renderGradient(
    rows: number,
    columns: number,
    view: View = {},
  ): { readonly x: Image<Float64Array>; readonly y: Image<Float64Array> } {
    const waves = this.seen(view);
    const derivative = (axis: 'x' | 'y'): Wave[] =>
      waves.map((wave) => ({
        ...wave,
        amplitude: 2 * Math.PI * wave[axis] * wave.amplitude,
        phase: wave.phase + Math.PI / 2,
      }));
    return { x: sum(rows, columns, derivative('x')), y: sum(rows, columns, derivative('y')) };
  }

  /** The plane waves as they appear in image pixels under a view. */
  private seen(view: View): Wave[] {
    const {
      shift = { x: 0, y: 0 },
      matrix = { xpx: 1, xpy: 0, ypx: 0, ypy: 1 },
      binning = 1,
      motion = { x: 0, y: 0 },
      pixelMean = true,
    } = view;
    return this.waves.map((wave) => {
      const x = binning * (matrix.xpx * wave.x + matrix.ypx * wave.y);
      const y = binning * (matrix.xpy * wave.x + matrix.ypy * wave.y);
      const smear = (pixelMean ? sinc(x) * sinc(y) : 1) * sinc(x * motion.x + y * motion.y);
      return { x, y, amplitude: wave.amplitude * smear, phase: wave.phase + 2 * Math.PI * (x * shift.x + y * shift.y) };
    });
  }
}

/** Exposure of a texture. */
export interface ExposureOptions {
  /** Mean counts per pixel. */
  readonly countsPerPixel: number;
  /** Standard deviation of the expected counts relative to their mean, for a texture of standard deviation 1. */
  readonly contrast: number;
  /** Draws Poisson counts when given; without it the expected counts themselves are the result. */
  readonly random?: Random;
}

/**
 * Counts of a perfect counting camera: Poisson numbers about `countsPerPixel * (1 + contrast * texture)`, never below
 * 0.
 *
 * @throws ImagingError 'imaging/bad-argument' when the counts or the contrast are negative or not finite,
 * 'imaging/not-finite'
 */
export function expose(texture: Image<Float64Array>, options: ExposureOptions): Image<Float32Array> {
  const { countsPerPixel, contrast, random } = options;
  if (!(countsPerPixel >= 0 && Number.isFinite(countsPerPixel)))
    throw badArgument('expose', `${countsPerPixel} counts per pixel cannot be`);
  if (!(contrast >= 0 && Number.isFinite(contrast))) throw badArgument('expose', `a contrast of ${contrast} cannot be`);
  requireFinite(texture.data, 'expose', 'the texture holds NaN or infinite values');
  const counts = new Float32Array(texture.data.length);
  for (let index = 0; index < counts.length; index++) {
    const expected = countsPerPixel * (1 + contrast * (texture.data[index] as number));
    const possible = expected > 0 ? expected : 0;
    counts[index] = random ? random.poisson(possible) : possible;
  }
  const [rows = 0, columns = 0] = texture.shape;
  return image(counts, rows, columns);
}

/** Waves summed in one pass over the image; more would need too many registers. */
const group = 4;

function sum(rows: number, columns: number, waves: readonly Wave[]): Image<Float64Array> {
  const result = image(new Float64Array(rows * columns), rows, columns);
  const tables = Array.from({ length: 2 * group }, () => new Float64Array(columns));
  for (let first = 0; first < waves.length; first += group) {
    const members = waves.slice(first, first + group);
    tables.forEach((table) => table.fill(0));
    members.forEach((wave, member) => {
      const [cosines, sines] = [tables[2 * member] as Float64Array, tables[2 * member + 1] as Float64Array];
      for (let column = 0; column < columns; column++) {
        const angle = 2 * pi * wave.x * (column - (columns - 1) / 2);
        cosines[column] = wave.amplitude * cos(angle);
        sines[column] = wave.amplitude * -sin(angle);
      }
    });
    for (let row = 0; row < rows; row++) {
      const angles = members.map((wave) => 2 * pi * wave.y * ((rows - 1) / 2 - row) + wave.phase);
      addGroup(result.data.subarray(row * columns, (row + 1) * columns), tables, angles);
    }
  }
  return result;
}

/** Adds cos(column part + angle) of four waves to one row. */
function addGroup(pixels: Float64Array, tables: readonly Float64Array[], angles: readonly number[]): void {
  const [c0, s0, c1, s1, c2, s2, c3, s3] = tables as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [a0 = 0, a1 = 0, a2 = 0, a3 = 0] = angles;
  const [p0, q0, p1, q1] = [cos(a0), sin(a0), cos(a1), sin(a1)];
  const [p2, q2, p3, q3] = [cos(a2), sin(a2), cos(a3), sin(a3)];
  for (let column = 0; column < pixels.length; column++) {
    (pixels[column] as number) +=
      p0 * (c0[column] as number) +
      q0 * (s0[column] as number) +
      (p1 * (c1[column] as number) + q1 * (s1[column] as number)) +
      (p2 * (c2[column] as number) +
        q2 * (s2[column] as number) +
        (p3 * (c3[column] as number) + q3 * (s3[column] as number)));
  }
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
