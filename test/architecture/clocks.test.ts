import { filesIn, textOf } from './source-files';

/** Patterns that make a test depend on the speed of the machine, each with its replacement. */
const clocks = [
  {
    what: 'reads the clock of the machine',
    pattern: /\bperformance\.now\b|\bDate\.now\b|\bhrtime\b|\bnew Date\(\)|\bconsole\.time|\bcpuUsage\b/,
    instead:
      'count calls, bytes or virtual time, or wait for an order of events; Times measures how long something takes (test/support/figures) when the long statistics run',
  },
  {
    what: 'sleeps',
    pattern: /\bsetTimeout\(\s*(resolve|done|next)\b|timers\/promises|\bwaitForTimeout\b|\bAbortSignal\.timeout\b/,
    instead: 'wait with until (test/support/until) for what has to come about, or someTurns for what must not',
  },
  {
    what: 'gives a test less time than all tests have',
    pattern: /\bjest\.setTimeout\b|\}, (\d{1,2}|[12]\d\d)_000\);|\bsetDefaultTimeout\((?!longestWait)/,
    instead: 'leave it out: a limit is only there for what hangs (testTimeout in jest.config.js)',
  },
] as const;

/** Files that may, each with its reason. */
const allowed: Readonly<Record<string, string>> = {
  'testing/until.ts': 'gives up a wait for what hangs, after minutes',
  'test/support/figures.ts': 'keeps times for the long statistics and gives no test a number',
  'test/support/growth.ts': 'compares processor times with one another, in the long statistics alone',
  'test/support/cpu-environment.cjs': 'notes the processor time of each file, for .ci/run',
  'test/support/fault-proxy.ts': 'delays what passes, as a network does',
  'test/wires/device-host/fault-proxy.cjs': 'delays what passes, as a network does',
  'test/wires/device-host/device.cjs': 'is a device that takes its time',
  'test/core/kernel/hooks.test.ts': 'has a tap that is not done at once',
  'test/core/base/answered-in-time.test.ts': 'has an answer that comes late, on a clock that the test moves',
  'test/conformance/plugin-probe.cjs': 'gives up a wait for what stays open, after twenty seconds',
};

/** Whatever in a text rests on the clock. */
const faultsOf = (file: string, text: string): readonly string[] =>
  text.split('\n').flatMap((line, index) => {
    const found = clocks.find(({ pattern }) => pattern.test(line));
    return found ? [`${file}:${index + 1} ${found.what} (${line.trim()}): ${found.instead}.`] : [];
  });

describe('no test rests on the clock of the machine', () => {
  const found = filesIn(['test', 'testing'])
    .filter((file) => /\.(ts|cjs)$/.test(file) && !file.startsWith('test/architecture/'))
    .map((file) => ({ file, faults: faultsOf(file, textOf(file)) }))
    .filter(({ faults }) => faults.length > 0);

  test('in any of its files but those that say why', () => {
    expect(found.filter(({ file }) => !(file in allowed)).flatMap(({ faults }) => faults)).toEqual([]);
  });

  test('and every exception is still one', () => {
    expect(Object.keys(allowed).filter((file) => !found.some((each) => each.file === file))).toEqual([]);
  });

  test.each([
    'const began = performance.now();',
    'expect(Date.now() - began).toBeLessThan(1000);',
    'await new Promise((resolve) => setTimeout(resolve, 20));',
    "import { setTimeout as pause } from 'node:timers/promises';",
    'jest.setTimeout(60_000);',
    '  }, 120_000);',
    'await page.waitForTimeout(200);',
  ])('a wrong line is found: %s', (line) => {
    expect(faultsOf('test/x.test.ts', line)).toEqual([expect.stringMatching(/^test\/x\.test\.ts:1 /)]);
  });
});
