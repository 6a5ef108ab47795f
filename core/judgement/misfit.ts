import { type Reason } from './judgement';
import { chiSquareTail, normalTail } from './tails';

/** Joint chi-square of all residuals of a fit, each in its own standard error, and the degrees of freedom that are left. */
export interface Misfit {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
}

/** Probability below which a misfit cannot be chance. One in a million leaves a right model alone and still catches a wrong one. */
const minProbability = 1e-6;

/** Sum of misfits that are independent of each other. */
export const jointMisfit = (...misfits: readonly Misfit[]): Misfit => ({
  chiSquare: misfits.reduce((sum, { chiSquare }) => sum + chiSquare, 0),
  degreesOfFreedom: misfits.reduce((sum, { degreesOfFreedom }) => sum + degreesOfFreedom, 0),
});

/** Misfit of residuals with independent standard errors, after a fit with this number of unknowns. */
export const misfitOf = (
  residuals: readonly number[],
  standardErrors: readonly number[],
  unknowns: number,
): Misfit => ({
  chiSquare: residuals.reduce((sum, residual, index) => sum + (residual / standardErrors[index]!) ** 2, 0),
  degreesOfFreedom: residuals.length - unknowns,
});

/** Probability that a right model fits so badly or worse; 1 where no degree of freedom is left to tell. */
export const probabilityOf = ({ chiSquare, degreesOfFreedom }: Misfit): number =>
  degreesOfFreedom > 0 ? chiSquareTail(chiSquare, degreesOfFreedom) : 1;

/**
 * Factor by which the stated errors grow with the misfit: the square root of chi-square over the degrees of freedom, never below 1. Multiply
 * every stated error with it, so that it holds also where something moves that the model does not know.
 */
export const errorGrowth = ({ chiSquare, degreesOfFreedom }: Misfit): number =>
  degreesOfFreedom > 0 ? Math.sqrt(Math.max(1, chiSquare / degreesOfFreedom)) : 1;

/** Evidence by a misfit: a model that fits with a probability below one in a million is never good. */
export function misfit({
  what = 'Misfit of the model',
  change,
  ...fit
}: Misfit & { readonly what?: string; readonly change: string }): Reason | undefined {
  const probability = probabilityOf(fit);
  if (probability >= minProbability) return undefined;
  return {
    kind: 'misfit',
    verdict: 'doubtful',
    what,
    number: Math.sqrt(fit.chiSquare / fit.degreesOfFreedom),
    limit: Math.sqrt(chiSquareLimit(fit.degreesOfFreedom) / fit.degreesOfFreedom),
    unit: 'times what the errors of the images allow',
    why: `Something moved the image that the calibration does not know (probability ${probability < 1e-99 ? 'below 1e-99' : probability.toExponential(0)}). The stated errors were made larger accordingly.`,
    change,
  };
}

/** The chi-square that belongs to the limit of the probability, by halving an interval. */
function chiSquareLimit(degreesOfFreedom: number): number {
  let [low, high] = [degreesOfFreedom, 60 + 10 * degreesOfFreedom];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle, degreesOfFreedom) > minProbability) low = middle;
    else high = middle;
  }
  return high;
}

/** Something that was varied between the observations of a fit, with its value at each. */
export interface Varied {
  /** As in `the residuals follow ...`: `the shift in X`. */
  readonly name: string;
  readonly values: readonly number[];
}

/** Probability below which residuals are not in a chance order. */
const minPatternProbability = 1e-4;
/** Limit in standard deviations that belongs to that probability. */
const maxPatternDeviations = 3.89;
/** Smallest number of residuals in which an order can be seen. */
const minResiduals = 6;

/** Correlation of two rows of numbers; 0 where one of them does not vary. */
export function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0) / of.length;
  const [meanOfOne, meanOfOther] = [mean(one), mean(other)];
  let [product, square, squareOfOther] = [0, 0, 0];
  for (const [index, each] of one.entries()) {
    const [a, b] = [each - meanOfOne, other[index]! - meanOfOther];
    product += a * b;
    square += a * a;
    squareOfOther += b * b;
  }
  const size = Math.sqrt(square * squareOfOther);
  return size > 0 ? product / size : 0;
}

/** Number of standard deviations by which the runs of one sign are fewer than chance makes them (Wald and Wolfowitz). */
export function runsDeviation(residuals: readonly number[]): number {
  const signs = residuals.filter((each) => each !== 0).map((each) => each > 0);
  const positive = signs.filter(Boolean).length;
  const negative = signs.length - positive;
  if (positive === 0 || negative === 0 || signs.length < minResiduals) return 0;
  const runs = signs.filter((sign, index) => sign !== signs[index - 1]).length;
  const expected = (2 * positive * negative) / signs.length + 1;
  const variance = ((expected - 1) * (expected - 2)) / (signs.length - 1);
  return variance > 0 ? (expected - runs) / Math.sqrt(variance) : 0;
}

/**
 * Evidence by the order of residuals: long runs of one sign, or residuals that follow something that was varied. It finds a wrong model
 * also where the stated errors are too large for chi-square to notice.
 */
export function residualPattern({
  residuals,
  varied,
  what = 'Order of the residuals',
  change,
}: {
  /** In the order in which they were measured. */
  readonly residuals: readonly number[];
  readonly varied: readonly Varied[];
  readonly what?: string;
  readonly change: string;
}): Reason | undefined {
  if (residuals.length < minResiduals) return undefined;
  const found = [
    { why: 'Residuals of one sign follow each other.', deviations: Math.max(0, runsDeviation(residuals)) },
    ...varied.map(({ name, values }) => ({
      why: `The residuals follow ${name}.`,
      // Fisher's transformation; what was fitted has no correlation left.
      deviations:
        Math.abs(Math.atanh(Math.min(0.999999, Math.max(-0.999999, correlation(residuals, values))))) *
        Math.sqrt(residuals.length - 3),
    })),
  ].sort((a, b) => b.deviations - a.deviations);
  const [worst] = found;
  if (!worst || normalTail(worst.deviations) * found.length >= minPatternProbability) return undefined;
  return {
    kind: 'pattern',
    verdict: 'doubtful',
    what,
    number: worst.deviations,
    limit: maxPatternDeviations,
    unit: 'standard deviations from chance',
    why: `${worst.why} The model leaves something out.`,
    change,
  };
}
