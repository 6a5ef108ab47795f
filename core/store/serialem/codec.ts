import { EucentricError, counted } from '../../base';
import type { BlockLayout, Field, Layout } from './fields';
import { fixed, numberOf, textBehind } from './text';

/** Values of a record of any kind; the typed forms are `MainRecords` and `ShortTermRecords`. */
export type RecordValues = Readonly<Record<string, unknown>>;

/**
 * The values of a line, with a remark where something was corrected or ignored; or the reason why the line cannot be
 * read.
 */
export type Reading = { readonly values: RecordValues; readonly remark?: string } | { readonly error: string };

/** Reads the items of one line by its fields; missing trailing items take the values of the older forms. */
export function readFields(
  items: readonly string[],
  fields: readonly Field[],
  olderForm?: Layout['olderForm'],
  lineText = '',
  behind = 0,
): Reading {
  if (olderForm && items.length === olderForm.items) {
    const reading = readFields(
      items,
      fields.filter((field) => olderForm.fields.includes(field.name)),
    );
    if ('error' in reading) return reading;
    const others = Object.fromEntries(
      fields.map((field) => [field.name, olderForm.others[field.name] ?? field.fallback ?? 0]),
    );
    return { ...reading, values: { ...others, ...reading.values } };
  }
  const data = fields.filter((field) => !field.informative);
  const closing = fields.find((field) => field.informative);
  const required = data.filter((field) => field.fallback === undefined).length;
  if (items.length < required)
    return { error: `it has ${counted(items.length, 'value')} and needs at least ${required}` };
  const remarks: string[] = [];
  const hasClosing = closing !== undefined && items.length > required;
  const present = Math.min(hasClosing ? items.length - 1 : items.length, data.length);
  const values: Record<string, unknown> = {};
  for (const [at, field] of data.entries()) {
    if (field.kind === 'rest') {
      const text = textBehind(lineText, behind + at);
      if (text === '') return { error: `${field.name} is missing` };
      values[field.name] = text;
    } else if (at >= present) values[field.name] = field.fallback ?? 0;
    else {
      const reading = readItem(items[at]!, field);
      if ('error' in reading) return reading;
      if (reading.remark) remarks.push(reading.remark);
      values[field.name] = reading.value;
    }
  }
  if (closing) values[closing.name] = hasClosing ? wholeNumber(items.at(-1)!, closing) : 0;
  const most = data.length + (closing ? 1 : 0);
  if (items.length > most && data.at(-1)?.kind !== 'rest')
    remarks.push(`it has ${counted(items.length, 'value')} of which ${most} are known`);
  return remarks.length > 0 ? { values, remark: remarks.join('; ') } : { values };
}

/** An informative number never costs a record: it is rounded, and out of range it is 0. */
function wholeNumber(item: string, { minimum, maximum }: Field): number {
  const value = Math.trunc(numberOf(item) ?? 0);
  return value >= minimum && value <= maximum ? value : 0;
}

function readItem(
  item: string,
  field: Field,
): { readonly value: number | string; readonly remark?: string } | { readonly error: string } {
  if (field.kind === 'word') return { value: item };
  const number = numberOf(item);
  if (number === undefined) return { error: `"${shorten(item)}" is not a number (${field.name})` };
  const value = field.kind === 'int' ? Math.trunc(number) : number;
  const outside = rangeError(value, field);
  if (outside) return { error: outside };
  return value === number ? { value } : { value, remark: `${field.name} is read as ${value}, without the fraction` };
}

function rangeError(value: number, field: Field): string | undefined {
  if (value >= field.minimum && value <= field.maximum) return undefined;
  return `${field.name} ${value} is outside ${field.minimum} to ${field.maximum}`;
}

const shorten = (item: string): string => (item.length <= 24 ? item : `${item.slice(0, 24)}...`);

/** Prints the values of a line by its fields, without keyword. */
function printFields(values: RecordValues, fields: readonly Field[]): string {
  return fields.map((field, at) => (at === 0 ? '' : field.lead) + printItem(values[field.name], field)).join('');
}

function printItem(value: unknown, field: Field): string {
  if (field.kind === 'word' || field.kind === 'rest') return String(value);
  if (field.kind === 'int') return String(Number(value) || 0).padStart(field.width);
  // SerialEM holds these in 32 bits. With more digits its next save would change them.
  const held = field.kind === 'f32' ? Math.fround(Number(value)) : Number(value);
  return fixed(held, field.decimals).padStart(field.width);
}

/** The number of rows in the header of a block; `undefined` if it is unreadable. */
export function announcedRows(layout: BlockLayout, items: readonly string[], header: Reading): number | undefined {
  if (layout.countAt !== undefined) return countOf(items[layout.countAt]);
  return 'values' in header ? layout.rowCount?.(header.values) : undefined;
}

/** A number of rows, read from an item. */
export function countOf(item: string | undefined): number | undefined {
  const count = item === undefined ? undefined : numberOf(item);
  return count !== undefined && Number.isInteger(count) && count >= 0 ? count : undefined;
}

/** Reads the header of a block, without the number of rows: the rows themselves are counted. */
export function readHeader(layout: BlockLayout, items: readonly string[]): Reading {
  const own = layout.countAt === undefined ? items : items.filter((_, at) => at !== layout.countAt);
  const shared = layout.sharedValue !== undefined && own.length === layout.fields.length + 1;
  return readFields(shared ? own.slice(0, -1) : own, layout.fields);
}

/** The canonical lines of a record: a line, the header and rows of a block, or one row of a table. */
export function printRecord(name: string, layout: Layout, values: RecordValues): string[] {
  if (layout.shape === 'table') return [printFields(values, layout.fields)];
  if (layout.shape === 'line') {
    const keyword = layout.separator === '' ? '' : name + layout.separator;
    return [keyword + printFields(values, layout.fields)];
  }
  const rows = rowsOf(values);
  return [name + printHeader(layout, values, rows.length), ...rows.map((row) => printFields(row, layout.rows))];
}

function printHeader(layout: BlockLayout, values: RecordValues, count: number): string {
  const items = layout.fields.map((field) => field.lead + printItem(values[field.name], field));
  if (layout.countAt !== undefined) items.splice(layout.countAt, 0, ` ${count}`);
  return items.join('');
}

/** The rows of a block. */
export const rowsOf = (values: RecordValues): readonly RecordValues[] => (values.rows ?? []) as readonly RecordValues[];

/** The key of a record among those of its name, as text. */
export const keyOf = (layout: Layout, values: RecordValues): string =>
  [...layout.key.map((field) => String(values[field])), layout.keyBeside?.(values) ?? ''].join(' ');

/** True when two records of one name have the same key, within the differences that SerialEM allows. */
export const sameKey = (layout: Layout, one: RecordValues, other: RecordValues): boolean =>
  keyOf(layout, one) === keyOf(layout, other) ||
  (layout.keyWithin !== undefined &&
    layout.key.every((field) => {
      const within = layout.keyWithin?.[field];
      return within === undefined
        ? String(one[field]) === String(other[field])
        : Math.abs(Number(one[field]) - Number(other[field])) <= within;
    }));

/**
 * Checks values before they are stored, and returns them frozen, with the fields in file order. Throws
 * `store/value-not-storable` for anything that the file cannot hold, so that no later save can fail because of it.
 */
export function checkedValues(name: string, layout: Layout, values: RecordValues): RecordValues {
  const checked: Record<string, unknown> = {};
  if (layout.shape === 'table' && layout.index) checked[layout.index.name] = values[layout.index.name];
  for (const field of layout.fields) checked[field.name] = checkedItem(name, field, values[field.name]);
  if (layout.shape === 'block') {
    const rows = rowsOf(values);
    const wanted = layout.rowCount?.(checked);
    if (wanted !== undefined && wanted !== rows.length)
      throw notStorable(name, `it needs ${wanted} rows and has ${rows.length}`);
    if (rows.length > layout.maxRows)
      throw notStorable(name, `it has ${rows.length} rows and SerialEM has room for ${layout.maxRows}`);
    checked.rows = Object.freeze(
      rows.map((row) =>
        Object.freeze(
          Object.fromEntries(layout.rows.map((field) => [field.name, checkedItem(name, field, row[field.name])])),
        ),
      ),
    );
  }
  return Object.freeze(checked);
}

function checkedItem(name: string, field: Field, value: unknown): number | string {
  if (field.kind === 'word' || field.kind === 'rest') {
    const bad = field.kind === 'word' ? /[\s\0]/ : /[\r\n\0]/;
    const fits =
      typeof value === 'string' &&
      value !== '' &&
      !bad.test(value) &&
      !/(^|\s)#/.test(value) &&
      !/[^\0-\xff]/.test(value);
    if (!fits || value.trim() !== value)
      throw notStorable(name, `${field.name} "${String(value)}" is not text that the file can hold`);
    return value;
  }
  const number = value === undefined ? (field.informative ? 0 : field.fallback) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw notStorable(name, `${field.name} is ${String(value)}, not a number`);
  if (field.kind === 'int' && !Number.isInteger(number))
    throw notStorable(name, `${field.name} ${number} is not a whole number`);
  const outside = rangeError(number, field);
  if (outside) throw notStorable(name, outside);
  return number;
}

/** The error for values that the file cannot hold. */
export const notStorable = (name: string, why: string): EucentricError =>
  new EucentricError({
    code: 'store/value-not-storable',
    message: `The record ${name} cannot be stored: ${why}.`,
    hint: 'Nothing was changed. Repeat the measurement; if it happens again, keep the log and report it.',
  });
