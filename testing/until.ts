/** Milliseconds until a wait is given up: far more than anything takes on the busiest machine, so that only a hang reaches it. */
export const longestWait = 120_000;

/** Waits for a condition, however slow the machine is. The error names the condition when it never holds. */
export async function until(what: string | (() => string), holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + longestWait;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${typeof what === 'string' ? what : what()}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Lets this program go on for some turns, so that whatever wrongly happens at once has happened. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Open sockets of this program, or other resources of the kinds in question. */
export const resourcesOpen = (kinds = /^TCP/): readonly string[] =>
  process.getActiveResourcesInfo().filter((name) => kinds.test(name));

/** Waits until this program has no socket open. */
export const untilNothingIsOpen = (kinds?: RegExp): Promise<void> =>
  until('every socket was closed', () => resourcesOpen(kinds).length === 0);
