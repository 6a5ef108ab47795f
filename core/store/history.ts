import { randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, EucentricError, token } from '../base';
import { readWhole } from './atomic-write';
import type { Calibrations } from './calibrations';
import { currentUser } from './open-calibrations';
import { type CalibrationResult, type SessionValue, type StoredChange, sessionProperties } from './result';
import { keyFieldsOf, recordNow, storeChange } from './stored-record';
import type { FileProblem } from './serialem';

/** An accepted result as the history remembers it. */
export interface HistoryEntry extends CalibrationResult {
  readonly id: string;
  readonly kind: 'measured' | 'restored';
  /** The user of the operating system. */
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly when: string;
  /** The version of the program. */
  readonly version: string;
  /** The entry that was brought back. */
  readonly restoredFrom?: string;
}

/** Which entries are wanted; what is left out does not matter. */
export interface HistoryFilter {
  readonly item?: string;
  readonly magIndex?: number;
  readonly camera?: number;
}

/** What was measured when; entries are only ever added. */
export interface CalibrationHistory {
  /** Adds an accepted result. Throws `history/write-failed`. */
  append(result: CalibrationResult): Promise<HistoryEntry>;
  /** The entries that fit, oldest first. */
  list(filter?: HistoryFilter): Promise<readonly HistoryEntry[]>;
  /** One entry; throws `history/no-such-entry`. */
  entry(id: string): Promise<HistoryEntry>;
  /**
   * Puts the value of an entry (or the one that it replaced) back into the calibrations and notes that.
   * The value is not in the main file until it is saved, and does not count as measured in this session.
   * Throws `history/no-such-entry` or `history/nothing-to-restore`.
   */
  restore(id: string, which?: 'value' | 'replaced'): Promise<HistoryEntry>;
  /** Lines of the file that cannot be read; they stay in it. A line that was cut short by a power failure at the very end is not one. */
  damage(): Promise<readonly FileProblem[]>;
}
/** The token of the history. */
export const CalibrationHistory = token<CalibrationHistory>('CalibrationHistory');

/** The numbers among the settings that hold for the session. */
export interface SessionSettings {
  get(property: SessionValue['property']): number;
  set(property: SessionValue['property'], value: number): void;
}

/** Where the history is and what it needs from outside. */
export interface HistoryOptions {
  /** The folder of the calibrations. */
  readonly directory: string;
  readonly fileName?: string;
  readonly calibrations: Calibrations;
  /** The settings of the session, for values that are no records; without them such values cannot be brought back. */
  readonly settings?: SessionSettings;
  readonly clock: { date(): Date };
  /** The version of the program. */
  readonly version: string;
  /** Who works here; by default the user of the operating system. */
  readonly user?: string;
}

const historyFileName = 'calibration-history.jsonl';
/** Some hundred thousand entries; more than a microscope sees in its life. */
const largestHistory = 256 * 1024 * 1024;

/** Opens the history beside the calibrations; the file is made with the first entry. */
export const openHistory = (options: HistoryOptions): CalibrationHistory => new HistoryFile(options);

class HistoryFile implements CalibrationHistory {
  private readonly path: string;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: HistoryOptions) {
    this.path = join(options.directory, options.fileName ?? historyFileName);
  }

  append(result: CalibrationResult): Promise<HistoryEntry> {
    return this.add({ ...result, ...this.stamp(), kind: 'measured' });
  }

  async list(filter: HistoryFilter = {}): Promise<readonly HistoryEntry[]> {
    const { entries } = await this.read();
    return entries.filter(
      ({ item, conditions }) =>
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

  async restore(id: string, which: 'value' | 'replaced' = 'value'): Promise<HistoryEntry> {
    const entry = await this.entry(id);
    const { calibrations, settings } = this.options;
    if (entry.session && settings && sessionProperties.includes(entry.session.property))
      return this.restoreSession(entry, entry.session, which, settings);
    if (!entry.record) {
      throw new EucentricError({
        code: 'history/nothing-to-restore',
        message: `The entry of ${entry.when} (${entry.summary}) is not a value of the calibration file.`,
        hint: 'Choose an entry that stored one.',
      });
    }
    const main: StoredChange = entry.replaced
      ? { record: entry.record, replaced: entry.replaced }
      : { record: entry.record };
    const wanted = [main, ...(entry.also ?? [])].map((change) =>
      which === 'value' ? change.record : recordBefore(change),
    );
    const before = wanted.map((record) => recordNow(calibrations, record));
    const undo = calibrations.snapshot();
    const { replaced: _, also: __, quality: ___, ...kept } = entry;
    const changes = wanted.map((record, at): StoredChange =>
      before[at] ? { record, replaced: before[at] } : { record },
    );
    const [first, ...also] = changes as [StoredChange, ...StoredChange[]];
    try {
      for (const record of wanted) storeChange(calibrations, record);
      return await this.add({
        ...kept,
        ...this.broughtBack(entry, which),
        ...(which === 'value' ? {} : { values: first.record.values, standardErrors: {} }),
        ...first,
        ...(also.length > 0 ? { also } : {}),
      });
    } catch (error) {
      calibrations.restore(undo);
      throw error;
    }
  }

  private async restoreSession(
    entry: HistoryEntry,
    { property, value, replaced }: SessionValue,
    which: 'value' | 'replaced',
    settings: SessionSettings,
  ): Promise<HistoryEntry> {
    const [before, wanted] = [settings.get(property), which === 'value' ? value : replaced];
    const { propertySuggestions, quality: _, ...kept } = entry;
    settings.set(property, wanted);
    try {
      return await this.add({
        ...kept,
        ...this.broughtBack(entry, which),
        session: { property, value: wanted, replaced: before },
        ...(which === 'value' ? propertySuggestions && { propertySuggestions } : { values: {}, standardErrors: {} }),
      });
    } catch (error) {
      settings.set(property, before);
      throw error;
    }
  }

  private broughtBack(
    { id, when, summary }: HistoryEntry,
    which: 'value' | 'replaced',
  ): Pick<HistoryEntry, 'id' | 'who' | 'when' | 'version' | 'kind' | 'restoredFrom' | 'summary'> {
    return {
      ...this.stamp(),
      kind: 'restored',
      restoredFrom: id,
      summary: `Brought back ${which === 'value' ? 'the value of' : 'what was replaced on'} ${when}: ${summary}`,
    };
  }

  async damage(): Promise<readonly FileProblem[]> {
    return (await this.read()).problems;
  }

  private stamp(): Pick<HistoryEntry, 'id' | 'who' | 'when' | 'version'> {
    const { clock, user = currentUser(), version } = this.options;
    return { id: randomUUID(), who: user, when: clock.date().toISOString(), version };
  }

  private add(entry: HistoryEntry): Promise<HistoryEntry> {
    const text = JSON.stringify(entry, withoutNonFinite);
    const next = this.writing.then(() => this.write(`${text}\n`));
    this.writing = next.catch(() => undefined);
    return next.then(() => JSON.parse(text) as HistoryEntry);
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
        hint: 'Check the disk space and the rights on the folder. The calibration itself is kept in memory.',
        cause,
      });
    }
  }

  private async read(): Promise<{
    readonly entries: readonly HistoryEntry[];
    readonly problems: readonly FileProblem[];
  }> {
    await this.writing;
    const text = (await readWhole(this.path, largestHistory))?.toString('utf8') ?? '';
    const lines = text.split('\n');
    const entries: HistoryEntry[] = [];
    const problems: FileProblem[] = [];
    for (const [at, line] of lines.entries()) {
      const entry = line.trim() === '' ? undefined : entryOf(line);
      if (entry) entries.push(entry);
      else if (line.trim() !== '' && at < lines.length - 1) problems.push(damaged(this.path, at + 1));
    }
    return { entries, problems };
  }
}

/** What there was before a change; the key stays that of the record, so what was replaced may be given without it. */
const recordBefore = ({ record: { name, values }, replaced }: StoredChange): StoredChange['record'] =>
  replaced ? { name, values: { ...keyFieldsOf(name, values), ...replaced } } : { name, values, removed: true };

/** JSON has no NaN and would write null; a number that is not there says the same. */
const withoutNonFinite = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? undefined : value;

function entryOf(line: string): HistoryEntry | undefined {
  try {
    const value = JSON.parse(line) as Partial<HistoryEntry> | null;
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, item, when, conditions } = value;
    const named = typeof id === 'string' && typeof item === 'string' && typeof when === 'string';
    return named && typeof conditions === 'object' && conditions !== null ? (value as HistoryEntry) : undefined;
  } catch {
    return undefined;
  }
}

const damaged = (file: string, line: number): FileProblem => ({
  severity: 'warning',
  code: 'history/damaged-line',
  message: `${file}:${line}: this entry of the history cannot be read.`,
  hint: 'It stays in the file; all other entries are used.',
  place: { file, line, column: 1 },
});
