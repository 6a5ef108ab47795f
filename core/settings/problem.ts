import { closest, distance } from 'fastest-levenshtein';
import { EucentricError, type Place } from '../base';

/** Something wrong in a configuration or properties file. */
export interface Problem {
  /** An error keeps the file from being used; a warning is read, but probably not as it was meant. */
  readonly severity: 'error' | 'warning';
  /** Stable name, such as `settings/unknown-key`. */
  readonly code: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly place: Place;
}

/** Makes an error of `settings/...`. */
export const fault = (code: string, place: Place, message: string, hint: string): Problem => ({
  severity: 'error',
  code: `settings/${code}`,
  message,
  hint,
  place,
});
/** Makes a warning of `settings/...`. */
export const warning = (code: string, place: Place, message: string, hint: string): Problem => ({
  severity: 'warning',
  code: `settings/${code}`,
  message,
  hint,
  place,
});

/** So many problems of a file are told; a file with more is not what it should be. */
export const MOST_PROBLEMS = 1000;

/** Orders problems by their place in the file, leaves out exact repeats, and cuts a list that nobody would read to its end. */
export function sorted(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  const ordered = problems
    .filter((each) => {
      const key = `${each.place.line}:${each.place.column}:${each.code}:${each.message}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  const untold = ordered.slice(MOST_PROBLEMS);
  if (untold.length === 0) return ordered;
  const severity = untold.some((each) => each.severity === 'error') ? 'error' : 'warning';
  const last = fault(
    'too-many-problems',
    untold[0]!.place,
    `From here on ${untold.length} more problems are not told.`,
    'Check that this is the right file, or correct those above first.',
  );
  return [...ordered.slice(0, MOST_PROBLEMS), { ...last, severity }];
}

/** The known name that is nearest to a wrong one, or undefined when none is near enough to be meant. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || wrong.length > 200) return undefined;
  const farthest = Math.max(2, Math.ceil(wrong.length / 3));
  const near = names.filter((name) => Math.abs(name.length - wrong.length) <= farthest);
  if (near.length === 0) return undefined;
  const lower = new Map(near.map((name) => [name.toLowerCase(), name]));
  const nearest = closest(wrong.toLowerCase(), [...lower.keys()]);
  return distance(wrong.toLowerCase(), nearest) <= farthest ? lower.get(nearest) : undefined;
}

/** A settings file that cannot be used at all. */
export const unusable = (problem: Problem): EucentricError =>
  new EucentricError({ code: problem.code, message: problem.message, hint: problem.hint, place: problem.place });
