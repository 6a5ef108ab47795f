import {
  type Document,
  LineCounter,
  type Node,
  type Pair,
  type Scalar,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
} from 'yaml';
import type { Place } from '../../base';
import { errorAt, type Problem } from '../problem';
import type { Row, Written } from '../source';

/** A YAML text with functions for the place of a node. */
export interface YamlText {
  readonly file: string;
  readonly document: Document.Parsed;
  placeOf(node: unknown): Place;
  placeAt(offset: number): Place;
}

const LARGEST = 8_000_000;
const DEEPEST = 64;

/** Parses a YAML text; never throws. Unreadable text returns undefined with the problems. */
export function readYamlText(
  text: string,
  file: string,
): { readonly yaml: YamlText | undefined; readonly problems: readonly Problem[] } {
  const start: Place = { file, line: 1, column: 1 };
  if (text.length > LARGEST) {
    return refused(
      errorAt(
        'too-large',
        start,
        `The file has ${(text.length / 1e6).toFixed(0)} million characters; a configuration has a few thousand.`,
        'Check that this is the right file.',
      ),
    );
  }
  const control = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.exec(text);
  if (control) {
    return refused(
      errorAt(
        'binary',
        placeIn(text, control.index, file),
        'The file contains bytes that are not text.',
        'Check that this is a YAML file and that it was not damaged while it was copied.',
      ),
    );
  }
  const deep = tooDeep(text);
  if (deep !== undefined) {
    return refused(
      errorAt(
        'too-deep',
        placeIn(text, deep, file),
        `Brackets or lists are nested more than ${DEEPEST} levels deep.`,
        'A configuration needs four levels at most; look for brackets that are not closed.',
      ),
    );
  }
  const { document, lines } = parsed(text);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const yaml: YamlText = {
    file,
    document,
    placeAt,
    placeOf: (node) => placeAt((node as Node | undefined)?.range?.[0] ?? 0),
  };
  const problems = document.errors.map((error) =>
    errorAt(
      'yaml-syntax',
      placeAt(error.pos[0]),
      `This is not valid YAML: ${error.message}`,
      'Check indentation, brackets and quotes on this line and the one above.',
    ),
  );
  return { yaml, problems: [...problems, ...aliasesIn(yaml)] };
}

interface Parsed {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Texts that were parsed last: a configuration is read again wherever a value of it is checked or changed. Nothing changes what was parsed. */
const lastParsed = new Map<string, Parsed>();
const maxParsed = 4;

function parsed(text: string): Parsed {
  const known = lastParsed.get(text);
  if (known) return known;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    strict: true,
  });
  lastParsed.set(text, { document, lines });
  for (const first of lastParsed.keys()) {
    if (lastParsed.size <= maxParsed) break;
    lastParsed.delete(first);
  }
  return { document, lines };
}

const refused = (problem: Problem): { yaml: undefined; problems: readonly Problem[] } => ({
  yaml: undefined,
  problems: [problem],
});

function placeIn(text: string, offset: number, file: string): Place {
  const before = text.slice(0, offset);
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** Place where the nesting of brackets, or of dashes on one line, is too deep for the parser's stack. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && depth > 0) depth--;
    else if (character === '\n' && /^(#|[A-Za-z])/.test(text.slice(at + 1, at + 2))) depth = 0;
    if (depth > DEEPEST) return at;
  }
  const dashes = new RegExp(`^[ \\t]*(?:[-?:][ \\t]+){${DEEPEST}}`, 'm').exec(text);
  const spaces = new RegExp(`^ {${DEEPEST * 16}}`, 'm').exec(text);
  return dashes?.index ?? spaces?.index;
}

/** Anchors and aliases are rejected: they hide where a value comes from, and a few nested ones can fill the memory. */
function aliasesIn(yaml: YamlText): readonly Problem[] {
  const problems: Problem[] = [];
  const hint = 'Write the value out at each place where it is used.';
  const walk = (node: unknown): void => {
    if (isAlias(node))
      problems.push(
        errorAt(
          'alias',
          yaml.placeOf(node),
          `"*${node.source}" refers to another part of the file, which a configuration may not.`,
          hint,
        ),
      );
    else if (isSeq(node)) node.items.forEach(walk);
    else if (isMap(node)) {
      for (const pair of node.items) {
        walk(pair.key);
        walk(pair.value);
      }
    }
    const anchor = (node as { anchor?: string } | undefined | null)?.anchor;
    if (anchor !== undefined && !isAlias(node))
      problems.push(
        errorAt(
          'alias',
          yaml.placeOf(node),
          `"&${anchor}" marks a part of the file for later use, which a configuration may not.`,
          hint,
        ),
      );
  };
  walk(yaml.document.contents);
  return problems;
}

/** The key of a pair as text. */
export const keyOf = (pair: Pair): string => {
  const key = pair.key as Scalar | string | undefined;
  if (!isScalar(key)) return String(key);
  return typeof key.source === 'string' ? key.source : String(key.value);
};

/** A scalar with its text in the file; undefined for lists and maps. */
export function writtenOf(yaml: YamlText, node: unknown, fallback: Place): Written | undefined {
  if (node === null || node === undefined) return { text: '', type: 'empty', place: fallback };
  if (!isScalar(node)) return undefined;
  const place = node.range ? yaml.placeOf(node) : fallback;
  if (node.value === null) return { text: '', type: 'empty', place };
  const plain = node.type === 'PLAIN' && typeof node.source === 'string';
  if (typeof node.value === 'boolean') return { text: String(node.value), type: 'boolean', place };
  // A number keeps its digits.
  const text = typeof node.value === 'string' ? node.value : (node.source ?? JSON.stringify(node.value));
  return { text, type: plain ? 'plain' : 'quoted', place };
}

/** A list of scalars as a row; undefined if it contains anything else. */
export function rowOf(yaml: YamlText, node: unknown, fallback: Place): Row | undefined {
  if (!isSeq(node)) return undefined;
  const values = node.items.map((item) => writtenOf(yaml, item, fallback));
  return values.every((each) => each !== undefined) ? values : undefined;
}
