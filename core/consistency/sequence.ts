import { type Apart, type Site, centre, robustDeviation } from './sites';

/** A place with the number that is compared with its neighbours. */
export interface Step {
  readonly site: Site;
  readonly value: number;
}
/** A place that stands out from its neighbours. */
export interface Outlier extends Step {
  readonly expected: number;
  readonly difference: number;
}
/** A place from which on the numbers are different. */
export interface Jump {
  readonly below: Site;
  readonly above: Site;
  readonly before: number;
  readonly after: number;
  readonly difference: number;
}

const reach = 3;
/** Degrees from which on the two ways round are about equally long; no logarithm of a ratio comes near it. */
const halfTurn = 90;

/** Deviation of each place from its neighbours, three on either side. */
export function residuals(steps: readonly Step[], apart: Apart): readonly Outlier[] {
  return steps.map((step, at) => {
    const around = [...steps.slice(Math.max(0, at - reach), at), ...steps.slice(at + 1, at + 1 + reach)].map(
      ({ value }) => value,
    );
    const expected = centre(around, apart) ?? step.value;
    return { ...step, expected, difference: apart(step.value, expected) };
  });
}

/**
 * Finds single places that stand out in a run of magnifications, and places at which all numbers change. What counts grows with
 * how unsteady the run is by itself.
 */
export function judgeRun(
  steps: readonly Step[],
  apart: Apart,
  smallest: number,
): { readonly outliers: readonly Outlier[]; readonly jumps: readonly Jump[] } {
  if (steps.length < 3) return { outliers: [], jumps: [] };
  const around = residuals(steps, apart);
  const limit = Math.max(smallest, 4 * robustDeviation(around.map(({ difference }) => difference)));
  const outliers = around.filter(({ value, difference }, at) => {
    if (Math.abs(difference) <= limit) return false;
    const neighbours = [steps[at - 1], steps[at + 1]].flatMap((step) => step ?? []);
    // Of half a turn the sign says nothing.
    return neighbours.every((step) => {
      const away = apart(value, step.value);
      return Math.abs(away) > 0.6 * limit && (Math.sign(away) === Math.sign(difference) || Math.abs(away) > halfTurn);
    });
  });
  const kept = steps.filter((step) => !outliers.some(({ site }) => site === step.site));
  const jumps = kept.flatMap((step, at): Jump[] => {
    const [left, right] = [kept.slice(Math.max(0, at - reach), at), kept.slice(at, at + reach)].map((part) =>
      part.map(({ value }) => value),
    ) as [number[], number[]];
    if (left.length < 2 || right.length < 2) return [];
    const [before, after] = [centre(left, apart)!, centre(right, apart)!];
    const difference = apart(after, before);
    const steady = (part: readonly number[], middle: number): boolean =>
      part.every((value) => Math.abs(apart(value, middle)) < limit / 2);
    if (Math.abs(difference) <= limit || !steady(left, before) || !steady(right, after)) return [];
    return [{ below: kept[at - 1]!.site, above: step.site, before, after, difference }];
  });
  return { outliers, jumps };
}
