import { EucentricError } from '../../base';
import { type ChangeTarget, describeKey, keyFieldsOf, recordNow } from './apply-changes';
import { type Change, type RecordChange, recordLayouts, type StoredChange } from './changes';
import type { HistoryEntry } from './history-entry';

/** The changes that bring an entry back, each with the one of the entry that it comes from. */
export interface ChangesBack {
  readonly changes: readonly Change[];
  readonly sources: readonly StoredChange[];
}

/** Reason, in words, for which one of the changes of an entry cannot be restored. */
interface Conflict {
  readonly conflict: string;
}

/**
 * The changes that make everything that an entry changed as it was then (`value`) or as it was before (`replaced`).
 * Throws `history/nothing-to-restore` or `history/conflict`.
 */
export function changesBack(target: ChangeTarget, entry: HistoryEntry, which: 'value' | 'replaced'): ChangesBack {
  const { settings } = target;
  if (entry.changes.length === 0)
    throw nothingToRestore(entry, 'stored nothing', 'Choose an entry that stored something.');
  const ofSession = entry.changes.find((change) => 'session' in change);
  if (ofSession && !settings)
    throw nothingToRestore(
      entry,
      `changed ${ofSession.session}, which holds for a session, and there is none here`,
      `Restore it in the console, or enter ${ofSession.session} in the configuration.`,
    );
  const wanted = entry.changes.map((source) => ({ source, back: changeBack(target, source, which) }));
  const conflicts = wanted.flatMap(({ back }) => (back && 'conflict' in back ? [back.conflict] : []));
  if (conflicts.length > 0)
    throw new EucentricError({
      code: 'history/conflict',
      message: `The entry of ${entry.when} (${entry.summary}) cannot be restored: ${conflicts.join('; ')}.`,
      hint: 'Nothing was changed. Restore or measure what is missing first, or run the item of this entry again.',
    });
  const found = wanted.flatMap(({ source, back }) => (back && !('conflict' in back) ? [{ source, back }] : []));
  return { changes: found.map(({ back }) => back), sources: found.map(({ source }) => source) };
}

function changeBack(
  { calibrations, settings }: ChangeTarget,
  source: StoredChange,
  which: 'value' | 'replaced',
): Change | Conflict | undefined {
  if ('session' in source) {
    const { session, value, replaced } = source;
    if (!settings?.isOfSession(session)) return { conflict: `${session} is not set for the session any more` };
    return { session, value: which === 'value' ? value : replaced };
  }
  const { record, values, removed, amended, replaced, derived } = source;
  if (!(record in recordLayouts)) return { conflict: `there are no records ${record} any more` };
  const options = { sessionMeasured: false };
  const key = keyFieldsOf(record, values);
  if (amended) {
    if (!recordNow(calibrations, record, key))
      return derived
        ? undefined
        : {
            conflict: `there is no ${record} with ${describeKey(key)} any more, of which ${amended.join(', ')} changed`,
          };
    const from = which === 'value' ? values : replaced!;
    const fields = Object.fromEntries(amended.map((field) => [field, from[field]]));
    return { amend: record, key, fields, ...options } as Change;
  }
  const row = which === 'value' ? (removed ? undefined : values) : replaced;
  return (row ? { put: record, row, ...options } : { remove: record, key: rowFor(source, key), ...options }) as Change;
}

/** Fields that identify the record to be removed; for some records these are more than the key. */
const rowFor = ({ values, removed, replaced }: RecordChange, key: object): object => ({
  ...(removed ? replaced : values),
  ...key,
});

const nothingToRestore = ({ when, summary }: HistoryEntry, why: string, hint: string): EucentricError =>
  new EucentricError({
    code: 'history/nothing-to-restore',
    message: `The entry of ${when} (${summary}) ${why}.`,
    hint,
  });
