import { randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CameraIndex, describe, EucentricError, type MagIndex, service } from '../../base';
import { readWhole } from '../disk';
import { applyChanges, type ChangeTarget, keep } from './apply-changes';
import { changesBack } from './bring-back';
import { mainChange, type RecordChange } from './changes';
import { type HistoryEntry, lineOf, parseEntry } from './history-entry';
import { currentUser } from '../calibration-store/open-calibrations';
import { type InstrumentNow, type RestorePlace, checkConditions, movedTo } from './other-conditions';
import type { CalibrationResult } from './result';
import type { FileProblem } from '../serialem';

/** Criteria for the entries of the history. A criterion that is left out admits all. */
export interface HistoryFilter {
  readonly item?: string;
  readonly magIndex?: MagIndex;
  readonly camera?: CameraIndex;
}

/** Record of all accepted results with their dates. Entries are only ever added. */
export interface CalibrationHistory {
  /** Adds an accepted result. Throws `history/write-failed`. */
  append(result: CalibrationResult): Promise<HistoryEntry>;
  /** The entries that fit, oldest first. */
  list(filter?: HistoryFilter): Promise<readonly HistoryEntry[]>;
  /** One entry; throws `history/no-such-entry`. */
  entry(id: string): Promise<HistoryEntry>;
  /**
   * Brings everything that an entry changed back, as it was then or as it was before, and notes that; all of it or nothing.
   * It is not in the main file until that is saved, and does not count as measured in this session.
   * Throws `history/no-such-entry`, `history/nothing-to-restore`, `history/conflict`, `history/other-conditions` where magnification, camera
   * or high tension are other ones now, and `history/not-movable` for another place than that of the measurement.
   */
  restore(id: string, which?: 'value' | 'replaced', place?: RestorePlace): Promise<HistoryEntry>;
  /** Calls before anything is restored, and what that returns when it is; for what no record holds and has to follow. */
  onRestore(begin: () => () => Promise<void>): void;
  /** Reason why an entry cannot be restored, whatever the conditions are; undefined when it can. */
  obstacle(entry: HistoryEntry, which?: 'value' | 'replaced'): string | undefined;
  /** Lines of the file that cannot be read; they stay in it. A line that was cut short by a power failure at the very end is not one. */
  damage(): Promise<readonly FileProblem[]>;
}
/** The token of the history. */
export const CalibrationHistory = service<CalibrationHistory>('CalibrationHistory');

/** Place and dependencies of the history. */
export interface HistoryOptions extends ChangeTarget {
  /** The folder of the calibrations. */
  readonly directory: string;
  readonly fileName?: string;
  readonly clock: { date(): Date };
  /** Reads the present instrument; without it the conditions of an entry are not compared. */
  readonly instrumentNow?: () => Promise<InstrumentNow>;
  /** The version of the program. */
  readonly version: string;
  /** Name of the operator; by default the user of the operating system. */
  readonly user?: string;
  /** True on a virtual microscope: entries say so. An instrument leaves such entries out. */
  readonly simulated?: boolean;
}

const historyFileName = 'calibration-history.jsonl';
/** Limit of the history: some hundred thousand entries, more than a microscope makes in its life. */
const maxHistoryBytes = 256 * 1024 * 1024;

/** Opens the history in the folder of the calibrations. The file is made with the first entry. */
export const openHistory = (options: HistoryOptions): CalibrationHistory => new HistoryFile(options);

class HistoryFile implements CalibrationHistory {
  private readonly path: string;
  private writing: Promise<unknown> = Promise.resolve();
  private readonly followers: (() => () => Promise<void>)[] = [];

  constructor(private readonly options: HistoryOptions) {
    this.path = join(options.directory, options.fileName ?? historyFileName);
  }

  append(result: CalibrationResult): Promise<HistoryEntry> {
    return this.add({ ...result, ...this.stamp(), kind: 'measured' });
  }

  async list(filter: HistoryFilter = {}): Promise<readonly HistoryEntry[]> {
    const { entries } = await this.read();
    return entries.filter(
      ({ item, conditions, simulated }) =>
        (!simulated || this.options.simulated === true) &&
        (filter.item === undefined || item === filter.item) &&
        (filter.magIndex === undefined || conditions.magIndex === filter.magIndex) &&
        (filter.camera === undefined || conditions.camera === filter.camera),
    );
  }

  async entry(id: string): Promise<HistoryEntry> {
    const { entries } = await this.read();
    const found = entries.find((entry) => entry.id === id);
    if (found) return found;
    throw new EucentricError({
      code: 'history/no-such-entry',
      message: `The history has no entry ${id}.`,
      hint: 'List the history to see the ids.',
    });
  }

  async restore(id: string, which: 'value' | 'replaced' = 'value', place: RestorePlace = {}): Promise<HistoryEntry> {
    const found = await this.entry(id);
    if (found.simulated && !this.options.simulated) throw wasSimulated(id);
    const entry = movedTo(found, place);
    const now = place.anyway ? undefined : await this.options.instrumentNow?.();
    if (now) checkConditions(now, found, entry);
    const { changes, sources } = changesBack(this.options, entry, which);
    const { propertySuggestions, quality: _, plots: __, ...kept } = entry;
    const ends = this.followers.map((begin) => begin());
    const takeBack = keep(this.options, changes);
    try {
      // What follows from others does so again; nothing of it was measured just now.
      const applied = applyChanges(this.options, changes).map((change, at) => ({
        ...change,
        derived: (sources[at] as RecordChange).derived,
      }));
      const stored = applied.map(({ derived, ...change }) => (derived ? { ...change, derived } : change));
      const main = mainChange(stored);
      const added = await this.add({
        ...kept,
        ...this.broughtBack(entry, which, placeInWords(place)),
        ...(which === 'value'
          ? propertySuggestions && { propertySuggestions }
          : { values: main?.values ?? {}, standardErrors: {} }),
        changes: stored,
      });
      for (const end of ends) await end();
      return added;
    } catch (error) {
      takeBack();
      throw error;
    }
  }

  onRestore(begin: () => () => Promise<void>): void {
    this.followers.push(begin);
  }

  obstacle(entry: HistoryEntry, which: 'value' | 'replaced' = 'value'): string | undefined {
    if (entry.simulated && !this.options.simulated) return wasSimulated(entry.id).message;
    try {
      changesBack(this.options, entry, which);
      return undefined;
    } catch (error) {
      return describe(error);
    }
  }

  private broughtBack(
    { id, when, summary }: HistoryEntry,
    which: 'value' | 'replaced',
    where: string,
  ): Pick<HistoryEntry, 'id' | 'who' | 'when' | 'version' | 'kind' | 'restoredFrom' | 'summary' | 'simulated'> {
    return {
      ...this.stamp(),
      kind: 'restored',
      restoredFrom: id,
      summary: `Restored ${which === 'value' ? 'the value of' : 'what was replaced on'} ${when}${where}: ${summary}`,
    };
  }

  async damage(): Promise<readonly FileProblem[]> {
    return (await this.read()).problems;
  }

  private stamp(): Pick<HistoryEntry, 'id' | 'who' | 'when' | 'version' | 'simulated'> {
    const { clock, user = currentUser(), version, simulated } = this.options;
    return {
      id: randomUUID(),
      who: user,
      when: clock.date().toISOString(),
      version,
      ...(simulated && { simulated: true as const }),
    };
  }

  private add(entry: HistoryEntry): Promise<HistoryEntry> {
    const text = lineOf(entry);
    const next = this.writing.then(() => this.write(`${text}\n`));
    this.writing = next.catch(() => undefined);
    return next.then(() => parseEntry(text)!);
  }

  /** Appends with one write; a line that was cut short before is closed first, so that it spoils no second one. */
  private async write(line: string): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const file = await open(this.path, 'a+');
      try {
        const { size } = await file.stat();
        const last = Buffer.alloc(1);
        if (size > 0) await file.read(last, 0, 1, size - 1);
        await file.appendFile(size > 0 && last.toString() !== '\n' ? `\n${line}` : line);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw new EucentricError({
        code: 'history/write-failed',
        message: `${this.path} could not be written: ${describe(cause)}.`,
        hint: 'Check the disk space and the rights on the folder. Nothing was stored; what was in use before still is.',
        cause,
      });
    }
  }

  private async read(): Promise<{
    readonly entries: readonly HistoryEntry[];
    readonly problems: readonly FileProblem[];
  }> {
    await this.writing;
    const text = (await readWhole(this.path, maxHistoryBytes))?.toString('utf8') ?? '';
    const lines = text.split('\n');
    const entries: HistoryEntry[] = [];
    const problems: FileProblem[] = [];
    for (const [at, line] of lines.entries()) {
      const entry = line.trim() === '' ? undefined : parseEntry(line);
      if (entry) entries.push(entry);
      else if (line.trim() !== '' && at < lines.length - 1) problems.push(damaged(this.path, at + 1));
    }
    return { entries, problems };
  }
}

const wasSimulated = (id: string): EucentricError =>
  new EucentricError({
    code: 'history/simulated',
    message: `The entry ${id} was measured on a virtual microscope. Nothing was changed.`,
    hint: 'Measure it on the instrument.',
  });

/** A place as part of a sentence; nothing for the place of the measurement. */
const placeInWords = ({ magIndex, camera }: RestorePlace): string =>
  [magIndex !== undefined && ` at mag index ${magIndex}`, camera !== undefined && ` at camera ${camera}`]
    .filter(Boolean)
    .join('');

const damaged = (file: string, line: number): FileProblem => ({
  severity: 'warning',
  code: 'history/damaged-line',
  message: `${file}:${line}: this entry of the history cannot be read.`,
  hint: 'It stays in the file; all other entries are used.',
  place: { file, line, column: 1 },
});
