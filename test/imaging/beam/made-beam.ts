import { image, Random } from '../../../imaging';

/** A beam as the generator of the tests draws it: places in pixels from the centre of the image, X right and Y up. */
export interface MadeBeam {
  readonly size?: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Width of the ramp of the edge. */
  readonly edge?: number;
  /** Ratio of the half axes, with the longer one along this direction in degrees. */
  readonly ratio?: number;
  readonly direction?: number;
  readonly counts: number;
  readonly background?: number;
  /** Counts for an electron; 0 for no noise. */
  readonly gain?: number;
  /** Fraction by which it is brighter at its edge than in its centre along X. */
  readonly slope?: number;
  /** Brightness of a place of the image over that of the beam alone. */
  readonly shadow?: (x: number, y: number) => number;
  readonly ceiling?: number;
}

const perSide = 4;

/** Draws a beam: each pixel is the mean over 4 x 4 places, with the noise of its electrons. */
export function madeBeam(beam: MadeBeam, seed: number) {
  const { size = 256, x, y, radius, edge = 2, ratio = 1, direction = 0, counts, background = 20 } = beam;
  const { gain = 4, slope = 0, shadow = () => 1, ceiling = Infinity } = beam;
  const random = new Random(seed);
  const [c, s] = [Math.cos((direction * Math.PI) / 180), Math.sin((direction * Math.PI) / 180)];
  const stretch = Math.sqrt(ratio);
  const at = (px: number, py: number): number => {
    const [dx, dy] = [px - x, py - y];
    const [u, v] = [(dx * c + dy * s) / stretch, (dy * c - dx * s) * stretch];
    const from = Math.hypot(u, v);
    const share = Math.min(1, Math.max(0, 0.5 + (radius - from) / edge));
    return background + counts * share * (1 + (slope * dx) / radius) * shadow(px, py);
  };
  const pixels = new Float32Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let k = 0; k < perSide * perSide; k++) {
        const [i, j] = [k % perSide, Math.floor(k / perSide)];
        const px = column + (i + 0.5) / perSide - size / 2;
        const py = size / 2 - (row + (j + 0.5) / perSide);
        sum += at(px, py);
      }
      const mean = sum / perSide ** 2;
      const value = gain > 0 ? gain * random.poisson(mean / gain) : mean;
      pixels[row * size + column] = Math.min(ceiling, value);
    }
  return image(pixels, size, size);
}
