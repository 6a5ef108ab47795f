import { closest, distance } from 'fastest-levenshtein';
import { EucentricError, type Place } from '../base';

/** A mistake in a configuration or properties file. */
export interface Problem {
  /** An error makes the file unusable. A warning is used, but probably not as the site meant it. */
  readonly severity: 'error' | 'warning';
  /** Stable name, such as `settings/unknown-key`. */
  readonly code: string;
  /** Description of the problem. */
  readonly message: string;
  /** Remedy. */
  readonly hint: string;
  readonly place: Place;
}

/** Makes an error of `settings/...`. */
export const errorAt = (code: string, place: Place, message: string, hint: string): Problem => ({
  severity: 'error',
  code: `settings/${code}`,
  message,
  hint,
  place,
});
/** Makes a warning of `settings/...`. */
export const warningAt = (code: string, place: Place, message: string, hint: string): Problem => ({
  severity: 'warning',
  code: `settings/${code}`,
  message,
  hint,
  place,
});

/** Limit of the problems listed for one file. A file with more is probably not a settings file. */
export const MAX_PROBLEMS = 1000;

/** Sorts problems by their place in the file, removes exact repeats, and ends a long list early. */
export function sorted(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  const ordered = problems
    .filter((each) => {
      const key = `${each.place.line}:${each.place.column}:${each.code}:${each.message}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  const others = ordered.slice(MAX_PROBLEMS);
  if (others.length === 0) return ordered;
  const severity = others.some((each) => each.severity === 'error') ? 'error' : 'warning';
  const last = errorAt(
    'too-many-problems',
    others[0]!.place,
    `${others.length} more problems follow; they are not listed.`,
    'Check that this is the right file, or correct those above first.',
  );
  return [...ordered.slice(0, MAX_PROBLEMS), { ...last, severity }];
}

/** The known name that is most similar to a wrong one; undefined when none is similar. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || wrong.length > 200) return undefined;
  const farthest = Math.max(2, Math.ceil(wrong.length / 3));
  const near = names.filter((name) => Math.abs(name.length - wrong.length) <= farthest);
  if (near.length === 0) return undefined;
  const lower = new Map(near.map((name) => [name.toLowerCase(), name]));
  const nearest = closest(wrong.toLowerCase(), [...lower.keys()]);
  return distance(wrong.toLowerCase(), nearest) <= farthest ? lower.get(nearest) : undefined;
}

/** The error for a settings file that is not usable. */
export const unusable = (problem: Problem): EucentricError =>
  new EucentricError({ code: problem.code, message: problem.message, hint: problem.hint, place: problem.place });
