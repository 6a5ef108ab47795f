import { keyFieldsOf } from './apply-changes';
import type { SessionChange, StoredChange } from './changes';
import type { CalibrationResult } from './result';
import type { MainRecordName, RecordValues } from '../serialem';

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
  /** The entry that was restored. */
  readonly restoredFrom?: string;
}

/** A record in the older form, which had one record of the main file with others beside it, or a setting. */
interface OldRecord {
  readonly name: MainRecordName;
  readonly values: RecordValues;
  readonly removed?: boolean;
}

/** The parts of an entry in which the older form had what was changed. */
interface OldChanges {
  readonly record?: OldRecord;
  readonly replaced?: RecordValues;
  readonly also?: readonly { readonly record: OldRecord; readonly replaced?: RecordValues }[];
  readonly session?: Omit<SessionChange, 'session'> & { readonly property: SessionChange['session'] };
}

/** Writes an entry as a line of the history. */
export const lineOf = (entry: HistoryEntry): string => JSON.stringify(entry, withoutOddNumbers);

/** JSON has neither NaN, which a missing number says as well, nor the negative zero that calibration files have. */
const withoutOddNumbers = (_: string, value: unknown): unknown => {
  if (Object.is(value, -0)) return negativeZero;
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
};
const negativeZero = '-0';

/** Reads a line of the history; undefined if it is not an entry. Entries of the older form come out like those of today. */
export function parseEntry(line: string): HistoryEntry | undefined {
  try {
    const value = JSON.parse(line, withNegativeZero) as Partial<HistoryEntry> | null;
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, item, when, conditions } = value;
    const named = typeof id === 'string' && typeof item === 'string' && typeof when === 'string';
    return named && typeof conditions === 'object' && conditions !== null ? withChanges(value) : undefined;
  } catch {
    return undefined;
  }
}

const withNegativeZero = (_: string, value: unknown): unknown => (value === negativeZero ? -0 : value);

function withChanges(value: object): HistoryEntry {
  if ('changes' in value && Array.isArray(value.changes)) return value as HistoryEntry;
  const { record, replaced, also = [], session, ...rest } = value as OldChanges;
  const changes: StoredChange[] = [];
  if (record) changes.push(changeOf(record, replaced, false));
  for (const other of also) changes.push(changeOf(other.record, other.replaced, record !== undefined));
  if (session) changes.push({ session: session.property, value: session.value, replaced: session.replaced });
  return { ...rest, changes } as unknown as HistoryEntry;
}

/** Adds the key to what was replaced; in the older form a matrix had none there. */
const changeOf = (
  { name, values, removed }: OldRecord,
  replaced: RecordValues | undefined,
  derived: boolean,
): StoredChange => ({
  record: name,
  values,
  ...(removed && { removed }),
  ...(replaced && { replaced: { ...keyFieldsOf(name, values), ...replaced } }),
  ...(derived && { derived }),
});
