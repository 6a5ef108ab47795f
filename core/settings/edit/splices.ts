import { type Node, type Pair, type YAMLMap, type YAMLSeq, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';

/** Replacement of a part of a text. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

/** The first value of a property. */
export type NewValue = { readonly inline: string } | { readonly row: string };

/** The text with one part replaced. */
export const spliced = (text: string, { at, removed, inserted }: Splice): string =>
  text.slice(0, at) + inserted + text.slice(at + removed);

const insertion = (at: number, inserted: string): Splice => ({ at, removed: 0, inserted });
const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** Replaces a number within its quotes; where the file says `true` or `false`, writes such a word. Undefined where that is impossible. */
export function replaceScalar(text: string, node: unknown, value: number): Splice | undefined {
  if (!isScalar(node) || !node.range) return undefined;
  const [start, end] = node.range;
  const written = text.slice(start, end);
  const [, quote = '', inner = ''] = /^(['"]?)([^'"\n]*)\1$/.exec(written) ?? [];
  if (inner === '') return undefined;
  const word = typeof node.value === 'boolean' ? (value === 0 ? 'false' : 'true') : String(value);
  return { at: start + quote.length, removed: inner.length, inserted: word };
}

/** Adds a value at the end of a list. */
export function addItem(text: string, list: YAMLSeq, item: string): Splice | undefined {
  return addRow(text, list, item, list.items.length - 1);
}

/** Adds an element to a list after the one with a number; -1 puts it first. */
export function addRow(text: string, list: YAMLSeq, row: string, after: number): Splice | undefined {
  const { items } = list;
  if (list.flow) {
    if (items.length === 0) return insertion(list.range![0] + 1, row);
    return after < 0 ? insertion(startOf(items[0])!, `${row}, `) : insertion(endOf(items[after]), `, ${row}`);
  }
  const neighbour = items[Math.max(0, after)];
  const start = startOf(neighbour);
  if (start === undefined) return undefined;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const dash = /^ *- +$/.exec(text.slice(line, start))?.[0];
  if (dash === undefined) return undefined;
  return after < 0
    ? insertion(line, `${dash}${row}${lineEnding(text, start)}`)
    : newLine(text, endOf(neighbour), `${dash}${row}`);
}

/** Adds a property after the last of `pairs`. */
export function addPair(
  text: string,
  map: YAMLMap,
  pairs: readonly Pair[],
  name: string,
  value: NewValue,
): Splice | undefined {
  const last = pairs.at(-1);
  if (map.flow) {
    const pair = `${name}: ${inFlow(value)}`;
    return last ? insertion(endOf(last), `, ${pair}`) : insertion(map.range![0] + 1, pair);
  }
  const anchor = last ?? map.items[0];
  const start = startOf(anchor?.key);
  if (!anchor || start === undefined) return undefined;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const indent = ' '.repeat(start - line);
  const ending = lineEnding(text, start);
  const lines =
    'row' in value ? [`${indent}${name}:`, `${indent}  - ${value.row}`] : [`${indent}${name}: ${value.inline}`];
  return last
    ? newLine(text, endOf(last), lines.join(ending))
    : insertion(line, lines.map((each) => each + ending).join(''));
}

/** Takes a pair away with its line, or out of a list within braces. Undefined where something else stands on its line. */
export function removePair(text: string, map: YAMLMap, pair: Pair): Splice | undefined {
  const { items } = map;
  const at = items.indexOf(pair);
  const start = startOf(pair.key);
  if (at < 0 || start === undefined) return undefined;
  const end = endOf(pair);
  const removal = (from: number, to: number): Splice => ({ at: from, removed: to - from, inserted: '' });
  if (map.flow) {
    if (at > 0) return removal(endOf(items[at - 1]), end);
    const next = startOf(items[1]?.key);
    return next === undefined ? removal(start, end) : removal(start, next);
  }
  const line = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(line, start).trim() !== '') return undefined;
  const after = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  return after === 0 ? removal(Math.max(0, line - 1), text.length) : removal(line, after);
}

/** Gives a property without a value its first one. */
export function fillEmpty(text: string, pair: Pair, value: NewValue): Splice {
  return insertion(text.indexOf(':', endOf(pair.key)) + 1, ` ${inFlow(value)}`);
}

const inFlow = (value: NewValue): string => ('row' in value ? `[${value.row}]` : value.inline);

/** End of a value in the text, without comments after it. */
function endOf(node: unknown): number {
  if (isPair(node)) return Math.max(endOf(node.key), endOf(node.value));
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) return endOf(node.items.at(-1));
  return isNode(node) ? ((node as Node).range?.[1] ?? 0) : 0;
}

/** A new line after the one on which something ends. */
function newLine(text: string, end: number, line: string): Splice {
  const ending = lineEnding(text, end);
  // A text with several lines ends after its last line break.
  if (text[end - 1] === '\n') return insertion(end, line + ending);
  const next = text.indexOf('\n', end);
  return next < 0 ? insertion(text.length, ending + line) : insertion(next + 1, line + ending);
}

/** The line ending that is used near a place. */
function lineEnding(text: string, at: number): string {
  const after = text.indexOf('\n', at);
  const found = after < 0 ? text.indexOf('\n') : after;
  return found > 0 && text[found - 1] === '\r' ? '\r\n' : '\n';
}
