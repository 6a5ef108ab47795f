import { EucentricError, readable } from '../base';

/** Judgement of a result in one word. A refused result is never stored. */
export type Verdict = 'good' | 'doubtful' | 'refused';

/** Kind of evidence against a result. */
export type ReasonKind =
  'disagreement' | 'rival' | 'edge' | 'misfit' | 'pattern' | 'implausible' | 'uncertain' | 'not fresh' | 'weak signal';

/** Reason why a result is not good, with its number and the limit of that number. */
export interface Reason {
  readonly kind: ReasonKind;
  readonly verdict: Exclude<Verdict, 'good'>;
  /** Name of the number, as at the start of a sentence: `Range of repeated shifts`. */
  readonly what: string;
  readonly number: number;
  readonly limit: number;
  /** Such as `%`; empty for a bare number. */
  readonly unit: string;
  /** Meaning of it, in one sentence. */
  readonly why: string;
  /** Next step for the operator, in one sentence. */
  readonly change: string;
}

/** Verdict on a result with all its reasons, the worst first; a good result has none. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/** A piece of evidence: nothing, when it speaks for the result. */
export type Evidence = Reason | undefined | readonly (Reason | undefined)[];

/** Judges a result by its evidence: the worst reason gives the verdict. */
export function judge(...evidence: readonly Evidence[]): Judgement {
  const found = evidence.flat().filter((each) => each !== undefined);
  const refusals = found.filter(({ verdict }) => verdict === 'refused');
  const doubts = found.filter(({ verdict }) => verdict === 'doubtful');
  return {
    verdict: refusals.length > 0 ? 'refused' : doubts.length > 0 ? 'doubtful' : 'good',
    reasons: [...refusals, ...doubts],
  };
}

/** Evidence by a number with up to two limits; undefined while the number keeps within both. A number that is not known is refused. */
export function aboveLimit({
  number,
  doubtfulAbove,
  refusedAbove,
  ...rest
}: Omit<Reason, 'verdict' | 'limit'> & {
  readonly doubtfulAbove?: number;
  readonly refusedAbove?: number;
}): Reason | undefined {
  const [doubtful, refused] = [doubtfulAbove ?? Infinity, refusedAbove ?? Infinity];
  if (Number.isNaN(number) || number > refused)
    return { ...rest, number, verdict: 'refused', limit: Number.isFinite(refused) ? refused : doubtful };
  return number > doubtful ? { ...rest, number, verdict: 'doubtful', limit: doubtful } : undefined;
}

/** Evidence by a number that should not be too small, as `aboveLimit`. */
export function belowLimit({
  number,
  doubtfulBelow,
  refusedBelow,
  ...rest
}: Omit<Reason, 'verdict' | 'limit'> & {
  readonly doubtfulBelow?: number;
  readonly refusedBelow?: number;
}): Reason | undefined {
  const mirrored = aboveLimit({
    ...rest,
    number: -number,
    ...(doubtfulBelow !== undefined && { doubtfulAbove: -doubtfulBelow }),
    ...(refusedBelow !== undefined && { refusedAbove: -refusedBelow }),
  });
  return mirrored && { ...mirrored, number, limit: -mirrored.limit };
}

const withUnit = (number: number, unit: string): string =>
  unit === '' || !Number.isFinite(number) ? readable(number) : `${readable(number)} ${unit}`;

/** A reason in sentences: number and limit, meaning, next step. */
export const describeReason = ({ what, number, limit, unit, why, change }: Reason): string =>
  `${what}: ${withUnit(number, unit)}, limit ${withUnit(limit, unit)}. ${why} ${change}`;

/** The error of a refused result; it carries the reasons. */
export class RefusedError extends EucentricError {
  readonly reasons: readonly Reason[];

  /** @param code a stable code of the item, where it has one for this */
  constructor({ reasons }: Pick<Judgement, 'reasons'>, code = 'run/refused') {
    const refusals = reasons.filter(({ verdict }) => verdict === 'refused');
    const said = refusals.map(
      ({ what, number, limit, unit, why }) =>
        `${what}: ${withUnit(number, unit)}, limit ${withUnit(limit, unit)}. ${why}`,
    );
    const steps = [...new Set(refusals.map(({ change }) => change))];
    super({
      code,
      message: `The result was refused and nothing was stored. ${said.join(' ')}`,
      hint: `${steps.join(' ')} The earlier calibration, if there was one, is still in use.`,
    });
    this.name = 'RefusedError';
    this.reasons = reasons;
  }
}

/** Throws `RefusedError` for a refused result. The runner does so too, before it stores anything. */
export function requireNotRefused(judgement: Judgement, code?: string): void {
  if (judgement.verdict === 'refused') throw new RefusedError(judgement, code);
}
