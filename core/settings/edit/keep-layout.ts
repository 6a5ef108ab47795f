import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parse } from 'yaml';
import { lineChanges } from './line-diff';
import { findDefinition } from '../definitions';
import { decodeText, encodeProperties } from '../text/decode';
import { cutLine, endsInText } from '../text/lines';
import { readYamlText } from '../yaml/nodes';
import { exportProperties } from '../convert/export-properties';
import { importProperties } from '../convert/import-properties';

/** The properties file that a configuration was imported from, as it is written there. */
export function propertiesFileOf(content: string | Uint8Array, fileName: string): string | undefined {
  const text = typeof content === 'string' ? content : decodeText(content, fileName).text;
  const root = text === undefined ? undefined : readYamlText(text, fileName).yaml?.document.contents;
  const node = isMap(root) ? root.get('properties-file', true) : undefined;
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}

/**
 * Exports a configuration in the layout of an earlier properties file: lines that say the same stay as they are, to the byte, with their
 * order, blanks and comments. The bytes of the earlier file itself where nothing has changed. Returns the plain export where the earlier
 * file cannot be followed without a change of meaning. Throws as `exportProperties` does.
 */
export function exportInLayout(content: string | Uint8Array, fileName: string, earlier: Uint8Array): Uint8Array {
  const exported = exportProperties(content, fileName);
  const { text } = decodeText(earlier, fileName);
  const imported = text === undefined ? undefined : importProperties(earlier, fileName);
  if (text === undefined || !imported?.yaml) return encodeProperties(exported);
  const before = withoutBlankLines(exportProperties(imported.yaml, fileName));
  const after = withoutBlankLines(exported);
  if (before === after) return earlier;
  const plain = encodeProperties(exported);
  const wanted = meaningOf(plain, fileName);
  // A line whose neighbour is gone is exported at another place; it stays where it was, unless the order has a meaning.
  for (const stays of [true, false]) {
    const merged = encodeProperties(applied(text, before, after, stays));
    if (isDeepStrictEqual(meaningOf(merged, fileName), wanted)) return merged;
  }
  return plain;
}

/** The contents of a properties file, whatever the places of lines that are not properties. */
function meaningOf(properties: Uint8Array, fileName: string): unknown {
  const { yaml } = importProperties(properties, fileName);
  return parse(yaml, (key, value: unknown) => {
    if (key === 'properties-order') return undefined;
    if (key !== 'properties-extra') return value;
    return (value as readonly { readonly line: string }[]).map(({ line }) => line).sort();
  });
}

const withoutBlankLines = (text: string): string => text.replace(/^[ \t]*\n/gm, '');

/** The earlier text with the changes between two plain exports: each changed line in the place of the line that it replaces. */
function applied(earlier: string, before: string, after: string, stays: boolean): string {
  const end = earlier.includes('\r\n') ? '\r\n' : '\n';
  const lines = earlier.split('\n').map((line) => line.replace(/\r$/, ''));
  const ends = earlier.split('\n').map((line) => (line.endsWith('\r') ? '\r\n' : '\n'));
  const places = placesOf(before.split('\n'), lines);
  const dropped = new Set<number>();
  const inserted = new Map<number, string[]>();
  const changes = lineChanges(before, after);
  const moved = stays ? movedLines(changes, keysOf(before.split('\n')), keysOf(after.split('\n'))) : noneMoved;
  for (const { line, removed, newLine, added } of changes) {
    const olds = removed
      .map((_, at) => line + at)
      .filter((at) => !moved.from.has(at))
      .flatMap((at) => places[at] ?? []);
    const news = added.filter((_, at) => !moved.to.has(newLine + at));
    for (const place of olds) dropped.add(place);
    if (news.length === 0) continue;
    const anchor = olds[0] ?? places.slice(0, line).findLast((place) => place !== undefined) ?? -1;
    const fresh = news.map((each, at) => (olds.length === news.length ? inItsBlanks(lines[olds[at]!]!, each) : each));
    inserted.set(anchor, [...(inserted.get(anchor) ?? []), ...fresh]);
  }
  const pieces = [...(inserted.get(-1) ?? []).map((line) => line + end)];
  for (const [at, line] of lines.entries()) {
    const isLast = at === lines.length - 1;
    if (!dropped.has(at)) pieces.push(isLast ? line : line + ends[at]!);
    const added = inserted.get(at);
    if (added)
      pieces.push(...(isLast && line !== '' && !dropped.has(at) ? [end] : []), ...added.map((each) => each + end));
  }
  return pieces.join('');
}

interface MovedLines {
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
}
const noneMoved: MovedLines = { from: new Set(), to: new Set() };

/** Lines that one change takes out and another one puts in again in the same section. */
function movedLines(
  changes: ReturnType<typeof lineChanges>,
  before: readonly string[],
  after: readonly string[],
): MovedLines {
  const free = new Map<string, number[]>();
  for (const { line, removed } of changes)
    for (const at of removed.keys()) {
      const key = before[line + at]!;
      free.set(key, [...(free.get(key) ?? []), line + at]);
    }
  const [from, to] = [new Set<number>(), new Set<number>()];
  for (const { newLine, added } of changes)
    for (const at of added.keys()) {
      const origin = free.get(after[newLine + at]!)?.shift();
      if (origin === undefined) continue;
      from.add(origin);
      to.add(newLine + at);
    }
  return { from, to };
}

/** A changed line with the blanks of the earlier one, where it has as many words. Blanks in a text and in a comment are its own. */
function inItsBlanks(earlier: string, fresh: string): string {
  const [own, wanted] = [cutLine(earlier, 0), cutLine(fresh, 0)];
  const name = wanted.words[0]?.text ?? '';
  const takesText = [findDefinition('general', name), findDefinition('camera', name)].some(
    (each) => each !== undefined && endsInText(each),
  );
  if (takesText || own.words.length !== wanted.words.length || !own.comment !== !wanted.comment) return fresh;
  let end = 0;
  const pieces = own.words.map(({ text, column }, at) => {
    const blanks = earlier.slice(end, column - 1);
    end = column - 1 + text.length;
    const word = wanted.words[at]!.text;
    return blanks + (at === 0 && text.toLowerCase() === word.toLowerCase() ? text : word);
  });
  const blanks = own.comment === undefined ? earlier.slice(end) : earlier.slice(end, earlier.indexOf(own.comment, end));
  return pieces.join('') + blanks + (wanted.comment ?? '');
}

/** The place in the earlier file of each line of its plain export, where that can be found: the same words in the same section. */
function placesOf(exported: readonly string[], earlier: readonly string[]): readonly (number | undefined)[] {
  const free = new Map<string, number[]>();
  for (const [at, key] of keysOf(earlier).entries()) free.set(key, [...(free.get(key) ?? []), at]);
  return keysOf(exported).map((key) => free.get(key)?.shift());
}

/** The section and the words of each line. */
function keysOf(lines: readonly string[]): readonly string[] {
  let section = '';
  return lines.map((line) => {
    const words = line.trim().replace(/\s+/g, ' ').toLowerCase();
    if (words.startsWith('cameraproperties')) section = words;
    const key = `${section}\n${words}`;
    if (words.startsWith('endcameraproperties')) section = '';
    return key;
  });
}
