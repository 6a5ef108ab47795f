import { badArgument, tooFewPoints } from '../errors';
import { median } from '../statistics/order-statistics';
import { leastSquares, type LinearFit, requireRectangular } from './least-squares';

/** Result of a robust linear fit. */
export interface RobustFit extends LinearFit {
  /** Final weight of each point, 0 (ignored) to 1 (fully used). */
  readonly weights: readonly number[];
  /** Robust standard deviation of the residuals (from their median absolute value). */
  readonly scale: number;
  readonly iterations: number;
}

/** Options of a robust fit. */
export interface RobustOptions {
  /** `tukey` (default) ignores outliers completely; `huber` limits their influence. */
  readonly weighting?: 'tukey' | 'huber';
  /** Tuning constant in standard deviations; default 4.685 (tukey) or 1.345 (huber), both 95 % efficient for normal errors. */
  readonly tuning?: number;
  /** Default 100. */
  readonly maxIterations?: number;
}

/** Factor from the median absolute value of normal residuals to their standard deviation. */
const normalConsistency = 1.482602218505602;
/** A fit has settled when no residual moves by more than this share of the scale. The start needs less precision. */
const settledStep = 1e-7;
const settledStart = 1e-2;
/** Huber's weights with this constant nearly minimize the sum of absolute residuals. */
const startTuning = 0.2;

interface Influence {
  /** Weight of a residual u given in units of the tuned scale. */
  readonly weight: (u: number) => number;
  /** Derivative of u * weight(u). */
  readonly slope: (u: number) => number;
}

const influences: Readonly<Record<'tukey' | 'huber', Influence>> = {
  tukey: {
    weight: (u) => (Math.abs(u) < 1 ? (1 - u * u) ** 2 : 0),
    slope: (u) => (Math.abs(u) < 1 ? (1 - u * u) * (1 - 5 * u * u) : 0),
  },
  huber: {
    weight: (u) => (Math.abs(u) <= 1 ? 1 : 1 / Math.abs(u)),
    slope: (u) => (Math.abs(u) <= 1 ? 1 : 0),
  },
};

/**
 * Robust linear regression: as `leastSquares`, but points that do not fit the rest lose weight.
 *
 * An M-estimate by iteratively reweighted least squares: first with Huber's weights, then, if asked for, with Tukey's
 * biweight from there. It resists outlying observations, not outlying rows (leverage). The standard errors are the
 * asymptotic ones with Huber's correction for few points: K^2 * [sum psi^2 / (n - p)] / [mean psi']^2 * (X^T X)^-1 with
 * K = 1 + p/n * var(psi') / mean(psi')^2. Source: P. J. Huber, Robust Statistics (1981), section 7.6; weights after P.
 * W. Holland and R. E. Welsch, Communications in Statistics A6 (1977) 813-827. When more than half of the points fit
 * exactly, these alone determine the result and the standard errors are 0. When hardly any points determine the fit,
 * the errors are those of all points with full weight.
 *
 * @throws ImagingError as `leastSquares`, 'imaging/too-few-points' also when too few points keep their weight
 */
export function robustLeastSquares(
  rows: readonly ArrayLike<number>[],
  observed: ArrayLike<number>,
  options: RobustOptions = {},
): RobustFit {
  const where = 'robustLeastSquares';
  const { weighting = 'tukey', tuning = weighting === 'tukey' ? 4.685 : 1.345, maxIterations = 100 } = options;
  if (!(tuning > 0)) throw badArgument(where, `a tuning constant of ${tuning} cannot be`);
  if (!(maxIterations >= 1)) throw badArgument(where, `${maxIterations} iterations cannot be`);
  const count = requireRectangular(rows, observed, where);

  const plain = leastSquares(rows, observed);
  // A start close to the least absolute deviations keeps the biweight, which has several minima, out of the wrong one.
  const start = iterate(
    { rows, observed, influence: influences.huber, tuning: startTuning, tolerance: settledStart, maxIterations },
    plain,
    count,
  );
  const influence = influences[weighting];
  const state = iterate({ rows, observed, influence, tuning, tolerance: settledStep, maxIterations }, start.fit, count);
  return summarize(rows, { ...state, iterations: start.iterations + state.iterations }, influence, tuning, count);
}

interface Reweighting {
  readonly rows: readonly ArrayLike<number>[];
  readonly observed: ArrayLike<number>;
  readonly influence: Influence;
  readonly tuning: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

interface State {
  readonly fit: LinearFit;
  readonly weights: readonly number[];
  readonly scale: number;
  readonly iterations: number;
}

function iterate(problem: Reweighting, start: LinearFit, unknowns: number): State {
  const { rows, observed, influence, tuning, tolerance, maxIterations } = problem;
  const floor = roundingFloor(observed);
  let fit = start;
  for (let iteration = 1; ; iteration++) {
    const scale = residualScale(fit.residuals, unknowns);
    const limit = scale > floor ? tuning * scale : floor;
    const weights = fit.residuals.map((residual) => influence.weight(residual / limit));
    const used = weights.filter((weight) => weight > 0).length;
    if (used < unknowns) throw tooFewPoints('robustLeastSquares', used, unknowns);
    const next = leastSquares(rows, observed, { weights });
    const before = fit.residuals;
    const moved = next.residuals.reduce(
      (most, residual, point) => Math.max(most, Math.abs(residual - (before[point] as number))),
      0,
    );
    fit = next;
    // Creeping between two equally good sets of weights until the last iteration is harmless: it stays within the error
    // of the fit.
    if (moved <= tolerance * scale || scale <= floor || iteration >= maxIterations) {
      return { fit, weights, scale: scale > floor ? scale : 0, iterations: iteration };
    }
  }
}

/**
 * The median absolute residual as a standard deviation. It leaves out the smallest residuals, which the unknowns have
 * made zero.
 */
function residualScale(residuals: readonly number[], unknowns: number): number {
  const sizes = residuals.map(Math.abs).sort((one, other) => one - other);
  const kept = sizes.length > 2 * unknowns ? sizes.slice(unknowns) : sizes;
  return normalConsistency * median(kept);
}

/** Residuals below this are rounding, not scatter. */
function roundingFloor(observed: ArrayLike<number>): number {
  let largest = 0;
  for (let point = 0; point < observed.length; point++)
    largest = Math.max(largest, Math.abs(observed[point] as number));
  return Math.max(largest * 1e-12, Number.MIN_VALUE * 1e16);
}

function summarize(
  rows: readonly ArrayLike<number>[],
  state: State,
  influence: Influence,
  tuning: number,
  unknowns: number,
): RobustFit {
  const { fit, weights, scale, iterations } = state;
  const degreesOfFreedom = rows.length - unknowns;
  const limit = tuning * scale;
  const common = { parameters: fit.parameters, residuals: fit.residuals, weights, scale, iterations, degreesOfFreedom };
  const unit = unitCovariance(rows);
  if (!(limit > 0)) {
    return {
      ...common,
      deviation: 0,
      covariance: unit.map((row) => row.map(() => 0)),
      standardErrors: unit.map(() => 0),
    };
  }
  const deviation = degreesOfFreedom > 0 ? asymptoticDeviation(fit.residuals, influence, limit, unknowns) : NaN;
  const covariance = unit.map((row) => row.map((value) => value * deviation ** 2));
  return {
    ...common,
    deviation,
    covariance,
    standardErrors: covariance.map((row, index) => Math.sqrt(row[index] as number)),
  };
}

/** Below this mean slope the points hardly determine the fit, and its asymptotic error has no meaning. */
const smallestMeanSlope = 0.1;

/** Standard deviation of the residuals in the sense of the asymptotic errors. */
function asymptoticDeviation(
  residuals: readonly number[],
  influence: Influence,
  limit: number,
  unknowns: number,
): number {
  const points = residuals.length;
  const slopes = residuals.map((residual) => influence.slope(residual / limit));
  const meanSlope = slopes.reduce((sum, slope) => sum + slope, 0) / points;
  if (meanSlope < smallestMeanSlope)
    return Math.sqrt(residuals.reduce((sum, residual) => sum + residual ** 2, 0) / (points - unknowns));
  const slopeVariance = slopes.reduce((sum, slope) => sum + (slope - meanSlope) ** 2, 0) / points;
  const correction = 1 + ((unknowns / points) * slopeVariance) / meanSlope ** 2;
  const psiSquare = residuals.reduce((sum, residual) => sum + (residual * influence.weight(residual / limit)) ** 2, 0);
  return (correction * Math.sqrt(psiSquare / (points - unknowns))) / meanSlope;
}

/** (X^T X)^-1, from a fit with unit variance. */
function unitCovariance(rows: readonly ArrayLike<number>[]): readonly (readonly number[])[] {
  return leastSquares(rows, new Float64Array(rows.length), { variance: 1 }).covariance;
}
