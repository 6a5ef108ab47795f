import { verifying } from '../../testing/verifying';

/** Functions of jest for tests that need something. */
export interface Conditional {
  describe(name: string, body: () => void): void;
  test(name: string, body: (() => void) | (() => Promise<void>)): void;
}

/**
 * Functions of jest for tests that need something that not every machine has. Where it is not there, they are skipped and say why.
 * Under CI they fail, so that nobody takes a machine without it for a check of everything. The reading material beside the checkout is
 * not part of the program: what needs it may be skipped anywhere.
 */
export function needs(
  thing: string,
  present: boolean,
  { reading = false, underCi = process.env['CI'] !== undefined } = {},
): Conditional {
  if (present) return { describe, test };
  if (underCi && !reading)
    return {
      describe: (name) => describe(name, () => failing(thing)),
      test: (name) => describe(name, () => failing(thing)),
    };
  const skipped = (name: string): string => `${name} (skipped: it needs ${thing})`;
  return {
    describe: (name, body) => describe.skip(skipped(name), body),
    test: (name, body) => test.skip(skipped(name), body),
  };
}

const failing = (thing: string): void =>
  test('has what it needs', () => {
    throw new Error(`This needs ${thing}, and that is not here. Where CI is set, nothing may be skipped for it.`);
  });

/** Functions of jest for tests that need files of the reading material beside the checkout. */
export const needsReading = (present: boolean): Conditional =>
  needs('files of the reading material', present, { reading: true });

/** Declares tests that belong to the long statistics alone. They are not skipped elsewhere: they are not part of it. */
export function inLongStatistics(body: () => void): void {
  if (verifying) body();
}
