import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile, readdir, readlink, realpath, rename, stat, unlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, EucentricError } from '../../base';
import { maxFileBytes, tooLargeMessage } from '../serialem';

const renameAttempts = 5;
const renamePause = 500;
/** Age of a second file in milliseconds after which nobody is writing it any more. */
const leftOverAge = 10 * 60_000;

/**
 * Writes a file so that at every moment either the old or the new one is there whole. It writes a second file, flushes and renames it.
 * The whole length is written or it fails (a full disk must not end in half a file), and renaming is tried five times,
 * because virus scanners on Windows hold fresh files for a moment. Throws `store/write-failed`.
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  // A symbolic link stays, and the file that it names is written.
  const target = await targetOf(path);
  const neighbour = neighbourOf(target, dirname(target));
  try {
    await writeNeighbour(neighbour, target, bytes);
    await removeLeftOvers(target, neighbour).catch(() => undefined);
    await renamePatiently(neighbour, target);
    await syncDirectory(dirname(target));
  } catch (cause) {
    await unlink(neighbour).catch(() => undefined);
    throw notWritten(path, cause);
  }
}

/**
 * Writes the second file beside the path and removes it again, to see in time that there are the rights and the space.
 * A folder that does not exist yet is tried in the nearest one above it. Throws `store/write-failed`.
 */
export async function tryWriting(path: string, bytes: Uint8Array): Promise<void> {
  const target = await targetOf(path);
  let folder = dirname(target);
  while (folder !== dirname(folder) && !existsSync(folder)) folder = dirname(folder);
  const neighbour = neighbourOf(target, folder);
  try {
    await writeNeighbour(neighbour, target, bytes);
  } catch (cause) {
    throw notWritten(path, cause);
  } finally {
    await unlink(neighbour).catch(() => undefined);
  }
}

const neighbourOf = (path: string, folder: string): string => join(folder, `.${basename(path)}.${randomUUID()}.new`);

/** The file that a path names, through symbolic links, also through one to a file that does not exist. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : resolve(dirname(path), link);
  }
}

/** Removes second files of programs that ended while they wrote, by the time of the disk, which holds for every computer. */
async function removeLeftOvers(target: string, own: string): Promise<void> {
  const folder = dirname(target);
  const { mtimeMs: now } = await stat(own);
  for (const name of await readdir(folder)) {
    const middle = name.startsWith(`.${basename(target)}.`) ? name.slice(basename(target).length + 2) : '';
    const file = join(folder, name);
    if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.new$/.test(middle) || file === own) continue;
    const { mtimeMs } = await stat(file);
    if (now - mtimeMs > leftOverAge) await unlink(file);
  }
}

async function writeNeighbour(neighbour: string, path: string, bytes: Uint8Array): Promise<void> {
  const mode = await stat(path).then(
    ({ mode: found }) => found & 0o777,
    () => undefined,
  );
  const file = await open(neighbour, 'wx');
  try {
    // Several users share an instrument's folder, so the rights are those that the file had.
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

const notWritten = (path: string, cause: unknown): EucentricError =>
  new EucentricError({
    code: 'store/write-failed',
    message: `${path} could not be written: ${describe(cause)}.`,
    hint: 'The earlier file is untouched. Check the disk space and the rights on the folder, then save again.',
    cause,
  });

async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(from, to);
    } catch (error) {
      const held = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!held || attempt >= renameAttempts) throw error;
      // This is the operating system's time, not the microscope's, so it does not go through the clock.
      await pause(renamePause);
    }
  }
}

/** Makes the renaming itself last through a power cut; Windows cannot open folders and needs no such thing. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads a whole file, or nothing if there is none. Throws `store/too-large` or `store/read-failed`. */
export async function readWhole(path: string, limit = maxFileBytes): Promise<Buffer | undefined> {
  try {
    const { size } = await stat(path);
    if (size > limit) {
      const message = `${path}: ${tooLargeMessage(size, limit)}`;
      throw new EucentricError({ code: 'store/too-large', message, hint: 'Check that this is the right file.' });
    }
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof EucentricError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EucentricError({
      code: 'store/read-failed',
      message: `${path} could not be read: ${describe(cause)}.`,
      hint: 'Check that it is a file and that this user may read it.',
      cause,
    });
  }
}

/** The name of the backup of a file: what stands after the last dot becomes `bak`. */
export function backupName(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return join(dirname(path), `${dot < 0 ? name : name.slice(0, dot)}.bak`);
}
