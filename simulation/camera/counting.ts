import { exponential, logarithm, sine } from '../base/functions';

// Called once a pixel: looking it up on the global object each time costs more than the call where globals are guarded, as in tests.
const { sqrt } = Math;

/** Detective quantum efficiency of a counting camera at one dose rate. */
export interface CountingEfficiency {
  /** Electrons per physical pixel and second. */
  readonly doseRate: number;
  /** Efficiency at zero frequency, at half the Nyquist frequency of the physical pixels, and at that itself. */
  readonly zero: number;
  readonly half: number;
  readonly nyquist: number;
}

/** Size of an image pixel and time of an exposure, as counting depends on them. */
export interface CountedPixel {
  /** Seconds of light. */
  readonly seconds: number;
  /** Physical pixels on a side of a pixel of the image. */
  readonly physicalPixels: number;
}

const steps = 2048;
/** Dose rate up to which the counts are tabulated, in multiples of the highest given one. */
const ratesBeyondTable = 20;

/**
 * A camera that counts electrons. Of two that come close to each other in one read-out it counts one, so that its counts fall short of the
 * electrons as the dose rate grows. Its counts keep the noise of a Poisson process, which is white; with that the efficiency at zero frequency
 * is `R D'(R)^2 / D(R)` for a rate `D` of counts at a dose rate `R`, which for a given efficiency `q(R)` has the solution
 * `D = s^2` with `s` the integral of `sqrt(q)` over `sqrt(R)`. Along the frequency the efficiency then falls as the square of the transfer.
 */
export class Counting {
  /** The root of the counted rate at equal steps of the root of the dose rate. */
  private readonly roots: Float64Array;
  private readonly step: number;
  private readonly table: readonly CountingEfficiency[];

  /** @param efficiencies at one dose rate at least */
  constructor(efficiencies: readonly CountingEfficiency[]) {
    this.table = [...efficiencies].sort((a, b) => a.doseRate - b.doseRate);
    const highest = this.table.at(-1)!.doseRate * ratesBeyondTable;
    this.step = sqrt(highest) / steps;
    this.roots = new Float64Array(steps + 2);
    for (let k = 1; k < this.roots.length; k++) {
      const middle = (k - 0.5) * this.step;
      this.roots[k] = this.roots[k - 1]! + sqrt(this.at(middle * middle).zero) * this.step;
    }
  }

  /** Counts per physical pixel and second at a dose rate. */
  counted(doseRate: number): number {
    const place = sqrt(doseRate) / this.step;
    const left = place < steps ? place | 0 : steps;
    const root = this.roots[left]! + (place - left) * (this.roots[left + 1]! - this.roots[left]!);
    return root * root;
  }

  /** Turns the mean electrons of pixels into mean counts. */
  count(canvas: Float32Array, { seconds, physicalPixels }: CountedPixel): void {
    const perRate = seconds * physicalPixels ** 2;
    for (let k = 0; k < canvas.length; k++) {
      const electrons = canvas[k]!;
      canvas[k] = electrons > 0 ? this.counted(electrons / perRate) * perRate : 0;
    }
  }

  /**
   * The transfer beyond that of the square pixel at a dose rate, by the square of the frequency in cycles per pixel of the image. It falls as
   * `exp(-a f - b f^2)` through the two frequencies that are given.
   */
  transfer(doseRate: number, physicalPixels: number): (frequencySquared: number) => number {
    const { zero, half, nyquist } = this.at(doseRate);
    const [atHalf, atNyquist] = [-logarithm(half / zero) / 2, -logarithm(nyquist / zero) / 2];
    const linear = 4 * atHalf - atNyquist;
    const quadratic = atNyquist - linear;
    // A pixel of super-resolution is the smaller one; what is binned is averaged over its physical pixels by the image.
    const pixel = Math.min(1, 1 / physicalPixels);
    return (frequencySquared) => {
      const frequency = sqrt(frequencySquared);
      const ofNyquist = (2 * frequency) / physicalPixels;
      const angle = Math.PI * frequency * pixel;
      const square = angle < 1e-6 ? 1 : sine(angle) / angle;
      return exponential(-(linear + quadratic * ofNyquist) * ofNyquist) / square;
    };
  }

  /** The efficiency at a dose rate: its logarithm is a straight line from one given rate to the next and beyond the ends, never above 1. */
  private at(doseRate: number): CountingEfficiency {
    const { table } = this;
    const next = table.findIndex((each) => each.doseRate > doseRate);
    const right = Math.max(1, next < 0 ? table.length - 1 : next);
    const [a, b] = [table[right - 1]!, table[right]];
    if (!b) return a;
    const place = (doseRate - a.doseRate) / (b.doseRate - a.doseRate);
    const between = (name: 'zero' | 'half' | 'nyquist'): number =>
      a[name] * exponential(place * logarithm(b[name] / a[name]));
    const zero = between('zero');
    // Where the line would rise above 1, the other frequencies keep their share.
    const scale = zero > 1 ? 1 / zero : 1;
    return { doseRate, zero: zero * scale, half: between('half') * scale, nyquist: between('nyquist') * scale };
  }
}
