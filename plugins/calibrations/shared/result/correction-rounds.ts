import type { Operator } from '../../../../core/kernel';

/** Largest number of corrections. */
export const maxRounds = 3;
/** Share of what was there that may be left by a correction that works, where it is significant. */
const maxLeft = 0.6;

/** A quantity that a task brings to zero, as its measurements find it. */
interface Correction<Found> {
  /** Changes the column by what was found, and measures again. */
  readonly correct: (found: Found, round: number) => Promise<Found>;
  /** True where what was found stands out of its error, and is worth another correction. */
  readonly isSignificant: (found: Found) => boolean;
  readonly size: (found: Found) => number;
  /** Size below which nothing is compared. */
  readonly minSize?: number;
  /** Sentence part with the measured value, its error and its unit. */
  readonly inWords: (found: Found) => string;
  readonly notBetter: (was: Found, is: Found) => Error;
}

/** Last measurement, and the number of corrections. */
interface Corrected<Found> {
  readonly now: Found;
  readonly rounds: number;
}

/** Corrects at least once, and again while what is left is significant. Throws where a correction does not work. */
export async function correctInRounds<Found>(
  operator: Pick<Operator, 'log'>,
  before: Found,
  { correct, isSignificant, size, minSize = 0, inWords, notBetter }: Correction<NoInfer<Found>>,
): Promise<Corrected<Found>> {
  let now = before;
  let rounds = 0;
  while (rounds < maxRounds && (rounds === 0 || isSignificant(now))) {
    rounds += 1;
    const after = await correct(now, rounds);
    operator.log(`Correction ${rounds}: ${inWords(now)} before, ${inWords(after)} after.`);
    if (isSignificant(after) && size(after) > maxLeft * Math.max(minSize, size(now))) throw notBetter(now, after);
    now = after;
  }
  return { now, rounds };
}
