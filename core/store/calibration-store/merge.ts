import { type CalibrationDifference, diffCalibrations } from './diff';
import { type CalibrationFile, keyOf, printRecord, type RecordValues } from '../serialem';

/** Outcome of joining two sets of changes. */
export interface Merge {
  /** Records that were taken over from the other program. */
  readonly taken: number;
  /** Records that both have changed, in words. Nothing is taken over when there are any. */
  readonly conflicts: readonly string[];
}

/**
 * Takes over what another program has changed in a file since it was read, where this session has not changed the same
 * record. Both may have changed a record in the same way.
 * @param mine the records of this session, which are changed
 * @param base the file as it was read or saved last
 * @param theirs the file as it is now
 */
export function mergeCalibrations(mine: CalibrationFile, base: CalibrationFile, theirs: CalibrationFile): Merge {
  const theirChanges = diffCalibrations(base, theirs).differences;
  const myChanges = new Map(diffCalibrations(base, mine).differences.map((change) => [placeOf(mine, change), change]));
  const same = (change: CalibrationDifference): boolean => {
    const own = myChanges.get(placeOf(mine, change));
    return own !== undefined && textOf(mine, own) === textOf(mine, change);
  };
  // Of several records with one key nobody knows which became which.
  const unclear = (change: CalibrationDifference): boolean =>
    [mine, base, theirs].some((file) => recordsAt(file, change).length > 1);
  const conflicts = theirChanges
    .filter((change) => !same(change) && (myChanges.has(placeOf(mine, change)) || unclear(change)))
    .map(inWords);
  if (keptIn(theirs) !== keptIn(base)) conflicts.push('lines that this program does not know');
  if (conflicts.length > 0) return { taken: 0, conflicts };
  const taken = theirChanges.filter((change) => !same(change));
  for (const change of taken) apply(mine, change);
  return { taken: taken.length, conflicts };
}

function apply(file: CalibrationFile, change: CalibrationDifference): void {
  const present = new Set(recordsAt(file, change));
  if (change.after === undefined) file.remove(change.record, (existing) => present.has(existing));
  else file.put(change.record, change.after, (existing) => present.has(existing));
}

/** The key of the record that a change concerns. */
const keyIn = (file: CalibrationFile, { record, before, after }: CalibrationDifference): string =>
  keyOf(file.format.layouts.get(record)!, (after ?? before)!);

/** The record and its key, as text. */
const placeOf = (file: CalibrationFile, change: CalibrationDifference): string =>
  `${change.record} ${keyIn(file, change)}`;

/** The records of a file under the key of a change. */
const recordsAt = (file: CalibrationFile, change: CalibrationDifference): readonly RecordValues[] =>
  file
    .get(change.record)
    .filter((values) => keyOf(file.format.layouts.get(change.record)!, values) === keyIn(file, change));

/** The record as a change leaves it; empty for one that was removed. */
const textOf = (file: CalibrationFile, { record, after }: CalibrationDifference): string =>
  after ? printRecord(record, file.format.layouts.get(record)!, after).join('\n') : '';

const keptIn = (file: CalibrationFile): string =>
  file
    .kept()
    .map(({ text }) => text)
    .join('\n');

function inWords({ record, key }: CalibrationDifference): string {
  const fields = Object.entries(key).map(([name, value]) => `${name} ${String(value)}`);
  return [record, ...fields].join(' ');
}
