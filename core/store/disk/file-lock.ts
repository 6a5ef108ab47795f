import { randomUUID } from 'node:crypto';
import { open, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EucentricError } from '../../base';
import { isAlive, putLockAside } from './lock-file';

/** Process that writes a file, as its lock says. */
interface Writer {
  readonly pid: number;
  readonly host: string;
}

/** Milliseconds from one attempt to take the lock until the next, and the number of attempts. */
const pollInterval = 50;
const maxAttempts = 200;

/**
 * Does work while no other program of this kind reads and writes a file: of two that save at the same time, the second
 * one sees what the first has written. A lock whose process has ended is taken over; where no lock can be made, the
 * work is done without. Throws `store/being-saved` when another program does not come to its end.
 */
export async function whileLocked<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const release = await taken(join(dirname(path), `.${basename(path)}.lock`));
  try {
    return await work();
  } finally {
    await release();
  }
}

async function taken(lock: string): Promise<() => Promise<void>> {
  const own: Writer = { pid: process.pid, host: hostname() };
  const text = JSON.stringify({ ...own, id: randomUUID() });
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(text).finally(() => file.close());
      return async () => {
        const present = await readFile(lock, 'utf8').catch(() => '');
        if (present === text) await unlink(lock).catch(() => undefined);
      };
    } catch (error) {
      // The work itself says that a folder is missing or may not be written to.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return async () => undefined;
    }
    if (!(await putAsideIfDead(lock))) await pause(pollInterval);
  }
  throw new EucentricError({
    code: 'store/being-saved',
    message: `Another program has been saving for a long time: ${lock} is there. Nothing was written.`,
    hint: 'Wait until it has ended, then save again. If no such program runs on any computer, delete the lock.',
  });
}

/** Moves the lock of a process of this computer that has ended out of the way. */
async function putAsideIfDead(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => undefined);
  if (text === undefined) return true;
  const { pid, host } = writerIn(text);
  if (host !== hostname() || pid <= 0 || isAlive(pid)) return false;
  try {
    return putLockAside(lock, text);
  } catch {
    return false;
  }
}

/** A lock that is just being written names nobody yet. */
function writerIn(text: string): Writer {
  try {
    return { pid: 0, host: '', ...(JSON.parse(text) as Partial<Writer>) };
  } catch {
    return { pid: 0, host: '' };
  }
}
