import { type YAMLMap, isMap, isScalar, isSeq } from 'yaml';
import { findDefinition, type PropertyDefinition } from '../definitions';
import { errorAt, unusable } from '../problem';
import type { Entry, Row } from '../source';
import { commentsOf, type YamlComment } from '../yaml/comments';
import { keyOf, readYamlText, writtenOf, type YamlText } from '../yaml/nodes';
import { CAMERA_KEYS, readProperties, SECTION_NAMES } from '../yaml/read-properties';
import { decodeText } from '../text/decode';
import { trimEnd } from '../text/lines';
import { EXTRA, type ExtraLine, lineOrder } from './line-order';

/**
 * Turns the text (or the bytes) of a configuration back into the text of a SerialEMproperties.txt, with LF line ends: its properties, tables,
 * cameras, the lines under `properties-extra`, and comments. Leaves out everything for which SerialEM has no place
 * (plugins, simulator...). Throws an `EucentricError` for a text that is not YAML or holds no map.
 */
export function exportProperties(content: string | Uint8Array, fileName: string): string {
  const decoded = typeof content === 'string' ? { text: content, problems: [] } : decodeText(content, fileName);
  if (decoded.text === undefined) throw unusable(decoded.problems[0]!);
  const text = decoded.text.replace(/^\ufeff/, '');
  const { yaml, problems } = readYamlText(text, fileName);
  if (!yaml || problems.length > 0) throw unusable(problems[0]!);
  const root = yaml.document.contents;
  if (!isMap(root)) {
    throw unusable(
      errorAt(
        'wrong-shape',
        { file: fileName, line: 1, column: 1 },
        'The file holds no settings.',
        'A configuration is a map: lines of "Name: value".',
      ),
    );
  }
  const writer = new PropertiesWriter(yaml, commentsOf(text));
  return writer.write(root);
}

/** Text of one line of a properties file, and its place in the YAML. */
interface OutputLine {
  readonly text: string;
  readonly line: number;
  readonly endsInText: boolean;
}

class PropertiesWriter {
  private readonly output: string[] = ['SerialEMProperties'];
  private readonly alone: YamlComment[];
  private readonly behind: ReadonlyMap<number, string>;

  constructor(
    private readonly yaml: YamlText,
    comments: readonly YamlComment[],
  ) {
    this.alone = comments.filter((comment) => comment.alone && !/^#\s*yaml-language-server:/.test(comment.text));
    this.behind = new Map(comments.filter((comment) => !comment.alone).map(({ line, text }) => [line, text]));
  }

  write(root: YAMLMap): string {
    this.leaveOut(root);
    this.section(root, 'general', SECTION_NAMES);
    this.commentsBefore(Number.POSITIVE_INFINITY);
    while (this.output.at(-1) === '') this.output.pop();
    return `${this.output.join('\n')}\n`;
  }

  /** Drops the comments in and directly above the parts that are not properties. */
  private leaveOut(root: YAMLMap): void {
    for (const pair of root.items) {
      if (!SECTION_NAMES.includes(keyOf(pair)) || keyOf(pair) === 'cameras') continue;
      const first = this.lineOf(pair.key);
      const range = (pair.value as { range?: readonly number[] } | null)?.range;
      const last = range ? this.yaml.placeAt(Math.max(0, range[1]! - 1)).line : first;
      this.dropComments(first, last);
    }
  }

  private dropComments(first: number, last: number): void {
    let above = first;
    while (this.alone.some((comment) => comment.line === above - 1 && comment.text !== '')) above--;
    for (let at = this.alone.length - 1; at >= 0; at--) {
      if (this.alone[at]!.line >= above && this.alone[at]!.line <= last) this.alone.splice(at, 1);
    }
  }

  private lineOf(node: unknown): number {
    return this.yaml.placeOf(node).line;
  }

  /** Writes the comments above a line of the YAML that are still missing. */
  private commentsBefore(line: number): void {
    while (this.alone[0] && this.alone[0].line < line) {
      const { text } = this.alone.shift()!;
      if (text !== '' || (this.output.length > 1 && this.output.at(-1) !== '')) this.output.push(text);
    }
  }

  private emit({ text, line, endsInText }: OutputLine, above = true): void {
    if (above) this.commentsBefore(line);
    const comment = this.behind.get(line);
    if (comment !== undefined && endsInText) this.output.push(comment);
    this.output.push(comment === undefined || endsInText ? text : `${text}  ${comment}`);
  }

  private section(map: YAMLMap, scope: PropertyDefinition['scope'], others: readonly string[]): void {
    const entries = new Map(
      readProperties(this.yaml, map, scope, others, () => {}).map((entry) => [entry.name, entry]),
    );
    const keys = [...new Set(map.items.map((pair) => findDefinition(scope, keyOf(pair))?.name ?? keyOf(pair)))];
    const extras = this.extras(map);
    const properties = keys.flatMap((name) => {
      const entry = entries.get(name);
      if (entry) return [{ name, lines: linesOf(entry).length }];
      return scope === 'general' && name === 'cameras' ? [{ name, lines: 1 }] : [];
    });
    const cameras = map.items.find((pair) => keyOf(pair) === 'cameras');
    for (const { name, position } of lineOrder(properties, extras, this.order(map))) {
      if (name === EXTRA) this.output.push(extras[position]!.line);
      else if (name === 'cameras' && scope === 'general') this.cameras(cameras?.value);
      else this.property(entries.get(name)!, position);
    }
  }

  private property(entry: Entry, position: number): void {
    const lines = linesOf(entry)[position]!;
    // SerialEM counts a comment between the rows of a table as a row.
    this.commentsBefore(lines.at(-1)!.line);
    if (lines.length === 1) return this.emit(lines[0]!);
    // The name of a property with several lines has a line of its own in YAML.
    for (const line of lines) this.emit(line, false);
  }

  private cameras(node: unknown): void {
    if (!isSeq(node)) return;
    for (const item of node.items) {
      if (!isMap(item)) continue;
      const index = writtenOf(this.yaml, item.get('index', true), this.yaml.placeOf(item));
      this.emit({
        text: `CameraProperties ${index?.text ?? ''}`.trim(),
        line: index?.place.line ?? this.lineOf(item),
        endsInText: false,
      });
      this.section(item, 'camera', CAMERA_KEYS);
      this.commentsAtEnd(this.yaml.placeOf(item).column, this.lineAfter(node.items, item));
      this.output.push('EndCameraProperties');
    }
  }

  private lineAfter(items: readonly unknown[], item: unknown): number {
    const next = items[items.indexOf(item) + 1];
    return next === undefined ? Number.POSITIVE_INFINITY : this.lineOf(next);
  }

  /** Writes the comments after the last line of a camera that are indented like its properties. */
  private commentsAtEnd(column: number, line: number): void {
    const outside = this.alone.findIndex(
      (comment) => comment.line >= line || (comment.text !== '' && comment.column < column),
    );
    const inside = this.alone
      .slice(0, outside < 0 ? this.alone.length : outside)
      .findLastIndex((comment) => comment.text !== '');
    if (inside >= 0) this.commentsBefore(this.alone[inside]!.line + 1);
  }

  private extras(map: YAMLMap): readonly ExtraLine[] {
    const node = map.get(EXTRA);
    if (!isSeq(node)) return [];
    return node.items.flatMap((item) => {
      const { yaml } = this;
      const place = yaml.placeOf(item);
      const line = writtenOf(yaml, isMap(item) ? item.get('line', true) : item, place);
      const after = isMap(item) && item.has('after') ? writtenOf(yaml, item.get('after', true), place) : undefined;
      return line === undefined || line.text === '' ? [] : [{ line: oneLine(line.text), after: after?.text }];
    });
  }

  private order(map: YAMLMap): readonly string[] {
    const node = map.get('properties-order');
    return isSeq(node) ? node.items.map((item) => String(isScalar(item) ? item.value : item)) : [];
  }
}

/** The lines of a property: one for each time that its name is written; a table with its rows is one. */
function linesOf(entry: Entry): readonly (readonly OutputLine[])[] {
  const { definition, name, rows, place } = entry;
  const endsInText = definition?.fields.at(-1) === 'text';
  const line = (words: Row): OutputLine => ({
    text: trimEnd([name, ...words.map(({ text }) => oneLine(text))].join(' ')),
    line: words[0]?.place.line ?? place.line,
    endsInText,
  });
  if (definition?.form === 'table') {
    const header: OutputLine = {
      text: [name, rows.length, ...(entry.header?.slice(1).map(({ text }) => text) ?? [])].join(' '),
      line: place.line,
      endsInText: false,
    };
    return [
      [
        header,
        ...rows.map((row) => ({
          text: row.map(({ text }) => text).join(' '),
          line: row[0]?.place.line ?? place.line,
          endsInText: false,
        })),
      ],
    ];
  }
  const written = definition?.form === 'rows' || definition?.form === 'append' ? rows : rows.slice(-1);
  return written.map((row) => [line(row)]);
}

/** A properties file cannot hold a line end inside a value. */
const oneLine = (text: string): string => text.replace(/[ \t]*[\r\n]+[ \t]*/g, ' ');
