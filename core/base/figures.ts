import type { Matrix } from './vector';

const digits = 3;

/**
 * A number as people read it: three figures, the whole part never cut, no exponent where that can be avoided.
 *
 * @param decimals most decimals that make sense here, so that what is as good as zero reads as zero
 */
export function readable(number: number, decimals?: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'not known' : number > 0 ? 'beyond all limits' : 'none';
  if (decimals !== undefined && Math.abs(number) < 0.5 * 10 ** -decimals) return '0';
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return number.toExponential(1);
  const figures = size >= 100 ? Math.round(number) : Number(number.toPrecision(digits));
  // The sum takes the sign from a zero.
  return String((decimals === undefined ? figures : Number(figures.toFixed(decimals))) + 0);
}

/** A number with its standard error: two figures of the error decide those of the number. */
export function withError(value: number, standardError: number): string {
  if (!(standardError > 0) || !Number.isFinite(standardError)) return readable(value);
  const decimals = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(standardError))));
  return `${(Number(value.toFixed(decimals)) + 0).toFixed(decimals)} +- ${standardError.toFixed(decimals)}`;
}

/** A matrix row by row, with the standard errors of its elements where they are known. */
export const readableMatrix = (matrix: Matrix, standardErrors?: Matrix): string =>
  (['xpx', 'xpy', 'ypx', 'ypy'] as const)
    .map((name) => (standardErrors ? withError(matrix[name], standardErrors[name]) : readable(matrix[name], 4)))
    .join(', ');
