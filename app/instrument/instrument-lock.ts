import { mkdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { EucentricError, type Logger, describe } from '../../core/base';
import { currentUser, isAlive, putLockAside } from '../../core/store';

/** Name of the lock file in the folder of the calibrations. */
export const lockFileName = 'instrument-in-use.lock';

/** The program that holds an instrument, as its lock file says. */
export interface LockHolder {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  /** Command of the program, such as `start`. */
  readonly doing: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

const beatMilliseconds = 15_000;
/** Age of the last sign of life after which nobody waits for the holder: it hangs, or another process has its number now. */
const staleMilliseconds = 5 * 60_000;

/** Locks that this process holds: several instruments of one program may share a folder. */
const held = new Map<string, { count: number; end: () => void }>();

/**
 * Takes an instrument for this program alone, and returns the release. Two programs that drive one column would each undo what the other
 * set. The lock of a program that has died is taken over. Throws `instrument/in-use`. Where no file can be written, the log says so.
 */
export function lockInstrument(folder: string, doing: string, log: Pick<Logger, 'info' | 'warn'>): () => void {
  const file = path.join(folder, lockFileName);
  const present = held.get(file);
  if (present) present.count += 1;
  else {
    const end = take(file, doing, log);
    if (!end) return () => {};
    held.set(file, { count: 1, end });
  }
  let released = false;
  return () => {
    const lock = held.get(file);
    if (released || !lock) return;
    released = true;
    lock.count -= 1;
    if (lock.count > 0) return;
    held.delete(file);
    lock.end();
  };
}

/** The program that holds the instrument of a folder now; undefined when it is free. */
export function holderOf(folder: string): LockHolder | undefined {
  const found = read(path.join(folder, lockFileName));
  return found && !isStale(found) ? found.holder : undefined;
}

function take(file: string, doing: string, log: Pick<Logger, 'info' | 'warn'>): (() => void) | undefined {
  const own: LockHolder = {
    owner: currentUser(),
    host: hostname(),
    pid: process.pid,
    doing,
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(own)}\n`;
  for (;;) {
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: 'wx' });
      return kept(file, text, log);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        log.warn(`${file} cannot be written, so nothing keeps a second program off the instrument: ${describe(error)}`);
        return undefined;
      }
    }
    const found = read(file);
    if (!found) continue;
    if (!isStale(found)) throw inUse(file, found.holder);
    if (putLockAside(file, found.text))
      log.info(`The lock of ${nameOf(found.holder)}, which has ended, was taken over.`);
  }
}

/** Shows signs of life until the release. The program may end in any way: an exit removes the file as well. */
function kept(file: string, text: string, log: Pick<Logger, 'warn'>): () => void {
  const isOurs = (): boolean => read(file)?.text === text;
  const beat = setInterval(() => {
    try {
      if (isOurs()) return utimesSync(file, new Date(), new Date());
      clearInterval(beat);
      log.warn(`${file} was taken by another program. Make sure that only one of them drives the instrument.`);
    } catch {
      // The folder may be gone for a moment, as on a network.
    }
  }, beatMilliseconds).unref();
  const remove = (): void => {
    clearInterval(beat);
    process.off('exit', remove);
    try {
      if (isOurs()) unlinkSync(file);
    } catch {
      // A lock that stays is stale as soon as this process has ended.
    }
  };
  process.on('exit', remove);
  return remove;
}

interface Found {
  readonly text: string;
  readonly holder: LockHolder;
  /** Milliseconds since the last sign of life. */
  readonly age: number;
}

/** Undefined where there is no lock any more. */
function read(file: string): Found | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, holder: holderIn(text), age: Date.now() - statSync(file).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file that is just being written, or was damaged, names nobody. */
function holderIn(text: string): LockHolder {
  const unknown = { owner: 'somebody', host: hostname(), pid: 0, doing: 'eucentric', since: '' };
  try {
    return { ...unknown, ...(JSON.parse(text) as Partial<LockHolder>) };
  } catch {
    return unknown;
  }
}

const isStale = ({ holder, age }: Found): boolean =>
  age > staleMilliseconds || (holder.host === hostname() && holder.pid > 0 && !isAlive(holder.pid));

const nameOf = ({ owner, host, pid, doing }: LockHolder): string =>
  `"eucentric ${doing}" of ${owner} on ${host} (process ${pid})`;

function inUse(file: string, holder: LockHolder): EucentricError {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(holder.since)) / 60_000));
  const since = Number.isFinite(minutes) ? `, for ${minutes === 1 ? '1 minute' : `${minutes} minutes`}` : '';
  return new EucentricError({
    code: 'instrument/in-use',
    message: `The instrument is in use by ${nameOf(holder)}${since}. Nothing was connected.`,
    hint: `End that program, or use its console in the browser. "check", "menu" and "calibrations show" work beside it. The lock is ${file}.`,
  });
}
