import { readWhole } from './disk';
import { CalibrationFile, type FileKind, type FileProblem, type RecordValues, rowsOf } from './serialem';

/** A record with its name, as JSON shows it. */
export interface ShownRecord {
  /** The keyword in the file. */
  readonly record: string;
  readonly [field: string]: unknown;
}

/** A calibration file for programs and for people. */
export interface ShownCalibrations {
  readonly kind: FileKind;
  /** Every record in file order; each row of a counted table is one, blocks carry their `rows`. */
  readonly records: readonly ShownRecord[];
  /** Lines that are kept without being understood. */
  readonly kept: readonly { readonly line: number; readonly text: string }[];
  /** The same as a table for people. */
  readonly table: string;
}

/** Reads one of the three calibration files. Throws `store/too-large`, `store/read-failed`; a file of another kind gives only problems. */
export async function readCalibrationFile(
  path: string,
): Promise<{ readonly file?: CalibrationFile; readonly problems: readonly FileProblem[] }> {
  const bytes = await readWhole(path);
  if (bytes) return CalibrationFile.parse(bytes, path);
  const hint = 'Check the name and the folder.';
  return { problems: [{ severity: 'error', code: 'store/no-file', message: `There is no file ${path}.`, hint }] };
}

/** All that a calibration file holds, as data and as a table. */
export function showCalibrations(file: CalibrationFile): ShownCalibrations {
  const records = file.all().map(({ name, values }): ShownRecord => ({ record: name, ...values }));
  const kept = file.kept();
  return { kind: file.format.kind, records, kept, table: tableOf(records, kept) };
}

function tableOf(records: readonly ShownRecord[], kept: ShownCalibrations['kept']): string {
  const names = [...new Set(records.map(({ record }) => record))];
  const parts = names.map((name) =>
    section(
      name,
      records.filter(({ record }) => record === name),
    ),
  );
  if (kept.length > 0)
    parts.push(['Lines that are not understood', ...kept.map(({ line, text }) => `  ${line}: ${text}`)].join('\n'));
  return parts.length > 0 ? `${parts.join('\n\n')}\n` : 'No calibrations.\n';
}

function section(name: string, records: readonly ShownRecord[]): string {
  const title = records.length === 1 ? name : `${name} (${records.length})`;
  if (!records.some((record) => Array.isArray(record.rows)))
    return [title, ...columns(records.map(fieldsOf), '  ')].join('\n');
  const blocks = records.flatMap((record) => [
    ...columns([fieldsOf(record)], '  '),
    ...columns(rowsOf(record), '      '),
  ]);
  return [title, ...blocks].join('\n');
}

function fieldsOf({ record: _, rows: __, ...fields }: ShownRecord): RecordValues {
  return fields;
}

/** Lines of right-aligned columns under their names. */
function columns(rows: readonly RecordValues[], indent: string): string[] {
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return [];
  const byColumn = names.map((name) => evenDecimals(rows.map((row) => row[name])));
  const texts = rows.map((_, at) => byColumn.map((column) => column[at]!));
  const widths = names.map((name, at) =>
    texts.reduce((widest, text) => Math.max(widest, text[at]!.length), name.length),
  );
  return [names, ...texts].map((row) => indent + row.map((text, at) => text.padStart(widths[at]!)).join('  '));
}

/** The texts of a column; its numbers have equally many decimals, six at most, so that the points stand under each other. */
function evenDecimals(values: readonly unknown[]): readonly string[] {
  const decimalsOf = (value: unknown): number =>
    typeof value === 'number'
      ? (value
          .toFixed(6)
          .replace(/\.?0+$/, '')
          .split('.')[1]?.length ?? 0)
      : 0;
  const decimals = values.reduce<number>((most, value) => Math.max(most, decimalsOf(value)), 0);
  return values.map((value) => (typeof value === 'number' ? value.toFixed(decimals) : String(value)));
}
