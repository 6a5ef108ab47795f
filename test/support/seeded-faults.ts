import { errorContents } from '../../core/base';
import { type Fault, type FaultKind, type FaultProxy } from './fault-proxy';
import { Times, tellFigures } from './figures';
import { resourcesOpen, until } from './until';
import { randomNumbers } from '../../statistics/support/random-numbers';
import { verifying } from '../../testing/verifying';

/** A wire for breaking in many places. */
export interface WireUnderFaults {
  readonly proxy: FaultProxy;
  /**
   * Uses the wire once. Resolves when every number is the right one, and throws the wire's own error otherwise; a wrong
   * number throws `WrongNumber`.
   */
  use(): Promise<void>;
  /** Milliseconds of the longest delay. */
  readonly longestDelay: number;
  readonly kinds: readonly FaultKind[];
  /** Kinds of faults for requests; without it, the same as for answers. */
  readonly kindsTowardsServer?: readonly FaultKind[];
}

/** A number that came over a broken wire, was believed, and was wrong. */
export class WrongNumber extends Error {}

/** Demands equality, in the one way that the faults look for. */
export function demand(what: string, is: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(is), JSON.stringify(wanted)];
  if (one !== other) throw new WrongNumber(`${what}: ${one} was believed where it is ${other}`);
}

/**
 * Breaks a wire a number of times, in places and ways that follow from a seed. Each time there must be either the right
 * numbers or one error with a code and an advice, and the wire must work again afterwards. Returns the count of each
 * outcome, and the errors.
 */
export async function breakOften(
  wire: WireUnderFaults,
  { runs = verifying ? 500 : 60, seed = 1 } = {},
): Promise<{
  readonly wrong: readonly string[];
  readonly results: Readonly<Record<string, number>>;
  readonly struck: number;
}> {
  const { proxy } = wire;
  const random = randomNumbers(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const results: Record<string, number> = {};
  const wrong: string[] = [];
  let struck = 0;
  proxy.arm(undefined);
  await wire.use();
  const whole = { answers: proxy.passed, requests: proxy.sent };
  const socketsBefore = resourcesOpen().length;
  const times = new Times();
  for (let run = 0; run < runs; run++) {
    const towardsServer = random() < 0.3;
    const kinds = towardsServer ? (wire.kindsTowardsServer ?? wire.kinds) : wire.kinds;
    // The highest bit makes a byte that is not text; a text without a checksum can detect that.
    const fault: Fault = {
      kind: kinds[below(kinds.length)]!,
      atByte: below(towardsServer ? whole.requests : whole.answers),
      towardsServer,
      delay: below(wire.longestDelay),
      mask: 0x80 | below(0x80),
    };
    const place = `run ${run}: ${JSON.stringify(fault)}`;
    proxy.arm(fault);
    let result = 'right';
    try {
      await times.of(() => wire.use());
    } catch (error) {
      const { code, hint } = errorContents(error);
      result = code;
      if (error instanceof WrongNumber) wrong.push(`${place}: ${error.message}`);
      else if (code === 'program/unexpected' || hint === '') wrong.push(`${place}: ${String(error)}`);
    }
    if (proxy.struck) struck++;
    results[result] = (results[result] ?? 0) + 1;
    proxy.arm(undefined);
    try {
      await wire.use();
    } catch (error) {
      // A late answer to the broken use may still close the connection; the use after it has to be right.
      await wire
        .use()
        .catch((again: unknown) =>
          wrong.push(`${place}: does not work afterwards: ${String(error)}; ${String(again)}`),
        );
    }
  }
  await until('the sockets of the faults were closed', () => resourcesOpen().length <= socketsBefore + 1);
  tellFigures(
    `${expect.getState().currentTestName ?? 'a wire'}: ${runs} faults, ${struck} struck, ${results['right'] ?? 0} of them harmless, the rest one clear error each; ${wrong.length} wrong`,
  );
  times.tell('the end of a use of the broken wire');
  return { wrong, results, struck };
}
