import type { Figure, Measured } from './table';

type Goal = Pick<Figure, 'atLeast' | 'atMost' | 'unit' | 'decimals'>;

const list = (value: number | readonly number[] | undefined): readonly number[] =>
  value === undefined ? [] : typeof value === 'number' ? [value] : value;

/** All components of an error over all seeds. Seeds that ended without a result have none. */
export const errorsNamed = (measured: readonly Measured[], name: string): readonly number[] =>
  measured.flatMap(({ errors }) => list(errors[name]));

/** Root of the mean square. */
export const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** Largest error by name, without its sign. */
export const largest = (measured: readonly Measured[], error: string, goal: Goal = {}): Figure => ({
  name: 'at most',
  value: Math.max(...errorsNamed(measured, error).map(Math.abs)),
  ...goal,
});

/** Mean error by name, without its sign. */
export function meanError(measured: readonly Measured[], error: string, goal: Goal = {}): Figure {
  const errors = errorsNamed(measured, error).map(Math.abs);
  return { name: 'mean', value: errors.reduce((sum, each) => sum + each, 0) / errors.length, ...goal };
}

/** Root of the mean square of an error. */
export const rmsOfError = (measured: readonly Measured[], error: string, goal: Goal = {}): Figure => ({
  name: 'rms error',
  value: rms(errorsNamed(measured, error)),
  ...goal,
});
/** Root of the mean square of a stated standard error. */
export const rmsStated = (measured: readonly Measured[], error: string, goal: Goal = {}): Figure => ({
  name: 'stated',
  value: rms(measured.flatMap(({ stated = {} }) => list(stated[error]))),
  ...goal,
});

/** Largest error in units of its stated standard error. */
export const largestNormalized = (measured: readonly Measured[], goal: Goal = {}): Figure => ({
  name: 'at most',
  value: Math.max(...normalizedErrors(measured).map(Math.abs)),
  unit: 'standard errors',
  decimals: 1,
  ...goal,
});

/** Errors over the stated standard errors, of the names that have both. */
export function normalizedErrors(measured: readonly Measured[], names?: readonly string[]): readonly number[] {
  return measured.flatMap(({ errors, stated = {} }) =>
    (names ?? Object.keys(stated)).flatMap((name) => {
      const claims = list(stated[name]);
      return list(errors[name]).map((error, at) => error / claims[at]!);
    }),
  );
}

/** Figures of the honesty of stated standard errors: share of the components within two of them, and root mean square of error over standard error. */
export function honesty(
  measured: readonly Measured[],
  {
    names,
    of = 'components',
    share = {},
    ratio = {},
  }: { readonly names?: readonly string[]; readonly of?: string; readonly share?: Goal; readonly ratio?: Goal } = {},
): readonly Figure[] {
  const z = normalizedErrors(measured, names);
  return [
    {
      name: '',
      value: (100 * z.filter((each) => Math.abs(each) <= 2).length) / z.length,
      unit: `% of ${z.length} ${of} within two standard errors`,
      decimals: 1,
      ...share,
    },
    { name: 'rms of error over standard error', value: rms(z), decimals: 2, ...ratio },
  ];
}

/** Number of seeds that ended with each verdict, the most frequent first. */
export function verdictCounts(measured: readonly Measured[]): readonly Figure[] {
  const counts = new Map<string, number>();
  for (const { verdict } of measured) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([verdict, value]) => ({ name: `${verdict}:`, value, decimals: 0 }));
}

/** Share of the seeds whose result is called good. */
export const goodShare = (measured: readonly Measured[], goal: Goal = {}): Figure => ({
  name: 'called good:',
  value: (100 * measured.filter(({ verdict }) => verdict === 'good').length) / measured.length,
  unit: '%',
  decimals: 1,
  ...goal,
});
