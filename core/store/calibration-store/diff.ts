import { decompose, EucentricError, inverse, type Matrix, percentChange, product } from '../../base';
import { type CalibrationFile, keyOf, type Layout, printRecord, type RecordValues } from '../serialem';

/** One record that two files do not share. */
export interface CalibrationDifference {
  readonly kind: 'added' | 'removed' | 'changed';
  /** The keyword in the file. */
  readonly record: string;
  /** The fields that identify the record, such as mag index and camera. */
  readonly key: RecordValues;
  readonly before?: RecordValues;
  readonly after?: RecordValues;
  /** The fields that differ. */
  readonly fields: readonly string[];
  /** For matrices: the mean change of vectors, in percent. */
  readonly percentChange?: number;
  /** For matrices: the rotation from the earlier to the later one, degrees counter-clockwise. */
  readonly rotation?: number;
}

/** Differences between two calibration files. */
export interface CalibrationDifferences {
  readonly differences: readonly CalibrationDifference[];
  /** The same for people, one line a difference. */
  readonly text: string;
}

/**
 * Compares two files of one kind record by record; the order of records and the form of numbers do not matter.
 * Throws `store/different-kinds`.
 */
export function diffCalibrations(before: CalibrationFile, after: CalibrationFile): CalibrationDifferences {
  if (before.format !== after.format) {
    throw new EucentricError({
      code: 'store/different-kinds',
      message: `A file of kind ${before.format.kind} cannot be compared with one of kind ${after.format.kind}.`,
      hint: 'Name two files that begin with the same keyword.',
    });
  }
  const differences = [...before.format.layouts].flatMap(([name, layout]) =>
    differencesOf(name, layout, before.get(name), after.get(name)),
  );
  const text = differences.length === 0 ? 'No differences.\n' : `${differences.map(lineOf).join('\n')}\n`;
  return { differences, text };
}

function differencesOf(
  name: string,
  layout: Layout,
  before: readonly RecordValues[],
  after: readonly RecordValues[],
): readonly CalibrationDifference[] {
  const textOf = (values: RecordValues): string =>
    [keyOf(layout, values), ...printRecord(name, layout, values)].join('\n');
  const [gone, come] = paired(before, after, textOf);
  const [removed, added, changed] = paired(gone, come, (values) => keyOf(layout, values));
  const keyFields = (values: RecordValues): RecordValues =>
    Object.fromEntries(layout.key.map((field) => [field, values[field]]));
  const all = (values: RecordValues): readonly string[] => Object.keys(values);
  return [
    ...removed.map((values) => ({
      kind: 'removed' as const,
      record: name,
      key: keyFields(values),
      before: values,
      fields: all(values),
    })),
    ...changed.map(([old, now]) => ({
      kind: 'changed' as const,
      record: name,
      key: keyFields(now),
      before: old,
      after: now,
      fields: all(now).filter((field) => JSON.stringify(old[field]) !== JSON.stringify(now[field])),
      ...matrixChange(old, now),
    })),
    ...added.map((values) => ({
      kind: 'added' as const,
      record: name,
      key: keyFields(values),
      after: values,
      fields: all(values),
    })),
  ];
}

/** Pairs values of one text in their order: what is only on the left, only on the right, and the pairs. */
function paired<T>(
  left: readonly T[],
  right: readonly T[],
  textOf: (value: T) => string,
): readonly [T[], T[], (readonly [T, T])[]] {
  const waiting = new Map<string, T[]>();
  for (const value of left) {
    const others = waiting.get(textOf(value));
    if (others) others.push(value);
    else waiting.set(textOf(value), [value]);
  }
  const unmatched: T[] = [];
  const pairs: (readonly [T, T])[] = [];
  for (const value of right) {
    const partner = waiting.get(textOf(value))?.shift();
    if (partner === undefined) unmatched.push(value);
    else pairs.push([partner, value]);
  }
  const matched = new Set(pairs.map(([partner]) => partner));
  return [left.filter((value) => !matched.has(value)), unmatched, pairs];
}

function matrixChange(
  before: RecordValues,
  after: RecordValues,
): Pick<CalibrationDifference, 'percentChange' | 'rotation'> {
  const [old, now] = [matrixIn(before), matrixIn(after)];
  const back = old && inverse(old);
  if (!old || !now || !back) return {};
  const percent = percentChange(old, now);
  return {
    ...(percent === undefined ? {} : { percentChange: percent }),
    rotation: decompose(product(now, back)).rotation,
  };
}

function matrixIn(values: RecordValues): Matrix | undefined {
  const { xpx, xpy, ypx, ypy } = values;
  if (typeof xpx !== 'number' || typeof xpy !== 'number' || typeof ypx !== 'number' || typeof ypy !== 'number')
    return undefined;
  return { xpx, xpy, ypx, ypy };
}

function lineOf({
  kind,
  record,
  key,
  before,
  after,
  fields,
  percentChange: percent,
  rotation,
}: CalibrationDifference): string {
  const place = Object.entries(key)
    .map(([name, value]) => ` ${name} ${String(value)}`)
    .join(',');
  const head = `${{ added: '+', removed: '-', changed: '~' }[kind]} ${record}${place}`;
  if (kind !== 'changed') return head;
  if (percent !== undefined && rotation !== undefined) {
    return `${head}: changed by ${percent.toFixed(2)} %, rotated by ${rotation.toFixed(2)} degrees`;
  }
  const changes = fields.map((field) =>
    field === 'rows' ? rowsChange(before!, after!) : `${field} ${String(before![field])} -> ${String(after![field])}`,
  );
  return `${head}: ${changes.join(', ')}`;
}

function rowsChange(before: RecordValues, after: RecordValues): string {
  const [old, now] = [before.rows as readonly unknown[], after.rows as readonly unknown[]];
  if (old.length !== now.length) return `${old.length} -> ${now.length} rows`;
  const differing = now.filter((row, at) => JSON.stringify(row) !== JSON.stringify(old[at])).length;
  return `${differing} of ${now.length} rows differ`;
}
