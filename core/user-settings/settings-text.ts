import { itemsOf, splitLines } from '../store';
import { userSettingErrors } from './errors';

/** First item of a settings file of SerialEM. */
const heading = 'SerialEMSettings';
const blockStart = 'CameraControlSet';
const blockEnd = 'EndControlSet';

/** One line of a settings file with its own line end, and what stands in it. */
interface SettingsLine {
  readonly text: string;
  readonly end: string;
  /** The keyword; empty for a blank line, a comment, and every line within a camera set. */
  readonly keyword: string;
}

/** The lines of one camera set: which set of which camera, and its fields by keyword. */
export interface CameraSetLines {
  /** Number of the set, 0 View to 6 Mont-map. */
  readonly set: number;
  readonly camera: number;
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/**
 * The text of a settings file of SerialEM (`SerialEMsettings.txt`). Every line that is not changed stays as it is, known or not, so that
 * reading and writing lose nothing. Keywords are case-sensitive, as in SerialEM.
 */
export class SettingsText {
  private constructor(private lines: readonly SettingsLine[]) {}

  /** The text of a new file. */
  static empty(): SettingsText {
    return new SettingsText([{ text: heading, end: '\n', keyword: heading }]);
  }

  /** Reads the bytes of a file. Throws `user-settings/not-a-settings-file`. */
  static read(bytes: Uint8Array, path: string): SettingsText {
    // SerialEM writes bytes of whatever code page Windows has; as Latin-1 every byte stays what it is.
    const text = SettingsText.parse(Buffer.from(bytes).toString('latin1'));
    if (!text) throw userSettingErrors.notSettings(path);
    return text;
  }

  /** The bytes of the file. */
  bytes(): Uint8Array {
    return Buffer.from(this.render(), 'latin1');
  }

  /** Reads the text of a file; undefined where it does not begin as a settings file does. */
  static parse(text: string): SettingsText | undefined {
    let within = false;
    const lines = splitLines(text).map((line): SettingsLine => {
      const [first = ''] = itemsOf(line.text);
      const keyword = within ? '' : first;
      if (first === blockStart) within = true;
      if (first === blockEnd) within = false;
      return { ...line, keyword };
    });
    return lines[0]?.keyword === heading ? new SettingsText(lines) : undefined;
  }

  /** The first line, which may say in a comment that the values are simulated. */
  get opening(): string {
    return this.lines[0]!.text;
  }

  /** Adds a comment to the first line. */
  mark(comment: string): void {
    const [first, ...rest] = this.lines;
    this.lines = [{ ...first!, text: `${first!.text.trimEnd()} ${comment}` }, ...rest];
  }

  /** The values of the last line with a keyword, as SerialEM reads it; undefined where there is none. */
  get(keyword: string): readonly string[] | undefined {
    const line = this.lines.findLast((each) => each.keyword === keyword);
    return line && itemsOf(line.text).slice(1);
  }

  /** The values of every line with a keyword, in their order. */
  all(keyword: string): readonly (readonly string[])[] {
    return this.lines.filter((each) => each.keyword === keyword).map(({ text }) => itemsOf(text).slice(1));
  }

  /** Puts values behind a keyword: into its last line, or into a new line at the end. The same values leave the line as it is. */
  set(keyword: string, values: readonly string[]): void {
    this.replace(keyword, (_found, position, count) => position === count - 1, values);
  }

  /** As `set`, for one of several lines with the same keyword: the one whose values are chosen. */
  setWhere(keyword: string, isIt: (values: readonly string[]) => boolean, values: readonly string[]): void {
    this.replace(keyword, isIt, values);
  }

  /** Takes the lines with a keyword away whose values are chosen; all of them by default. */
  remove(keyword: string, isIt: (values: readonly string[]) => boolean = () => true): void {
    this.lines = this.lines.filter((each) => each.keyword !== keyword || !isIt(itemsOf(each.text).slice(1)));
  }

  /** The camera sets, in their order; of several with the same numbers the last one counts. */
  cameraSets(): readonly CameraSetLines[] {
    const sets = new Map<string, CameraSetLines>();
    let open: { set: number; camera: number; fields: Map<string, readonly string[]> } | undefined;
    for (const { text } of this.lines) {
      const [first = '', ...values] = itemsOf(text);
      if (first === blockStart) {
        const [set, camera] = values.map(Number);
        open = { set: set ?? -1, camera: camera ?? -1, fields: new Map() };
      } else if (first === blockEnd && open) {
        sets.delete(`${open.set} ${open.camera}`);
        sets.set(`${open.set} ${open.camera}`, open);
        open = undefined;
      } else if (open && first !== '') open.fields.set(first, values);
    }
    return [...sets.values()];
  }

  /** The keywords in their order, each once. */
  keywords(): readonly string[] {
    return [
      ...new Set(this.lines.map(({ keyword }) => keyword).filter((keyword) => keyword !== '' && keyword !== heading)),
    ];
  }

  /** Takes the place of this text with another one. */
  become(other: SettingsText): void {
    this.lines = other.lines;
  }

  /** The whole text. */
  render(): string {
    return this.lines.map(({ text, end }) => text + end).join('');
  }

  private replace(
    keyword: string,
    isIt: (values: readonly string[], position: number, count: number) => boolean,
    values: readonly string[],
  ): void {
    const count = this.all(keyword).length;
    let position = 0;
    let done = false;
    this.lines = this.lines.map((line) => {
      if (line.keyword !== keyword) return line;
      const present = itemsOf(line.text).slice(1);
      if (!isIt(present, position++, count)) return line;
      done = true;
      return present.length === values.length && present.every((each, at) => sameItem(each, values[at]!))
        ? line
        : { ...line, text: written(keyword, values) };
    });
    if (!done) this.append({ text: written(keyword, values), end: this.lineEnd, keyword });
  }

  private append(line: SettingsLine): void {
    const last = this.lines.at(-1)!;
    const before = last.end === '' ? [...this.lines.slice(0, -1), { ...last, end: this.lineEnd }] : this.lines;
    this.lines = [...before, line];
  }

  private get lineEnd(): string {
    return this.lines[0]!.end || '\n';
  }
}

const written = (keyword: string, values: readonly string[]): string => `${keyword}\t${values.join(' ')}`;

/** True for two writings of the same number, or the same text. */
const sameItem = (one: string, other: string): boolean =>
  one === other || (one !== '' && other !== '' && Number(one) === Number(other));
