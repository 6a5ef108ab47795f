import { userInfo } from 'node:os';
import { join } from 'node:path';
import { EucentricError, type ErrorContents, errorContents } from '../../base';
import { CalibrationStore, minutesOf, type StoreSurroundings } from './calibration-store';
import type { Calibrations } from './calibrations';
import { FileOnDisk, readWhole } from '../disk';
import type { StoredFile } from './stored-file';
import { dropExpired, ignorableRecords } from './short-term-rules';
import { CalibrationFile, fileFormats, isSimulatedText, type FileKind, type FileProblem } from '../serialem';

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
  /** True on a virtual microscope: its files say so, and a file of an instrument is never written over. */
  readonly simulated?: boolean;
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
  const path = join(directory, options.fileNames?.[kind] ?? fileFormats[kind].fileName);
  const disk = new FileOnDisk(path, options.simulated ? (present) => refusalOf(path, present) : undefined);
  const { simulated = false, siteFile } = options;
  const stored = (content: CalibrationFile): StoredFile => {
    if (simulated) content.markSimulated();
    return { content, disk, changed: false, saves: 0 };
  };
  const empty = (): StoredFile => stored(CalibrationFile.empty(kind));
  try {
    const own = await disk.read();
    const bytes = own ?? (kind === 'calibrations' && siteFile !== undefined ? await readWhole(siteFile) : undefined);
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
    const { file, problems: found } = CalibrationFile.parse(bytes, own ? disk.path : siteFile!, kind);
    problems.push(...found);
    if (file?.simulated && !simulated) {
      const fault = simulatedFile(disk.path);
      problems.push(fault);
      disk.refuse(fault);
      return empty();
    }
    if (file) return stored(file);
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

/** The problem of a file of simulated values on an instrument, which must not measure by them. */
const simulatedFile = (path: string): FileProblem => ({
  severity: 'error',
  code: 'store/simulated-file',
  message: `${path} holds values of a virtual microscope, as its first line says. They are not used.`,
  hint: 'Move it away, or name the calibration folder of the instrument under "calibrations:" in the configuration.',
});

/** The reason why a simulation must not write over a file of an instrument. */
const refusalOf = (path: string, present: Uint8Array): ErrorContents | undefined => {
  const firstLine = Buffer.from(present.buffer, present.byteOffset, Math.min(present.byteLength, 1000));
  if (isSimulatedText(firstLine.toString('latin1'))) return undefined;
  return {
    code: 'store/not-simulated',
    message: `${path} holds calibrations of an instrument; this is a simulation. Nothing was written.`,
    hint: 'Give the simulation a folder of its own: "directory:" under "calibrations:" in the configuration.',
  };
};
