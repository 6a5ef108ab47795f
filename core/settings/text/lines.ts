import type { Place } from '../../base';
import { fieldAt } from '../values';
import type { PropertyDefinition } from '../definitions';
import type { Written } from '../source';

/** A word of a line and its column, counted from 1. */
export interface Word {
  readonly text: string;
  readonly column: number;
}

/** A line of a properties file, cut into words. */
export interface Line {
  readonly number: number;
  /** The whole line without its end. */
  readonly text: string;
  readonly words: readonly Word[];
  /** The comment with its `#`, if there is one. */
  readonly comment: string | undefined;
}

/** The largest number of words on a line that SerialEM reads; it stops at one more. */
export const MAX_WORDS = 45;

/** Removes blanks at the end, but no other white space: a byte 0xA0 can be half of a Japanese character. */
export const trimEnd = (text: string): string => text.replace(/[ \t\v\f\r\n]+$/, '');
/** Removes blanks at both ends, and no other white space. */
export const trim = (text: string): string => trimEnd(text).replace(/^[ \t\v\f\r\n]+/, '');

/** Splits a line as SerialEM does: blanks and tabs separate, and a word that begins with `#` starts a comment. */
export function cutLine(text: string, number: number): Line {
  const words: Word[] = [];
  for (const match of text.matchAll(/[^ \t]+/g)) {
    if (match[0].startsWith('#')) return { number, text, words, comment: trimEnd(text.slice(match.index)) };
    words.push({ text: match[0], column: match.index + 1 });
  }
  return { number, text, words, comment: undefined };
}

/** True when SerialEM stops reading at this line. */
export const hasTooManyWords = (line: Line): boolean =>
  line.words.length > MAX_WORDS ||
  (line.words.length === MAX_WORDS && line.comment === undefined && /[ \t]$/.test(line.text));

/** The values after the first `skip` words of a line; a text field takes the rest of the line with any comment. */
export function valuesOf(line: Line, skip: number, definition: PropertyDefinition, file: string): readonly Written[] {
  const values: Written[] = [];
  const words = line.words.slice(skip);
  const place = (column: number): Place => ({ file, line: line.number, column });
  for (const [position, word] of words.entries()) {
    if (fieldAt(definition, position) === 'text') return [...values, restOf(line, word.column, place)];
    values.push({ text: word.text, type: 'plain', place: place(word.column) });
  }
  // A text may look like a comment and nothing else.
  if (line.comment !== undefined && fieldAt(definition, words.length) === 'text') {
    return [...values, restOf(line, line.text.indexOf(line.comment) + 1, place)];
  }
  return values;
}

const restOf = (line: Line, column: number, place: (column: number) => Place): Written => ({
  text: trim(line.text.slice(column - 1)),
  type: 'quoted',
  place: place(column),
});

/** True when a property takes the rest of its line, so that no comment can follow. */
export const endsInText = (definition: PropertyDefinition): boolean => definition.fields.at(-1) === 'text';
