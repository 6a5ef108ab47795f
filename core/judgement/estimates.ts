import { withError } from '../base';
import { type Reason, aboveLimit } from './judgement';
import { errorGrowth } from './misfit';

/** A number with its standard error. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** Differences of two estimates in their common standard error above which they disagree. */
const disagreement = { doubtful: 3.5, refused: 6 };

/** Evidence by two ways to the same number: they must agree within their errors. */
export function agreement({
  what,
  one,
  other,
  unit,
  change,
}: {
  /** The number that both measure: `pixel size`. */
  readonly what: string;
  readonly one: Estimate & { readonly name: string };
  readonly other: Estimate & { readonly name: string };
  readonly unit: string;
  readonly change: string;
}): Reason | undefined {
  const error = Math.hypot(one.standardError, other.standardError);
  const said = ({ name, value, standardError }: Estimate & { readonly name: string }): string =>
    `${withError(value, standardError)}${unit === '' ? '' : ` ${unit}`} by ${name}`;
  return aboveLimit({
    kind: 'disagreement',
    what: `Difference of two measurements of the ${what}`,
    number: one.value === other.value ? 0 : Math.abs(one.value - other.value) / error,
    unit: 'standard errors',
    doubtfulAbove: disagreement.doubtful,
    refusedAbove: disagreement.refused,
    why: `It is ${said(one)}, and ${said(other)}.`,
    change,
  });
}

/** Height of the second-best answer, as a share of the best, above which the choice is doubtful; from the same height on it is a guess. */
const rivalHeight = { doubtful: 0.9, refused: 1 };

/** Evidence by the second-best answer, such as another peak of a correlation. */
export const rival = ({
  what,
  chosen,
  other,
  change,
}: {
  /** Such as `Peak of the correlation`. */
  readonly what: string;
  /** Heights, or any measure in which more is better. */
  readonly chosen: number;
  readonly other: number;
  readonly change: string;
}): Reason | undefined =>
  aboveLimit({
    kind: 'rival',
    what: `${what}: second best as a share of the one chosen`,
    number: chosen > 0 ? other / chosen : NaN,
    unit: '',
    doubtfulAbove: rivalHeight.doubtful,
    refusedAbove: rivalHeight.refused,
    why: 'Another answer fits as well as the one chosen.',
    change,
  });

/** Evidence by the window that was searched: an answer on its edge is not the best, only the last that was tried. */
export function edge({
  what,
  value,
  window: [from, to],
  resolution,
  unit,
  change,
}: {
  readonly what: string;
  readonly value: number;
  readonly window: readonly [from: number, to: number];
  /** Distance from the edge within which the answer is on it, such as the step of the search. */
  readonly resolution: number;
  readonly unit: string;
  readonly change: string;
}): Reason | undefined {
  const low = value - from <= to - value;
  const distance = low ? value - from : to - value;
  if (distance > resolution) return undefined;
  return {
    kind: 'edge',
    verdict: 'refused',
    what,
    number: value,
    limit: low ? from : to,
    unit,
    why: 'The answer is on the edge of what was searched, so the true one may lie beyond.',
    change,
  };
}

/** Evidence by freshness: after a correction only a fresh measurement shows that it succeeded. */
export const freshness = ({
  what,
  corrections,
  measuredSince,
  change,
}: {
  /** Such as `Corrections of the focus`. */
  readonly what: string;
  readonly corrections: number;
  /** True when it was measured again after the last correction. */
  readonly measuredSince: boolean;
  readonly change: string;
}): Reason | undefined =>
  aboveLimit({
    kind: 'not fresh',
    what: `${what} since the last measurement`,
    number: measuredSince ? 0 : corrections,
    unit: '',
    refusedAbove: 0,
    why: 'Nothing was measured after the last correction, so nobody knows whether it helped.',
    change,
  });

/** Mean of repeated estimates with an error that grows with their scatter. */
export interface CombinedEstimate extends Estimate {
  /** Standard deviation between the estimates beyond their own errors. */
  readonly between: number;
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
}

/**
 * Combines estimates of one number that may differ by more than their errors: a random-effects mean. The scatter beyond the errors becomes an
 * error of each, found by solving chi-square = degrees of freedom (R. C. Paule and J. Mandel, J. Res. NBS 87 (1982) 377). The error of the
 * mean is never below the one that the scatter alone gives by `errorGrowth`.
 */
export function combined(estimates: readonly Estimate[]): CombinedEstimate {
  const degreesOfFreedom = estimates.length - 1;
  const at = (between: number) => {
    const weights = estimates.map(({ standardError }) => 1 / (standardError ** 2 + between ** 2));
    const total = weights.reduce((sum, each) => sum + each, 0);
    const value = estimates.reduce((sum, each, index) => sum + weights[index]! * each.value, 0) / total;
    const chiSquare = estimates.reduce((sum, each, index) => sum + weights[index]! * (each.value - value) ** 2, 0);
    return { value, standardError: 1 / Math.sqrt(total), chiSquare };
  };
  const plain = at(0);
  let [low, high] = [0, Math.max(...estimates.map(({ value }) => Math.abs(value - plain.value)), 0) * 2];
  if (degreesOfFreedom < 1 || plain.chiSquare <= degreesOfFreedom) high = 0;
  for (let step = 0; step < 60 && high > 0; step++) {
    const middle = (low + high) / 2;
    if (at(middle).chiSquare > degreesOfFreedom) low = middle;
    else high = middle;
  }
  const { value, standardError } = at(high);
  const { chiSquare } = plain;
  const grown = plain.standardError * errorGrowth({ chiSquare, degreesOfFreedom });
  return {
    value,
    standardError: high > 0 ? Math.max(standardError, grown) : plain.standardError,
    between: high,
    chiSquare,
    degreesOfFreedom,
  };
}
