import path from 'node:path';
import { EucentricError } from '../../core/base';
import type { Calibrations, SaveOptions } from '../../core/store';

/** Codes of the errors of a file that another program has changed, or that was not read. */
const changedElsewhere: readonly string[] = ['store/changed-on-disk', 'store/unread-on-disk'];

/**
 * Saves the calibrations; where another program has changed the file, as was said.
 * @param ifChanged `merge`, `overwrite`, or the name of another file; without it a changed file is refused
 * @returns the file that was written
 */
export async function saveIfChanged(calibrations: Calibrations, ifChanged: string | undefined): Promise<string> {
  try {
    return (await calibrations.save()).path;
  } catch (error) {
    const changed = error instanceof EucentricError && changedElsewhere.includes(error.code);
    if (!changed || ifChanged === undefined) throw error;
    return (await calibrations.save(optionsFor(ifChanged))).path;
  }
}

function optionsFor(ifChanged: string): SaveOptions {
  if (ifChanged === 'merge') return { merge: true };
  if (ifChanged === 'overwrite') return { overwrite: true };
  // On the command line a name is one of the present folder.
  return { to: path.resolve(ifChanged) };
}
