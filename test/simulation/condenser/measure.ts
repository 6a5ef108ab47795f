import type { Exposure } from '../../../simulation';
import { bench, type Bench } from '../bench';

/** Nothing in the way of the beam, a sharp camera without noise of its own, and lenses with a crossover. */
const beamOnly = {
  condenser: 'lenses',
  specimen: 'empty',
  contrast: 0,
  mtfAtNyquist: 1,
  readNoiseCounts: 0,
  gainVariation: 0,
  driftNmPerSecond: [0, 0],
};

/** A microscope that shows its beam alone, in microprobe at a magnification of 2500 with pixels of 0.03 um. */
export function beamBench(options: Record<string, unknown> = {}, seed = 1): Bench {
  const made = bench({ ...beamOnly, ...options }, seed);
  made.microscope.setMagnification(17);
  made.microscope.setProbeMode('micro');
  return made;
}

/** An image of the beam on the first camera. */
export const beamImage = ({ microscope }: Bench, exposure = 0.01): Exposure =>
  microscope.expose({ camera: 0, binning: 1, exposure });

/** Sum, centre and second moments of an image, in pixels from its middle, X right and Y up. */
export interface Moments {
  readonly sum: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** The moments of an image: an even disc of radius r has second moments of r squared over 4. */
export function momentsOf({ data, width, height }: Exposure): Moments {
  let [sum, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at++) {
      const [value, right, up] = [data[at]!, column + 0.5 - width / 2, height / 2 - row - 0.5];
      sum += value;
      x += value * right;
      y += value * up;
      xx += value * right * right;
      xy += value * right * up;
      yy += value * up * up;
    }
  const [cx, cy] = [x / sum, y / sum];
  return { sum, x: cx, y: cy, xx: xx / sum - cx * cx, xy: xy / sum - cx * cy, yy: yy / sum - cy * cy };
}

/** Diameter of the beam in micrometres by the number of pixels above half of the level in its middle. */
export function diameterOf(image: Exposure, pixelSize: number): number {
  const half = meanAbout(image, 4) / 2;
  return 2 * pixelSize * Math.sqrt(image.data.reduce((count, value) => count + Number(value > half), 0) / Math.PI);
}

/** Mean counts of a square about the middle of an image. */
export function meanAbout({ data, width, height }: Exposure, reach: number): number {
  let sum = 0;
  for (let row = height / 2 - reach; row < height / 2 + reach; row++)
    for (let column = width / 2 - reach; column < width / 2 + reach; column++) sum += data[row * width + column]!;
  return sum / (2 * reach) ** 2;
}

/** The straight line through points by least squares: slope, and the abscissa at which it is zero. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): { slope: number; zero: number } {
  const mean = (pick: (point: readonly [number, number]) => number): number =>
    points.reduce((total, point) => total + pick(point), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const slope = mean(([x, y]) => (x - mx) * (y - my)) / mean(([x]) => (x - mx) ** 2);
  return { slope, zero: mx - my / slope };
}
