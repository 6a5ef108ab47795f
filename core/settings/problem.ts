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
export const fault = (code: string, place: Place, message: string, hint: string): Problem => ({ severity: 'error', code: `settings/${code}`, message, hint, place });
/** Makes a warning of `settings/...`. */
export const warning = (code: string, place: Place, message: string, hint: string): Problem => ({ severity: 'warning', code: `settings/${code}`, message, hint, place });

/** Orders problems by their place in the file and leaves out exact repeats. */
export function sorted(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems
    .filter((each) => {
      const key = `${each.place.line}:${each.place.column}:${each.code}:${each.message}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
}

/** The known name that is nearest to a wrong one, or undefined when none is near enough to be meant. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || wrong.length > 200) return undefined;
  const lower = new Map(names.map((name) => [name.toLowerCase(), name]));
  const nearest = closest(wrong.toLowerCase(), [...lower.keys()]);
  return distance(wrong.toLowerCase(), nearest) <= Math.max(2, Math.ceil(wrong.length / 3)) ? lower.get(nearest) : undefined;
}

/** A settings file that cannot be used at all. */
export const unusable = (problem: Problem): EucentricError =>
  new EucentricError({ code: problem.code, message: problem.message, hint: problem.hint, place: problem.place });
