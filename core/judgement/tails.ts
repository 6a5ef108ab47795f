/** Terms after which a series or a continued fraction is given up; they converge within some ten. */
const maxTerms = 10_000;
const precision = 1e-14;

/** Logarithm of the gamma function of a number above 0, by the series of Lanczos. */
function logGamma(x: number): number {
  const coefficients = [
    76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3,
    -5.395239384953e-6,
  ];
  const base = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  const series = coefficients.reduce((sum, each, index) => sum + each / (x + 1 + index), 1.000000000190015);
  return -base + Math.log((2.5066282746310005 * series) / x);
}

/**
 * Probability of a chi-square larger than the one given. The degrees of freedom need not be whole. Accurate in
 * relation to its size down to 1e-300 (series and continued fraction: Abramowitz and Stegun, 6.5.29 and 6.5.31).
 */
export function chiSquareTail(chiSquare: number, degreesOfFreedom: number): number {
  if (Number.isNaN(chiSquare) || !(degreesOfFreedom > 0)) return NaN;
  if (chiSquare <= 0) return 1;
  const [a, x] = [degreesOfFreedom / 2, chiSquare / 2];
  const front = Math.exp(-x + a * Math.log(x) - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let index = 1; index < maxTerms && term > sum * precision; index++) {
    term *= x / (a + index);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let [c, d] = [1 / tiny, 1 / b];
  let h = d;
  for (let index = 1; index < maxTerms; index++) {
    const an = -index * (index - a);
    b += 2;
    d = 1 / nonZero(an * d + b, tiny);
    c = nonZero(b + an / c, tiny);
    h *= d * c;
    if (Math.abs(d * c - 1) < precision) break;
  }
  return h;
}

const nonZero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value);

/** Probability that a normal deviate is farther from 0, on either side, than the given number of standard deviations. */
export const normalTail = (deviations: number): number => chiSquareTail(deviations ** 2, 1);
