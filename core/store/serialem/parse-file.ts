import { distance } from 'fastest-levenshtein';
import { announcedRows, countOf, readFields, readHeader, type Reading, type RecordValues } from './codec';
import type { BlockLayout, Layout, LineLayout, TableLayout } from './fields';
import { type FileFormat, fileFormats } from './format';
import { type Problem, ProblemList } from './problem';
import { itemsOf, maxFileBytes, type Line, maxItems, maxLines, splitLines, tooLargeMessage } from './text';

/** One record, or unknown lines; `raw` is the exact text until somebody changes the record. */
export interface Entry {
  readonly values?: RecordValues;
  readonly raw?: string;
  /** The first line in the file, from 1; 0 for an entry that was not in the file. */
  readonly line: number;
}

/** A part of a file: one record, a table of records, or (without name) unknown lines that are kept. */
export interface Section {
  readonly name?: string;
  /** The original header line of a table, and the number of rows in it. */
  readonly head?: { readonly raw: string; readonly count: number; readonly line: number };
  readonly entries: readonly Entry[];
  /** True when the section differs from what was read. */
  readonly changed?: boolean;
}

/** The parts of a file; their texts together are the file. */
export interface ParsedFile {
  readonly format: FileFormat;
  /** The header line with everything before it. */
  readonly opening: string;
  readonly lineEnd: '\n' | '\r\n';
  readonly sections: readonly Section[];
  readonly problems: readonly Problem[];
}

const severeHint = 'The line is kept in the file but not used; repair it there, or run the calibration again.';
const byteOrderMark = '\xef\xbb\xbf';

/**
 * Splits a calibration file into its parts. Unreadable lines are kept and reported, never dropped.
 * Any other file yields only problems and no `parsed`.
 * @param bytes the whole file, at most `maxFileBytes`
 * @param fileName the name for messages
 * @param expected the expected format; without it the first line decides
 */
export function parseFile(
  bytes: Uint8Array,
  fileName: string,
  expected?: FileFormat,
): { readonly parsed?: ParsedFile; readonly problems: readonly Problem[] } {
  const problems = new ProblemList(fileName);
  const refuse = (code: string, message: string, hint: string): { problems: readonly Problem[] } => {
    problems.add('error', code, 1, message, hint);
    return { problems: problems.all() };
  };
  if (bytes.length > maxFileBytes)
    return refuse('store/too-large', tooLargeMessage(bytes.length), 'Check that this is the right file.');
  // One character per byte, so that text in UTF-8 or in any single-byte encoding is written as it was read.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const lines = splitLines(text);
  const first = lines[0];
  if (!first) return refuse('store/empty-file', 'the file is empty.', 'Bring it back from the .bak file next to it.');
  if (/^(\xff\xfe|\xfe\xff)/.test(text) || first.text.includes('\0')) {
    const message = 'the file is not plain text (it looks like UTF-16 or binary data).';
    return refuse('store/wrong-encoding', message, 'Save it as plain text (ANSI or UTF-8).');
  }
  const title = first.text.startsWith(byteOrderMark) ? first.text.slice(byteOrderMark.length) : first.text;
  const header = itemsOf(title)[0] ?? '';
  const format = expected ?? Object.values(fileFormats).find((each) => each.header === header);
  if (!format || header !== format.header) {
    const wanted = expected
      ? expected.header
      : Object.values(fileFormats)
          .map((each) => each.header)
          .join(' or ');
    const hint = 'Nothing was read. Check that this is the right file, or restore it from the .bak file.';
    return refuse('store/wrong-header', `the first line must begin with ${wanted}.`, hint);
  }
  if (lines.length > maxLines) {
    const message = `the file has ${lines.length} lines; at most ${maxLines} are read.`;
    return refuse('store/too-large', message, 'Check that this is the right file.');
  }
  const sections = new FileReader(lines, format, problems).read();
  if (lines.at(-1)!.end === '') {
    const message = 'the file ends within a line, so its last record may be cut short.';
    problems.add('warning', 'store/no-line-end', lines.length, message, 'Compare the last record with the .bak file.');
  }
  const found = problems.all();
  const parsed: ParsedFile = {
    format,
    opening: first.text + first.end,
    lineEnd: first.end === '\n' ? '\n' : '\r\n',
    sections,
    problems: found,
  };
  return { parsed, problems: found };
}

class FileReader {
  private readonly sections: Section[] = [];
  private at = 1;
  private lastCameraEnd?: number;

  constructor(
    private readonly lines: readonly Line[],
    private readonly format: FileFormat,
    private readonly problems: ProblemList,
  ) {}

  read(): readonly Section[] {
    while (this.at < this.lines.length) this.readSection();
    return this.sections;
  }

  private readSection(): void {
    const { text } = this.lines[this.at]!;
    const items = this.format.everyLine === undefined ? itemsOf(text) : [this.format.everyLine, ...itemsOf(text)];
    const error = lineError(text, items);
    if (error) {
      this.problem(this.at, 'store/unreadable-line', error, severeHint);
      return this.keep(1);
    }
    const name = items[0];
    if (name === undefined) return this.keep(1);
    if (name === 'CameraProperties') return this.keepCameraProperties();
    const layout = this.format.layouts.get(name);
    if (!layout) return this.keepUnknown(name);
    if (layout.shape === 'table') this.readTable(name, layout, items.slice(1));
    else if (layout.shape === 'block') this.readBlock(name, layout, items.slice(1));
    else this.readLine(name, layout, items.slice(1));
  }

  private readLine(name: string, layout: LineLayout, items: readonly string[]): void {
    const behind = this.format.everyLine === undefined ? 1 : 0;
    const reading = readFields(items, layout.fields, layout.olderForm, this.lines[this.at]!.text, behind);
    const values = this.accept(reading, this.at, name);
    this.sections.push({ name, entries: [this.entry(this.at, this.at + 1, values)] });
    this.at += 1;
  }

  private readTable(name: string, layout: TableLayout, items: readonly string[]): void {
    const start = this.at;
    const count = this.count(name, countOf(items[0]), start);
    if (count === undefined) return this.keep(1);
    const entries: Entry[] = [];
    this.at += 1;
    for (let row = 0; row < count && this.rowFollows(); this.at += 1) {
      const text = this.lines[this.at]!.text;
      const own = itemsOf(text);
      if (own.length === 0) {
        this.blankInside(name);
        entries.push(this.entry(this.at, this.at + 1));
        continue;
      }
      const values = this.accept(this.readRow(own, text, layout), this.at, name);
      const numbered = values && layout.index ? { [layout.index.name]: layout.index.from + row, ...values } : values;
      entries.push(this.entry(this.at, this.at + 1, numbered));
      row += 1;
    }
    const found = entries.filter((entry) => entry.raw!.trim() !== '').length;
    if (found < count) this.short(name, start, count, found);
    const head = this.lines[start]!;
    this.sections.push({ name, head: { raw: head.text + head.end, count, line: start + 1 }, entries });
  }

  private readBlock(name: string, layout: BlockLayout, items: readonly string[]): void {
    const start = this.at;
    const header = readHeader(layout, items);
    const own = this.accept(header, start, name);
    const count = this.count(name, announcedRows(layout, items, header), start);
    if (count === undefined) return this.keep(1);
    const shared =
      layout.sharedValue !== undefined && items.length === layout.fields.length + 2 ? Number(items.at(-1)) : undefined;
    const rows: RecordValues[] = [];
    let read = 0;
    for (this.at += 1; read < count && this.rowFollows(); this.at += 1) {
      const text = this.lines[this.at]!.text;
      const rowItems = itemsOf(text);
      if (rowItems.length === 0) {
        this.blankInside(name);
        continue;
      }
      read += 1;
      const values = this.accept(this.readRow(rowItems, text, layout, layout.rows), this.at, name);
      if (values) rows.push(shared === undefined ? values : { ...values, [layout.sharedValue!]: shared });
    }
    if (read < count) this.short(name, start, count, read);
    const whole = own !== undefined && rows.length === count;
    if (!whole && own !== undefined && read === count) {
      this.problem(start, 'store/incomplete-record', `${name} is not used because of its unreadable rows.`, severeHint);
    }
    const entry = this.entry(start, this.at, whole ? { ...own, rows } : undefined);
    this.sections.push({ name, entries: [entry] });
  }

  private readRow(items: readonly string[], text: string, layout: Layout, fields = layout.fields): Reading {
    const error = lineError(text, items);
    return error ? { error } : readFields(items, fields);
  }

  private accept(reading: Reading, at: number, name: string): RecordValues | undefined {
    if ('error' in reading) {
      this.problem(at, 'store/unreadable-record', `${name} cannot be read: ${reading.error}.`, severeHint);
      return undefined;
    }
    if (reading.remark)
      this.problems.add(
        'warning',
        'store/odd-record',
        at + 1,
        `${name}: ${reading.remark}.`,
        'It is used as far as it is known.',
      );
    return reading.values;
  }

  private count(name: string, count: number | undefined, at: number): number | undefined {
    if (count === undefined)
      this.problem(at, 'store/bad-count', `${name} does not give the number of rows that follow.`, severeHint);
    return count;
  }

  private short(name: string, start: number, count: number, found: number): void {
    const hint = 'Compare the file with the .bak file next to it; what is there is kept.';
    this.problem(start, 'store/short-table', `${name} announces ${count} rows, but ${found} follow.`, hint);
  }

  private blankInside(name: string): void {
    const hint = 'Remove the empty line: SerialEM ends reading there.';
    this.problems.add('warning', 'store/blank-in-table', this.at + 1, `there is an empty line in ${name}.`, hint);
  }

  /** True when the present line can be a row. A keyword ends a table whose number of rows is too large. */
  private rowFollows(): boolean {
    const line = this.lines[this.at];
    return line !== undefined && (!/^[ \t]*[A-Za-z_]/.test(line.text) || /^[ \t]*(nan|inf)/i.test(line.text));
  }

  private keepUnknown(name: string): void {
    const comparable = !this.problems.full && name.length <= 40;
    const nearest =
      comparable &&
      [...this.format.layouts.keys()].find((each) => distance(each.toLowerCase(), name.toLowerCase()) <= 2);
    const hint = nearest
      ? `Did you mean ${nearest}? The line is kept as it is.`
      : 'It may belong to a newer SerialEM; the line is kept as it is.';
    const shown = name.length <= 40 ? name : `${name.slice(0, 40)}...`;
    this.problems.add('warning', 'store/unknown-record', this.at + 1, `the record "${shown}" is not known.`, hint);
    this.keep(1);
  }

  private keepCameraProperties(): void {
    this.lastCameraEnd ??= this.lines.findLastIndex((line) => isCameraEnd(line));
    if (this.lastCameraEnd > this.at) {
      let end = this.at + 1;
      while (!isCameraEnd(this.lines[end]!)) end += 1;
      return this.keep(end + 1 - this.at);
    }
    const hint = 'SerialEM skips all that follows; add the line EndCameraProperties.';
    this.problem(this.at, 'store/open-block', 'CameraProperties has no EndCameraProperties.', hint);
    this.keep(1);
  }

  private keep(count: number): void {
    this.sections.push({ entries: [this.entry(this.at, this.at + count)] });
    this.at += count;
  }

  private entry(from: number, to: number, values?: RecordValues): Entry {
    const raw = this.lines
      .slice(from, to)
      .map((line) => line.text + line.end)
      .join('');
    return values ? { values: Object.freeze(values), raw, line: from + 1 } : { raw, line: from + 1 };
  }

  private problem(at: number, code: string, message: string, hint: string): void {
    this.problems.add('error', code, at + 1, message, hint);
  }
}

const isCameraEnd = (line: Line): boolean => /^[ \t]*EndCameraProperties\b/.test(line.text);

function lineError(text: string, items: readonly string[]): string | undefined {
  if (text.includes('\0')) return 'the line contains NUL bytes';
  if (items.length > maxItems) return `the line has ${items.length} items; at most ${maxItems} are read`;
  return undefined;
}
