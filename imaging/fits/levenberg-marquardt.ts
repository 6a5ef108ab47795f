import { levenbergMarquardt as minimize } from 'ml-levenberg-marquardt';
import { Matrix as Numbers } from 'ml-matrix';
import { badArgument, noConvergence, notFinite, shapeMismatch, singularFit, tooFewPoints } from '../errors';
import { requireFinite } from '../image';
import { leastSquares, type LinearFit } from './least-squares';

/** A curve or surface with unknowns: for values of the unknowns, it returns the function of a point. */
export type Model<Point> = (parameters: readonly number[]) => (point: Point) => number;

/** Options of a nonlinear fit. */
export interface NonlinearOptions {
  /** Proportional to 1 / variance of each point; default all 1. */
  readonly weights?: ArrayLike<number>;
  /** The known variance of an observation of weight 1; default: estimated from the residuals. */
  readonly variance?: number;
  /** Lowest and highest value of each unknown; default no limits. */
  readonly lowest?: readonly number[];
  readonly highest?: readonly number[];
  /** Size of each unknown, for the steps of the derivatives; default the magnitude of the start, or 1 where that is 0. */
  readonly sizes?: readonly number[];
  /** The fit has settled when the sum of squares falls by less than this share; default 1e-10. */
  readonly tolerance?: number;
  /** Default 200. */
  readonly maxIterations?: number;
}

/** Result of a nonlinear fit; the errors are those of the model linearized at the solution. */
export interface NonlinearFit extends LinearFit {
  readonly iterations: number;
}

/** Steps of the library per round. The next round starts from the best point so far, with a new scaling. */
const iterationsPerRound = 8;
/** Step of an unknown for a central difference, as a share of its size: the cube root of the machine precision. */
const differenceStep = 6e-6;
/** Damping of the rounds without gain; when the heaviest one brings no gain, the fit is at its end. */
const dampings = [1e-3, 1, 1e3];

/** A sum of squares below this share of that of the data is rounding. */
const exactShare = 1e-18;
/** An unknown has settled below this cosine between the residuals and its own effect. */
const largestCosine = 1e-3;

/**
 * Fits a nonlinear model by the method of Levenberg and Marquardt.
 *
 * The steps are those of ml-levenberg-marquardt, made in unknowns scaled to equal influence (Marquardt, SIAM Journal on
 * Applied Mathematics 11 (1963) 431-441) and repeated from the best point until the sum of squares settles. Covariance
 * and standard errors come from the Jacobian at the solution as for a linear fit; an unknown that ended at a limit
 * makes them nominal.
 *
 * @param points arguments of the model: numbers, vectors or anything else
 * @param observed one number per point
 * @param start one value per unknown
 * @throws ImagingError 'imaging/no-convergence', 'imaging/too-few-points', 'imaging/singular-fit' when an unknown has
 * no influence, 'imaging/not-finite' for data or a model at the start that is not finite, 'imaging/shape-mismatch',
 * 'imaging/bad-argument'
 */
export function fitModel<Point>(
  points: readonly Point[],
  observed: ArrayLike<number>,
  model: Model<Point>,
  start: readonly number[],
  options: NonlinearOptions = {},
): NonlinearFit {
  const where = 'fitModel';
  const { maxIterations = 200, tolerance = 1e-10 } = options;
  checkArguments(points, observed, start, options);
  const roots = Float64Array.from(points, (_, point) =>
    Math.sqrt(options.weights ? (options.weights[point] as number) : 1),
  );
  const lowest = options.lowest ?? start.map(() => -Number.MAX_VALUE);
  const highest = options.highest ?? start.map(() => Number.MAX_VALUE);
  const problem: Problem<Point> = {
    points,
    observed,
    roots,
    model,
    sizes: sizesOf(start, options.sizes),
    lowest,
    highest,
  };

  let best = start.map((value, unknown) =>
    Math.min(highest[unknown] as number, Math.max(lowest[unknown] as number, value)),
  );
  let error = chiSquare(problem, best);
  if (!Number.isFinite(error)) throw notFinite(where, 'the model is not finite at the start');
  let iterations = 0;
  let gainless = 0;
  while (gainless < dampings.length) {
    if (iterations >= maxIterations) throw noConvergence(where, iterations);
    const allowed = Math.min(iterationsPerRound, maxIterations - iterations);
    const found = round(problem, best, error, { damping: dampings[gainless] as number, iterations: allowed });
    iterations += allowed;
    const foundError = found ? chiSquare(problem, found) : NaN;
    const gain = error - foundError;
    if (found && gain > 0) {
      best = found;
      error = foundError;
    }
    gainless = gain > tolerance * error ? 0 : gainless + 1;
    if (error === 0) break;
  }
  if (!atMinimum(problem, best, error)) throw noConvergence(where, iterations);
  return { ...linearAt(problem, best, options), iterations };
}

interface Problem<Point> {
  readonly points: readonly Point[];
  readonly observed: ArrayLike<number>;
  /** Square roots of the weights. */
  readonly roots: Float64Array;
  readonly model: Model<Point>;
  readonly sizes: readonly number[];
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
}

/**
 * A few steps of the library from `from`, in unknowns that all have a Jacobian column of unit length; undefined when
 * the library fails.
 */
function round<Point>(
  problem: Problem<Point>,
  from: readonly number[],
  error: number,
  effort: { damping: number; iterations: number },
): number[] | undefined {
  const { points, observed, roots, model, sizes } = problem;
  const rows = jacobian(problem, from);
  const free = freeUnknowns(problem, from, rows);
  const norm = Math.sqrt(error) || 1;
  const scales = free.map(
    (unknown) => norm / Math.sqrt(rows.reduce((sum, row) => sum + (row[unknown] as number) ** 2, 0)),
  );
  if (scales.some((scale) => !Number.isFinite(scale)))
    throw singularFit('fitModel', 'an unknown has no influence on the model at this place');
  if (free.length === 0) return undefined;
  const unscale = (scaled: readonly number[]): number[] => {
    const values = [...from];
    free.forEach(
      (unknown, index) =>
        (values[unknown] = (from[unknown] as number) + (scaled[index] as number) * (scales[index] as number)),
    );
    return values;
  };
  const scaledLimits = (limits: readonly number[]): number[] =>
    free.map((unknown, index) => ((limits[unknown] as number) - (from[unknown] as number)) / (scales[index] as number));
  const used = points.map((_, point) => point).filter((point) => (roots[point] as number) > 0);
  try {
    const { parameterValues } = minimize(
      // Residuals are scaled to a sum of squares of 1, so that the damping has the same effect for all data.
      { x: used, y: used.map((point) => ((observed[point] as number) * (roots[point] as number)) / norm) },
      (scaled: readonly number[]) => {
        const evaluate = model(unscale(scaled));
        return (point: number) => (evaluate(points[point] as Point) * (roots[point] as number)) / norm;
      },
      {
        initialValues: free.map(() => 0),
        damping: effort.damping,
        centralDifference: true,
        gradientDifference: free.map(
          (unknown, index) => (differenceStep * (sizes[unknown] as number)) / (scales[index] as number),
        ),
        maxIterations: effort.iterations,
        errorTolerance: Number.MIN_VALUE,
        minValues: scaledLimits(problem.lowest),
        maxValues: scaledLimits(problem.highest),
      },
    );
    const found = unscale(parameterValues);
    return found.every(Number.isFinite) ? found : undefined;
  } catch (cause) {
    // The library inverts a matrix that can be singular far from the solution. Heavier damping avoids that.
    if (cause instanceof Error && /singular/i.test(cause.message)) return undefined;
    throw cause;
  }
}

/** All unknowns except those that are at a limit and would be better beyond it. */
function freeUnknowns<Point>(
  problem: Problem<Point>,
  at: readonly number[],
  rows: readonly (readonly number[])[],
): number[] {
  const { lowest, highest } = problem;
  const residuals = weightedResiduals(problem, at);
  return at
    .map((_, unknown) => unknown)
    .filter((unknown) => {
      const value = at[unknown] as number;
      const pull = rows.reduce((sum, row, point) => sum + (row[unknown] as number) * (residuals[point] as number), 0);
      return (
        !(value <= (lowest[unknown] as number) && pull < 0) && !(value >= (highest[unknown] as number) && pull > 0)
      );
    });
}

/**
 * True when the residuals are at right angles to the effect of every free unknown, so that steps without gain mean the
 * end.
 */
function atMinimum<Point>(problem: Problem<Point>, at: readonly number[], error: number): boolean {
  const { observed, roots } = problem;
  const total = roots.reduce((sum, root, point) => sum + (root * (observed[point] as number)) ** 2, 0);
  if (error <= exactShare * total) return true;
  const rows = jacobian(problem, at);
  const residuals = weightedResiduals(problem, at);
  return freeUnknowns(problem, at, rows).every((unknown) => {
    let pull = 0;
    let square = 0;
    rows.forEach((row, point) => {
      pull += (row[unknown] as number) * (residuals[point] as number);
      square += (row[unknown] as number) ** 2;
    });
    return Math.abs(pull) <= largestCosine * Math.sqrt(square * error);
  });
}

function weightedResiduals<Point>({ points, observed, roots, model }: Problem<Point>, at: readonly number[]): number[] {
  const evaluate = model(at);
  return points.map((point, index) => ((observed[index] as number) - evaluate(point)) * (roots[index] as number));
}

/** The linear fit about the solution gives the errors; its own tiny step is not taken. */
function linearAt<Point>(problem: Problem<Point>, solution: readonly number[], options: NonlinearOptions): LinearFit {
  const { points, observed, model, roots } = problem;
  const evaluate = model(solution);
  const residuals = points.map((point, index) => (observed[index] as number) - evaluate(point));
  const rows = jacobian(problem, solution);
  const weighted = weightedResiduals(problem, solution);
  const used = rows.map((_, point) => point).filter((point) => (roots[point] as number) > 0);
  const linear = leastSquares(
    used.map((point) => rows[point] as number[]),
    used.map((point) => weighted[point] as number),
    options.variance === undefined ? {} : { variance: options.variance },
  );
  return { ...linear, parameters: [...solution], residuals };
}

/** Derivatives of the weighted model, one row per point. */
function jacobian<Point>(problem: Problem<Point>, at: readonly number[]): number[][] {
  const { points, model, roots, sizes } = problem;
  const rows = Numbers.zeros(points.length, at.length);
  at.forEach((value, unknown) => {
    const step = differenceStep * (sizes[unknown] as number);
    const shifted = (by: number): ((point: Point) => number) =>
      model(at.map((other, index) => (index === unknown ? value + by : other)));
    const above = shifted(step);
    const below = shifted(-step);
    points.forEach((point, index) =>
      rows.set(index, unknown, ((above(point) - below(point)) / (2 * step)) * (roots[index] as number)),
    );
  });
  return rows.to2DArray();
}

function chiSquare<Point>({ points, observed, roots, model }: Problem<Point>, parameters: readonly number[]): number {
  const evaluate = model(parameters);
  return points.reduce(
    (sum, point, index) => sum + (((observed[index] as number) - evaluate(point)) * (roots[index] as number)) ** 2,
    0,
  );
}

function checkArguments<Point>(
  points: readonly Point[],
  observed: ArrayLike<number>,
  start: readonly number[],
  options: NonlinearOptions,
): void {
  const where = 'fitModel';
  if (start.length === 0) throw badArgument(where, 'there is nothing to fit: no unknown has a start');
  if (points.length !== observed.length) throw shapeMismatch(where, [points.length], [observed.length]);
  requireFinite(observed, where, 'the observations hold NaN or infinite numbers');
  requireFinite(start, where, 'the start holds NaN or infinite numbers');
  const { weights } = options;
  if (weights) {
    if (weights.length !== points.length) throw shapeMismatch(where, [points.length], [weights.length]);
    requireFinite(weights, where, 'the weights hold NaN or infinite numbers');
    if (Array.from(weights).some((weight) => weight < 0)) throw badArgument(where, 'a weight is negative');
  }
  const used = weights ? Array.from(weights).filter((weight) => weight > 0).length : points.length;
  if (used < Math.max(2, start.length)) throw tooFewPoints(where, used, Math.max(2, start.length));
  for (const limits of [options.lowest, options.highest, options.sizes]) {
    if (limits && limits.length !== start.length) throw shapeMismatch(where, [start.length], [limits.length]);
  }
}

function sizesOf(start: readonly number[], sizes: readonly number[] | undefined): number[] {
  return start.map((value, unknown) => sizes?.[unknown] ?? (Math.abs(value) || 1));
}
