import { type Image, image } from '../../../imaging';
import { Dice } from './smooth-noise';

/** Contrast of a spatial frequency, in cycles per pixel of the specimen. */
export type Transfer = (frequency: number) => number;

/** Place of a specimen in an image: a pixel at p shows the specimen at `scale * turn(rotation) * p + shift`; X right, Y up, pixels from the middle. */
export interface Showing {
  readonly scale: number;
  /** Degrees, counter-clockwise. */
  readonly rotation: number;
  readonly shift: { readonly x: number; readonly y: number };
}

/** Weak-phase specimen as a sum of plane waves, which a microscope shows with its contrast transfer. */
export class PlaneWaves {
  private readonly waves: readonly { x: number; y: number; amplitude: number; phase: number }[];

  /** @param falloff power of the frequency with which amplitudes fall */
  constructor(seed: number, { lowest = 0.004, highest = 0.3, falloff = 1, count = 700 } = {}) {
    const dice = new Dice(seed);
    this.waves = Array.from({ length: count }, () => {
      // Even in the logarithm of the frequency: as many waves in each octave, so that the coarse detail is drawn, too.
      const frequency = lowest * (highest / lowest) ** dice.between(0, 1);
      const direction = dice.between(0, 2 * Math.PI);
      return {
        x: frequency * Math.cos(direction),
        y: frequency * Math.sin(direction),
        amplitude: frequency ** (1 - falloff),
        phase: dice.between(0, 2 * Math.PI),
      };
    });
  }

  /** Relative intensity with a standard deviation of `contrast`. */
  show(size: number, { scale, rotation, shift }: Showing, transfer: Transfer, contrast: number): Float64Array {
    const angle = (rotation * Math.PI) / 180;
    const [cosine, sine] = [scale * Math.cos(angle), scale * Math.sin(angle)];
    const sums = new Float64Array(size * size);
    const middle = (size - 1) / 2;
    const [columnCosine, columnSine] = [new Float64Array(size), new Float64Array(size)];
    for (const { x, y, amplitude, phase } of this.waves) {
      const strength = amplitude * transfer(Math.hypot(x, y));
      const [alongX, alongY] = [2 * Math.PI * (x * cosine + y * sine), 2 * Math.PI * (y * cosine - x * sine)];
      const begin = phase + 2 * Math.PI * (x * shift.x + y * shift.y);
      for (let column = 0; column < size; column++) {
        columnCosine[column] = strength * Math.cos(alongX * (column - middle));
        columnSine[column] = strength * Math.sin(alongX * (column - middle));
      }
      for (let row = 0; row < size; row++) {
        const rest = begin + alongY * (middle - row);
        const [real, imaginary] = [Math.cos(rest), Math.sin(rest)];
        const start = row * size;
        for (let column = 0; column < size; column++)
          sums[start + column]! += columnCosine[column]! * real - columnSine[column]! * imaginary;
      }
    }
    const deviation = Math.sqrt(sums.reduce((sum, value) => sum + value ** 2, 0) / sums.length);
    return sums.map((value) => 1 + (contrast * value) / deviation);
  }
}

/** Counts of a camera with shot noise. */
export function countsOf(intensity: Float64Array, size: number, dose: number, seed: number): Image<Float32Array> {
  const dice = new Dice(seed);
  // Above some ten electrons a pixel, the counts are normal to what matters here.
  const counts = intensity.map((value) => {
    const expected = dose * Math.max(0, value);
    return expected + Math.sqrt(expected) * dice.normal();
  });
  return image(Float32Array.from(counts), size, size);
}
