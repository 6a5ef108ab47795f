import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EucentricError } from '../../base';
import type { Saved, SaveOptions } from './calibrations';
import { type FileOnDisk, type WriteReport, writeWhole } from '../disk';
import { mergeCalibrations } from './merge';
import { CalibrationFile } from '../serialem';

/** A file in memory and on disk. */
export interface StoredFile {
  readonly content: CalibrationFile;
  readonly disk: FileOnDisk;
  /** True when memory and disk differ. */
  changed: boolean;
  /** Number of times that it was written. */
  saves: number;
}

/** The three files of a store. */
export interface StoredFiles {
  readonly main: StoredFile;
  readonly shortTerm: StoredFile;
  readonly flyback: StoredFile;
}

/** Number of records that a message lists. */
const maxListed = 5;

/** Writes a file as the options say where another program has changed it. */
export async function writeStored(
  { content, disk }: StoredFile,
  { overwrite = false, merge = false }: SaveOptions,
): Promise<WriteReport> {
  if (!merge) return disk.write(content.render(), overwrite);
  const joined: string[] = [];
  const { remarks } = await disk.writeJoined(
    () => content.render(),
    (present) => {
      const taken = join(content, disk, present);
      joined.push(`${taken === 1 ? '1 record' : `${taken} records`} of another program were taken over.`);
    },
  );
  return { remarks: [...remarks, ...joined] };
}

/** Takes over what another program has written. @returns the number of its records */
function join(content: CalibrationFile, disk: FileOnDisk, present: Uint8Array): number {
  const { kind } = content.format;
  const { lastBytes } = disk;
  const base = lastBytes ? CalibrationFile.parse(lastBytes, disk.path, kind).file : CalibrationFile.empty(kind);
  const { file: theirs, problems } = CalibrationFile.parse(present, disk.path, kind);
  if (!base || !theirs) {
    throw new EucentricError({
      code: 'store/merge-conflict',
      message: `${disk.path} cannot be merged: ${problems[0]?.message ?? 'it was not read when the program began'}. Nothing was written.`,
      hint: 'Overwrite it (it is kept as .bak then), or save in another file.',
    });
  }
  const { taken, conflicts } = mergeCalibrations(content, base, theirs);
  if (conflicts.length > 0) {
    const more = conflicts.length > maxListed ? ` and ${conflicts.length - maxListed} more` : '';
    throw new EucentricError({
      code: 'store/merge-conflict',
      message: `${disk.path} cannot be merged: both have changed ${conflicts.slice(0, maxListed).join('; ')}${more}. Nothing was written.`,
      hint: 'Compare the two (calibrations diff), then overwrite it (it is kept as .bak then), or save in another file.',
    });
  }
  return taken;
}

/** Writes the contents of a file to another one, which must not exist. */
export async function saveElsewhere({ content, disk }: StoredFile, to: string): Promise<Saved> {
  const path = resolve(dirname(disk.path), to);
  if (to.trim() === '' || existsSync(path)) {
    throw new EucentricError({
      code: 'store/exists',
      message:
        to.trim() === ''
          ? 'The other file has no name. Nothing was written.'
          : `${path} exists already. Nothing was written.`,
      hint: 'Give a name that is not in use.',
    });
  }
  await writeWhole(path, content.render());
  return { path, remarks: [] };
}
