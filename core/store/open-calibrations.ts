import { userInfo } from 'node:os';
import { join } from 'node:path';
import { EucentricError, errorContents } from '../base';
import { CalibrationStore, minutesOf, type StoredFile, type StoreSurroundings } from './calibration-store';
import type { Calibrations } from './calibrations';
import { FileOnDisk } from './file-on-disk';
import { dropExpired, ignorableRecords } from './short-term-rules';
import { CalibrationFile, fileFormats, type FileKind, type FileProblem } from './serialem';

/** Place and dependencies of the calibrations. */
export interface OpenOptions extends StoreSurroundings {
  /** The site's calibration folder, with the sub-folder for the high tension if there is one. */
  readonly directory: string;
  /** The folder of the flyback times, by default `directory`. */
  readonly flybackDirectory?: string;
  readonly fileNames?: Partial<Readonly<Record<FileKind, string>>>;
  /** True when the calibrations of the short-term file are not used. They stay in the file. */
  readonly ignoreShortTerm?: boolean;
  /** Hours for which an electron dose calibration counts; 24 by default. */
  readonly doseLifetimeHours?: number;
  /** True when the energy filter is in the column. */
  readonly omegaFilter?: boolean;
  /** Name of the operator; by default the user of the operating system. */
  readonly user?: string;
}

/**
 * Reads the calibration files of a site. It never fails: what cannot be read is reported, the rest is used.
 * A later save does not write over a file that could not be read at all, unless the caller passes `overwrite`.
 */
export async function openCalibrations(
  options: OpenOptions,
): Promise<{ readonly calibrations: Calibrations; readonly problems: readonly FileProblem[] }> {
  const problems: FileProblem[] = [];
  const main = await openFile('calibrations', options, problems);
  const shortTerm = await openFile('short-term', options, problems);
  const flyback = await openFile('flyback', options, problems);
  if (options.ignoreShortTerm) shortTerm.content.setAside(ignorableRecords);
  const { doseLifetimeHours = 24, omegaFilter = false, user = currentUser() } = options;
  const { changed, remarks } = dropExpired(shortTerm.content, {
    now: minutesOf(options.clock.date()),
    doseLifetimeHours,
    omegaFilter,
    user,
  });
  shortTerm.changed = changed;
  problems.push(...remarks.map((message) => information('store/expired', message, 'Nothing else is affected.')));
  const store = new CalibrationStore({ main, shortTerm, flyback }, options);
  for (const row of byTime(shortTerm.content, 'ImageShiftMatrix')) store.adopt('ImageShiftMatrix', row);
  for (const row of byTime(shortTerm.content, 'StageCalibration')) store.adopt('StageToCameraMatrix', row);
  return { calibrations: store, problems };
}

/** The name of the user of the operating system. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

const byTime = (file: CalibrationFile, name: string): readonly Readonly<Record<string, unknown>>[] =>
  [...file.get(name)].sort((a, b) => Number(a.time) - Number(b.time));

async function openFile(kind: FileKind, options: OpenOptions, problems: FileProblem[]): Promise<StoredFile> {
  const directory = kind === 'flyback' ? (options.flybackDirectory ?? options.directory) : options.directory;
  const disk = new FileOnDisk(join(directory, options.fileNames?.[kind] ?? fileFormats[kind].fileName));
  const empty = (): StoredFile => ({ content: CalibrationFile.empty(kind), disk, changed: false, saves: 0 });
  try {
    const bytes = await disk.read();
    if (!bytes) {
      if (kind === 'calibrations') {
        const hint =
          'This is right for a new instrument. Otherwise check the folder of the calibrations in the configuration.';
        problems.push(
          information(
            'store/no-file',
            `No calibration file was found at ${disk.path}; going on without calibrations.`,
            hint,
          ),
        );
      }
      return empty();
    }
    const { file, problems: found } = CalibrationFile.parse(bytes, disk.path, kind);
    problems.push(...found);
    if (file) return { content: file, disk, changed: false, saves: 0 };
    disk.refuse(found[0]!);
  } catch (error) {
    const fault = error instanceof EucentricError ? error : errorContents(error);
    problems.push({ severity: 'error', code: fault.code, message: fault.message, hint: fault.hint });
    disk.refuse(fault);
  }
  return empty();
}

const information = (code: string, message: string, hint: string): FileProblem => ({
  severity: 'information',
  code,
  message,
  hint,
});
