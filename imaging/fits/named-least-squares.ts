import { badArgument, shapeMismatch } from '../errors';
import { leastSquares, type LeastSquaresOptions, type LinearFit } from './least-squares';
import { robustLeastSquares, type RobustFit, type RobustOptions } from './robust-least-squares';

/** A fit whose unknowns have names. */
export interface NamedFit<Name extends string, Fit extends LinearFit = LinearFit> {
  readonly values: Readonly<Record<Name, number>>;
  readonly standardErrors: Readonly<Record<Name, number>>;
  /** The fit in the order of the columns, with covariance and residuals. */
  readonly fit: Fit;
}

/**
 * The general linear model with named columns: `observed = sum over names of values[name] * columns[name]`.
 *
 * A constant term is a column of ones. With `robust`, points that do not fit the rest lose weight.
 *
 * @param columns one array per name, each with one number per point
 * @throws ImagingError as `leastSquares`, 'imaging/bad-argument' when there are no columns
 */
export function namedLeastSquares<Name extends string>(
  columns: Readonly<Record<Name, ArrayLike<number>>>,
  observed: ArrayLike<number>,
  options: LeastSquaresOptions & { readonly robust?: RobustOptions } = {},
): NamedFit<Name, LinearFit | RobustFit> {
  const names = Object.keys(columns) as Name[];
  if (names.length === 0) throw badArgument('namedLeastSquares', 'there are no columns');
  if (options.robust && options.weights)
    throw badArgument('namedLeastSquares', 'a robust fit makes its own weights', 'Hand in either weights or robust.');
  for (const name of names) {
    if (columns[name].length !== observed.length)
      throw shapeMismatch(`namedLeastSquares, column '${name}'`, [observed.length], [columns[name].length]);
  }
  const rows = Array.from({ length: observed.length }, (_, point) =>
    names.map((name) => columns[name][point] as number),
  );
  const fit = options.robust
    ? robustLeastSquares(rows, observed, options.robust)
    : leastSquares(rows, observed, options);
  return { values: named(names, fit.parameters), standardErrors: named(names, fit.standardErrors), fit };
}

function named<Name extends string>(names: readonly Name[], numbers: readonly number[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, numbers[index] as number])) as Record<Name, number>;
}
