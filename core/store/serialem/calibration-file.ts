import { checkedValues, notStorable, printRecord, type RecordValues } from './codec';
import type { Layout } from './fields';
import { type FileFormat, type FileKind, fileFormats, rankOf } from './format';
import { type Entry, parseFile, type ParsedFile, type Section } from './parse-file';
import type { Problem } from './problem';
import { isSimulatedText, simulatedMark } from './text';

/** A record and the line on which it began in the file (0 if it was not in a file). */
export interface PlacedRecord {
  readonly name: string;
  readonly values: RecordValues;
  readonly line: number;
}

/**
 * Ways to write a file. `preserve` changes only what was changed. `canonical` writes every record in SerialEM's place
 * and form, with unknown lines at the end; it does not invent records that SerialEM always writes.
 */
export type WriteMode = 'preserve' | 'canonical';

/** Contents of a file at one moment, for `CalibrationFile.reset`; opaque to callers. */
export type FileState = readonly Section[];

/**
 * A calibration file in memory: every record as its exact text and its values, and every unknown line, in its place.
 * Records that nobody changed are written byte for byte as they were read.
 */
export class CalibrationFile {
  private current: readonly Section[] = [];
  /** Records by their name, until something changes: optics ask for those of the matrices again and again. */
  private readonly found = new Map<string, readonly RecordValues[]>();

  private constructor(
    readonly format: FileFormat,
    private opening: string,
    private readonly lineEnd: '\n' | '\r\n',
    sections: readonly Section[],
  ) {
    this.sections = [...sections];
  }

  /** An empty file, with CR LF line ends as SerialEM writes them. */
  static empty(kind: FileKind): CalibrationFile {
    const format = fileFormats[kind];
    return new CalibrationFile(format, `${format.header}\r\n`, '\r\n', []);
  }

  /**
   * Reads a file. `kind` is the expected kind; without it the first line decides. Any other file yields only problems.
   */
  static parse(
    bytes: Uint8Array,
    fileName: string,
    kind?: FileKind,
  ): { readonly file?: CalibrationFile; readonly problems: readonly Problem[] } {
    const { parsed, problems } = parseFile(bytes, fileName, kind && fileFormats[kind]);
    return parsed ? { file: CalibrationFile.of(parsed), problems } : { problems };
  }

  private static of(parsed: ParsedFile): CalibrationFile {
    return new CalibrationFile(parsed.format, parsed.opening, parsed.lineEnd, parsed.sections);
  }

  private get sections(): readonly Section[] {
    return this.current;
  }
  private set sections(sections: readonly Section[]) {
    this.current = sections;
    this.found.clear();
  }

  /** Takes sections over that differ in the records of one name. */
  private changeOf(name: string, sections: readonly Section[]): void {
    this.current = sections;
    this.found.delete(name);
  }

  /** True for values of a virtual microscope. */
  get simulated(): boolean {
    return isSimulatedText(this.opening);
  }

  /** Says in the first line that the values are those of a virtual microscope; SerialEM takes that for a comment. */
  markSimulated(): void {
    if (!this.simulated) this.opening = `${this.opening.trimEnd()} ${simulatedMark}${this.lineEnd}`;
  }

  /** All known records in file order; each row of a table is one. */
  all(): readonly PlacedRecord[] {
    return this.sections.flatMap(({ name, entries }) =>
      name === undefined ? [] : entries.flatMap(({ values, line }) => (values ? [{ name, values, line }] : [])),
    );
  }

  /** The unknown lines that the file keeps, without blank ones. */
  kept(): readonly { readonly line: number; readonly text: string }[] {
    return this.sections
      .flatMap(({ entries }) => entries.filter((entry) => !entry.values && entry.raw!.trim() !== ''))
      .map((entry) => ({ line: entry.line, text: entry.raw!.trimEnd() }));
  }

  /** The records of one name, in file order: the same array until something changes. */
  get(name: string): readonly RecordValues[] {
    const known = this.found.get(name);
    if (known) return known;
    const records = this.sections.flatMap((section) =>
      section.name === name ? section.entries.flatMap((entry) => (entry.values ? [entry.values] : [])) : [],
    );
    this.found.set(name, records);
    return records;
  }

  /**
   * Stores a record in place of the last one that `same` accepts, and removes any others that it accepts; adds a new
   * record if there is none. Returns true when something changed.
   */
  put(name: string, values: RecordValues, same: (existing: RecordValues) => boolean): boolean {
    const layout = this.layoutOf(name);
    const checked = checkedValues(name, layout, values);
    const matching = this.get(name).filter(same);
    const last = matching.at(-1);
    if (last === undefined) {
      this.insert(name, layout, checked);
      return true;
    }
    const unchanged = printed(name, layout, last) === printed(name, layout, checked);
    if (unchanged && matching.length === 1) return false;
    const others = new Set(matching.slice(0, -1));
    this.edit(name, (entry) => {
      if (entry.values && others.has(entry.values)) return undefined;
      return entry.values === last && !unchanged ? { values: checked, line: entry.line } : entry;
    });
    return true;
  }

  /** Removes the records that `which` accepts and returns how many there were. */
  remove(name: string, which: (existing: RecordValues) => boolean): number {
    const gone = new Set(this.get(name).filter(which));
    if (gone.size > 0) this.edit(name, (entry) => (entry.values && gone.has(entry.values) ? undefined : entry));
    return gone.size;
  }

  /**
   * Makes these the only records of a name, in this order. Records that already exist keep their exact text. Returns
   * true when something changed.
   */
  replaceAll(name: string, rows: readonly RecordValues[]): boolean {
    const layout = this.layoutOf(name);
    const checked = rows.map((row) => checkedValues(name, layout, row));
    if (layout.shape === 'table' && layout.index) checkIndex(name, checked, layout.index);
    const before = this.get(name).map((values) => printed(name, layout, values));
    const after = checked.map((values) => printed(name, layout, values));
    if (before.length === after.length && before.every((text, at) => text === after[at])) return false;
    const present = this.sections.flatMap((section) => (section.name === name ? section.entries : []));
    const texts = new Map(
      present.flatMap((entry) => (entry.values ? [[printed(name, layout, entry.values), entry] as const] : [])),
    );
    this.edit(name, (entry) => (entry.values ? undefined : entry));
    for (const values of checked) this.insert(name, layout, values, texts.get(printed(name, layout, values)), false);
    return true;
  }

  /** Keeps the records of some names in the file but no longer uses them. */
  setAside(names: readonly string[]): void {
    const printLine = (name: string, entry: Entry): string =>
      entry.raw ??
      printRecord(name, this.layoutOf(name), entry.values!)
        .map((text) => text + this.lineEnd)
        .join('');
    this.sections = this.sections.map((section) => {
      const name = section.name;
      if (name === undefined || !names.includes(name)) return section;
      const raw = (section.head?.raw ?? '') + section.entries.map((entry) => printLine(name, entry)).join('');
      return { entries: [{ raw, line: section.entries[0]?.line ?? 0 }] };
    });
  }

  /** The present contents, for `reset`. */
  state(): FileState {
    return [...this.sections];
  }

  /** Returns to an earlier state. */
  reset(state: FileState): void {
    this.sections = [...state];
  }

  /**
   * A copy of the file without the records that are unknown to the SerialEM of a month (such as 2024-12). That SerialEM
   * would report each row as an error.
   */
  forSerialEMOf(month: string): CalibrationFile {
    const known = ({ name }: Section): boolean => name === undefined || (this.layoutOf(name).since ?? '') <= month;
    return new CalibrationFile(this.format, this.opening, this.lineEnd, this.sections.filter(known));
  }

  /** The bytes of the file. */
  render(mode: WriteMode = 'preserve'): Buffer {
    const parts =
      mode === 'preserve' ? this.sections.map((section) => this.printSection(section)) : this.canonicalParts();
    return Buffer.from(this.joined([this.opening, ...parts].filter((part) => part !== '')), 'latin1');
  }

  private printSection(section: Section): string {
    const { name, head, entries } = section;
    if (name === undefined) return entries.map((entry) => entry.raw!).join('');
    const layout = this.layoutOf(name);
    const texts = entries.map(
      (entry) =>
        entry.raw ??
        printRecord(name, layout, entry.values!)
          .map((text) => text + this.lineEnd)
          .join(''),
    );
    if (layout.shape !== 'table') return this.joined(texts);
    if (head && !section.changed) return this.joined([head.raw, ...texts]);
    const solid = texts.filter((text) => text.trim() !== '');
    const header = head?.count === solid.length ? head.raw : `${name}${layout.separator}${solid.length}${this.lineEnd}`;
    return this.joined([header, ...solid]);
  }

  private canonicalParts(): string[] {
    const names = [...this.format.layouts.keys()];
    const groups = new Map<number, { name: string; values: RecordValues }[]>();
    for (const { name, values } of this.all()) {
      const rank = rankOf(this.format, name);
      const group = groups.get(rank);
      if (group) group.push({ name, values });
      else groups.set(rank, [{ name, values }]);
    }
    const parts = names.flatMap((_, rank) => this.canonicalGroup(groups.get(rank) ?? []));
    const unknown = this.sections.flatMap((section) =>
      section.entries.filter((entry) => !entry.values && entry.raw!.trim() !== ''),
    );
    return [...parts, ...unknown.map((entry) => this.withEnd(entry.raw!))];
  }

  private canonicalGroup(records: readonly { name: string; values: RecordValues }[]): string[] {
    const first = records[0];
    if (!first) return [];
    const layout = this.layoutOf(first.name);
    const sorted = [...records]
      .filter(({ name, values }) => !isMissingMatrix(name, values))
      .sort((a, b) => compare(layout, a.values, b.values) || this.orderOf(a.name) - this.orderOf(b.name));
    const lines = sorted.flatMap(({ name, values }) => printRecord(name, this.layoutOf(name), values));
    if (layout.shape === 'table' && lines.length > 0) lines.unshift(`${first.name}${layout.separator}${sorted.length}`);
    return lines.map((text) => text + this.lineEnd);
  }

  private joined(texts: readonly string[]): string {
    return texts.map((text, at) => (at === texts.length - 1 ? text : this.withEnd(text))).join('');
  }

  private withEnd(text: string): string {
    return text === '' || text.endsWith('\n') ? text : text + this.lineEnd;
  }

  /**
   * Passes every entry of a name through `change`; `undefined` removes the entry. Empty sections are removed, and a
   * table that lost a row is marked.
   */
  private edit(name: string, change: (entry: Entry) => Entry | undefined): void {
    const sections = this.sections.flatMap((section) => {
      if (section.name !== name) return [section];
      const entries = section.entries.map(change).filter((entry) => entry !== undefined);
      if (entries.length === section.entries.length && entries.every((entry, at) => entry === section.entries[at]))
        return [section];
      return entries.length === 0 ? [] : [{ ...section, entries, changed: true }];
    });
    this.changeOf(name, sections);
  }

  private insert(name: string, layout: Layout, values: RecordValues, known?: Entry, sorted = true): void {
    const entry: Entry = known ?? { values, line: 0 };
    if (layout.shape === 'table') {
      const at = this.sections.findLastIndex((section) => section.name === name);
      const section = this.sections[at];
      if (section) {
        const place = sorted ? placeAmong(layout, section.entries, values) : section.entries.length;
        const entries = section.entries.toSpliced(place, 0, entry);
        this.changeOf(name, this.sections.toSpliced(at, 1, { ...section, entries, changed: true }));
        return;
      }
    }
    const place = this.placeOf(name, layout, values, sorted);
    this.changeOf(name, this.sections.toSpliced(place, 0, { name, entries: [entry] }));
  }

  /** The place for a new section: after the last one that SerialEM would write earlier. */
  private placeOf(name: string, layout: Layout, values: RecordValues, sorted: boolean): number {
    const rank = rankOf(this.format, name);
    const goesBefore = (section: Section): boolean => {
      if (section.name === undefined) return false;
      const other = rankOf(this.format, section.name);
      if (other !== rank || !sorted) return other <= rank;
      const existing = section.entries.at(-1)?.values;
      if (existing === undefined) return true;
      return (compare(layout, existing, values) || this.orderOf(section.name) - this.orderOf(name)) <= 0;
    };
    return this.sections.findLastIndex(goesBefore) + 1;
  }

  /** The order of two names that share a rank. */
  private orderOf(name: string): number {
    return this.format.interleaved.indexOf(name);
  }

  private layoutOf(name: string): Layout {
    const layout = this.format.layouts.get(name);
    if (!layout) throw notStorable(name, `${this.format.fileName} has no such record`);
    return layout;
  }
}

const printed = (name: string, layout: Layout, values: RecordValues): string =>
  printRecord(name, layout, values).join('\n');

function checkIndex(
  name: string,
  rows: readonly RecordValues[],
  index: { readonly name: string; readonly from: number },
): void {
  const wrong = rows.findIndex((row, at) => row[index.name] !== index.from + at);
  if (wrong >= 0) throw notStorable(name, `row ${wrong + 1} must have ${index.name} ${index.from + wrong}`);
}

function placeAmong(layout: Layout, entries: readonly Entry[], values: RecordValues): number {
  if (layout.sortedBy.length === 0) return entries.length;
  return entries.findLastIndex((entry) => entry.values && compare(layout, entry.values, values) <= 0) + 1;
}

/** SerialEM's order of two records with the same name. */
function compare(layout: Layout, a: RecordValues, b: RecordValues): number {
  for (const field of layout.sortedBy) {
    const [left, right] = [a[field], b[field]];
    if (typeof left === 'string' && typeof right === 'string' && left !== right) return left < right ? -1 : 1;
    const apart = Number(left) - Number(right);
    if (apart !== 0 && Number.isFinite(apart)) return apart;
  }
  return 0;
}

const matrixRecords: readonly string[] = ['ImageShiftMatrix', 'StageToCameraMatrix', 'StageCalibration'];

/** True for a shift matrix whose first row is zero: SerialEM's mark for a missing one. */
export const isMissingMatrix = (name: string, values: RecordValues): boolean =>
  matrixRecords.includes(name) && values.xpx === 0 && values.xpy === 0;
