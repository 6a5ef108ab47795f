/** Random numbers of a seed: uniform, normal and Poisson. Written here so that the images owe nothing to the code under test. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bf03635) >>> 0;
    for (let index = 0; index < 8; index++) this.uniform();
  }

  /** A number from 0 to 1. */
  uniform(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A number between two limits. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A number of a normal distribution of mean 0 and standard deviation 1. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Counts of a Poisson distribution. */
  poisson(mean: number): number {
    if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }
}

const side = 512;

/** Random smooth function of the plane with standard deviation near 1: cubic B-splines on a lattice, twice differentiable and exact everywhere. */
export function smoothNoise(dice: Dice, cell: number): (x: number, y: number) => number {
  const values = Float64Array.from({ length: side * side }, () => dice.normal() / 0.479);
  const [turnCosine, turnSine] = [Math.cos(cell), Math.sin(cell)];
  const weights = new Float64Array(8);
  const weigh = (part: number, at: number): void => {
    const rest = 1 - part;
    weights[at] = (rest * rest * rest) / 6;
    weights[at + 1] = (3 * part * part * part - 6 * part * part + 4) / 6;
    weights[at + 2] = (3 * rest * rest * rest - 6 * rest * rest + 4) / 6;
    weights[at + 3] = (part * part * part) / 6;
  };
  return (x, y) => {
    // Turned, so that the lattice of no two functions lies along the pixels or one another.
    const [across, down] = [(x * turnCosine + y * turnSine) / cell, (y * turnCosine - x * turnSine) / cell];
    const [column, row] = [Math.floor(across), Math.floor(down)];
    weigh(across - column, 0);
    weigh(down - row, 4);
    let sum = 0;
    for (let j = 0; j < 4; j++) {
      const line = ((row + j) & (side - 1)) * side;
      let part = 0;
      for (let i = 0; i < 4; i++) part += weights[i]! * values[line + ((column + i) & (side - 1))]!;
      sum += weights[4 + j]! * part;
    }
    return sum;
  };
}
