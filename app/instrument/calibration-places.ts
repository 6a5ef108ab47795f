import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from '../../core/settings';
import { type FileKind, isSimulatedText } from '../../core/store';

/** Folder of the calibrations of an instrument, and the names of the files in it. */
export interface CalibrationPlaces {
  readonly directory: string;
  readonly fileNames: Readonly<Record<FileKind, string>>;
  /** File of a site from which a simulation starts, and which is only read. */
  readonly siteFile?: string;
}

/** Folder in which a simulation keeps its calibrations where those of an instrument are. */
export const twinFolder = 'twin';

/**
 * The place of the calibrations. A simulation never writes beside the files of an instrument, which SerialEM or this program may read
 * there: it reads the main one, and keeps its own in the folder `twin`.
 */
export function calibrationPlaces(
  settings: Settings,
  { directory: given, simulated }: { readonly directory: string | undefined; readonly simulated: boolean },
): CalibrationPlaces {
  const { calibrationFiles: places } = settings;
  const directory = given ?? places.directory;
  const files = { calibrations: places.calibrations, 'short-term': places.shortTerm, flyback: places.flybackTimes };
  const named = (name: (file: string) => string): Record<FileKind, string> => ({
    calibrations: name(files.calibrations),
    'short-term': name(files['short-term']),
    flyback: name(files.flyback),
  });
  const fileNames = named((file) => (given === undefined ? path.relative(directory, file) : path.basename(file)));
  const present = Object.values(fileNames).flatMap((name) => firstLineOf(path.join(directory, name)) ?? []);
  if (!simulated) return { directory, fileNames };
  if (present.every(isSimulatedText)) return { directory, fileNames, ...siteFileOf(places.siteFile) };
  return {
    directory: path.join(directory, twinFolder),
    fileNames: named((file) => path.basename(file)),
    ...siteFileOf(places.siteFile ?? path.join(directory, fileNames.calibrations)),
  };
}

const siteFileOf = (file: string | undefined): Pick<CalibrationPlaces, 'siteFile'> =>
  file !== undefined && firstLineOf(file) !== undefined ? { siteFile: file } : {};

/** Longest first line that is read. */
const firstLineBytes = 1000;

/** The first line of a file; undefined where there is none that can be read. */
function firstLineOf(file: string): string | undefined {
  let opened: number | undefined;
  try {
    opened = openSync(file, 'r');
    const buffer = Buffer.alloc(firstLineBytes);
    return buffer.toString('latin1', 0, readSync(opened, buffer)).split('\n', 1)[0];
  } catch {
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}
