import { badArgument } from '../errors';

// A look-up of a global for every number is slow where scripts run in a context of their own, as tests do.
const { abs, exp, floor, imul, log, sqrt } = Math;
const largestMean = Number.MAX_VALUE;

/**
 * Random numbers that are the same for the same seed on every machine.
 * The generator is xoshiro128** (Blackman and Vigna, ACM Transactions on Mathematical Software 47, 36, 2021), seeded by splitmix32.
 */
export class Random {
  private first: number;
  private second: number;
  private third: number;
  private fourth: number;
  private spareNormal: number | undefined;

  /** @param seed any finite number; its fraction is dropped */
  constructor(seed: number) {
    if (!Number.isFinite(seed)) throw badArgument('Random', `the seed ${seed} is not a finite number`);
    let mixed = Math.trunc(seed) | 0;
    const nextWord = (): number => {
      mixed = (mixed + 0x9e3779b9) | 0;
      let word = mixed ^ (mixed >>> 16);
      word = imul(word, 0x21f0aaad);
      word ^= word >>> 15;
      word = imul(word, 0x735a2d97);
      return word ^ (word >>> 15);
    };
    this.first = nextWord();
    this.second = nextWord();
    this.third = nextWord();
    this.fourth = nextWord();
  }

  /** A number from 0 up to but not including 1, evenly distributed, with 53 random bits. */
  uniform(): number {
    return ((this.next() >>> 5) * 0x4000000 + (this.next() >>> 6)) / 0x20000000000000;
  }

  /** A normally distributed number of mean 0 and standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal;
      this.spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = sqrt((-2 * log(square)) / square);
      this.spareNormal = y * factor;
      return x * factor;
    }
  }

  /**
   * A count drawn from the Poisson distribution.
   *
   * Below a mean of 10 by multiplication of uniform numbers, above by the transformed rejection PTRS of
   * W. Hoermann, Insurance: Mathematics and Economics 12 (1993) 39-45. Both are exact.
   *
   * @param mean expected count, 0 or more
   * @throws ImagingError 'imaging/bad-argument' when the mean is negative or not finite
   */
  poisson(mean: number): number {
    if (!(mean >= 0 && mean <= largestMean))
      throw badArgument('Random.poisson', `the mean ${mean} is not a number from 0 up`);
    return mean < 10 ? this.smallPoisson(mean) : this.largePoisson(mean);
  }

  private smallPoisson(mean: number): number {
    const limit = exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }

  private largePoisson(mean: number): number {
    const logMean = log(mean);
    const b = 0.931 + 2.53 * sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const easy = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - abs(u);
      const count = floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= easy) return count;
      if (count < 0 || (us < 0.013 && v > us)) continue;
      if (log((v * inverseAlpha) / (a / (us * us) + b)) <= count * logMean - mean - logFactorial(count)) return count;
    }
  }

  private next(): number {
    const second = this.second;
    const product = imul(second, 5);
    const result = imul((product << 7) | (product >>> 25), 9) >>> 0;
    const crossed = this.third ^ this.first;
    const mixed = this.fourth ^ second;
    this.second = second ^ crossed;
    this.first ^= mixed;
    this.third = crossed ^ (second << 9);
    this.fourth = (mixed << 11) | (mixed >>> 21);
    return result;
  }
}

const smallLogFactorials = (() => {
  const table = new Float64Array(32);
  for (let n = 2; n < table.length; n++) table[n] = (table[n - 1] as number) + log(n);
  return table;
})();

function logFactorial(n: number): number {
  if (n < smallLogFactorials.length) return smallLogFactorials[n] as number;
  const inverse = 1 / (n + 1);
  const square = inverse * inverse;
  // Stirling's series for the logarithm of gamma at n + 1; the first left-out term is below 1e-13 for n >= 32.
  return (
    (n + 0.5) * log(n + 1) - (n + 1) + 0.9189385332046728 + inverse * (1 / 12 - square * (1 / 360 - square / 1260))
  );
}
