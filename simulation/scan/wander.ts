import { cosine, sine } from '../base/functions';
import type { RandomStream } from '../base/random';

/** One sine of the wandering of a probe. */
export interface Wave {
  /** Hertz. */
  readonly frequency: number;
  /** Micrometres on the specimen. */
  readonly amplitude: number;
  /** Turns at time zero of the clock. */
  readonly phase: number;
}

const waveCount = 96;
/** Values worked out in the shortest period; those between lie on a straight line. */
const nodesPerPeriod = 24;

/**
 * Sines of all frequencies up to a highest one, with amplitudes that fall with the root of the frequency, scaled to an rms displacement: noise
 * of currents in the scan coils and of stray fields.
 * @param rms micrometres
 */
export function scanNoiseWaves(random: RandomStream, rms: number, highest: number): readonly Wave[] {
  if (rms === 0) return [];
  const waves = Array.from({ length: waveCount }, (): Wave => {
    const frequency = highest * random.uniform();
    return { frequency, amplitude: random.uniform() / Math.sqrt(frequency), phase: random.uniform() };
  });
  const square = waves.reduce((sum, { amplitude }) => sum + (amplitude * amplitude) / 2, 0);
  const factor = rms / Math.sqrt(square);
  return waves.map((wave) => ({ ...wave, amplitude: wave.amplitude * factor }));
}

/** The wandering of a probe along one axis of the scan. */
export class Wander {
  private readonly real: Float64Array;
  private readonly imaginary: Float64Array;
  private readonly turnReal: Float64Array;
  private readonly turnImaginary: Float64Array;
  private readonly pixelsPerNode: number;

  /** @param pixelTime seconds */
  constructor(
    private readonly waves: readonly Wave[],
    private readonly pixelTime: number,
  ) {
    const highest = waves.reduce((most, { frequency }) => Math.max(most, frequency), 0);
    this.pixelsPerNode = highest > 0 ? Math.max(1, Math.floor(1 / (nodesPerPeriod * highest * pixelTime))) : 1;
    this.real = new Float64Array(waves.length);
    this.imaginary = new Float64Array(waves.length);
    const turn = (wave: Wave): number => 2 * Math.PI * wave.frequency * this.pixelsPerNode * pixelTime;
    this.turnReal = Float64Array.from(waves, (wave) => cosine(turn(wave)));
    this.turnImaginary = Float64Array.from(waves, (wave) => sine(turn(wave)));
  }

  get still(): boolean {
    return this.waves.length === 0;
  }

  /** Adds the displacement in the middle of each pixel of a line that starts at a time, times a factor. */
  add(line: Float64Array, start: number, factor: number): void {
    const { waves, real, imaginary, pixelsPerNode, pixelTime } = this;
    if (this.still) return;
    waves.forEach(({ frequency, amplitude, phase }, k) => {
      const turns = frequency * (start + pixelTime / 2) + phase;
      const angle = 2 * Math.PI * (turns - Math.floor(turns));
      real[k] = amplitude * factor * cosine(angle);
      imaginary[k] = amplitude * factor * sine(angle);
    });
    let here = this.value();
    for (let first = 0; first < line.length; first += pixelsPerNode) {
      this.advance();
      const next = this.value();
      const slope = (next - here) / pixelsPerNode;
      const last = Math.min(line.length, first + pixelsPerNode);
      for (let column = first; column < last; column++) line[column]! += here + slope * (column - first);
      here = next;
    }
  }

  private value(): number {
    let sum = 0;
    for (let k = 0; k < this.imaginary.length; k++) sum += this.imaginary[k]!;
    return sum;
  }

  private advance(): void {
    const { real, imaginary, turnReal, turnImaginary } = this;
    for (let k = 0; k < real.length; k++) {
      const re = real[k]!;
      const im = imaginary[k]!;
      real[k] = re * turnReal[k]! - im * turnImaginary[k]!;
      imaginary[k] = re * turnImaginary[k]! + im * turnReal[k]!;
    }
  }
}
