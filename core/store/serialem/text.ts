/** Largest calibration file that is read, in bytes; real files have about ten thousand. */
export const maxFileBytes = 8 * 1024 * 1024;
/** Largest number of lines that is read. */
export const maxLines = 50_000;
/** Largest number of items on a line that SerialEM reads. */
export const maxItems = 45;

/** A line of a file and its original line end; the last line may have none. */
export interface Line {
  readonly text: string;
  readonly end: '' | '\n' | '\r\n';
}

/** Splits text into lines without losing a character: lines and line ends together are the text. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length;) {
    const at = text.indexOf('\n', start);
    if (at < 0) {
      lines.push({ text: text.slice(start), end: '' });
      break;
    }
    const withReturn = at > start && text[at - 1] === '\r';
    lines.push({ text: text.slice(start, withReturn ? at - 1 : at), end: withReturn ? '\r\n' : '\n' });
    start = at + 1;
  }
  return lines;
}

/** True at a space, a tab or a stray carriage return. */
const isBlank = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09 || code === 0x0d;
};

/** The first place from `at` on that is blank, or is not; the end of the text where there is none. Regular expressions run out of memory on very long lines. */
function seek(text: string, at: number, blank: boolean): number {
  let place = at;
  while (place < text.length && isBlank(text, place) !== blank) place++;
  return place;
}

/**
 * The items of a line, separated by spaces, tabs and stray carriage returns. An item that begins with `#` starts a
 * comment.
 */
export function itemsOf(line: string): string[] {
  const items: string[] = [];
  for (let start = seek(line, 0, false); start < line.length && line[start] !== '#';) {
    const end = seek(line, start, true);
    items.push(line.slice(start, end));
    start = seek(line, end, false);
  }
  return items;
}

/**
 * The text after the first `count` items of a line and before a comment, with its inner blanks; empty if there is none.
 */
export function textBehind(line: string, count: number): string {
  let start = seek(line, 0, false);
  for (let item = 0; item < count; item++) start = seek(line, seek(line, start, true), false);
  let end = start;
  while (end < line.length && !(line[end] === '#' && (end === start || isBlank(line, end - 1)))) end++;
  return line.slice(start, end).replaceAll('\r', ' ').trim();
}

/** Upper limit of the characters of a number: no number needs more digits to be exact. */
const maxNumberLength = 1100;

/** The number in an item; `undefined` if the item is not a finite number. */
export function numberOf(item: string): number | undefined {
  if (item.length > maxNumberLength || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(item)) return undefined;
  const value = Number(item);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * A number in fixed point, as the C format `%.<decimals>f` prints it: never with an exponent, and with the sign even
 * where it rounds to zero.
 */
export function fixed(value: number, decimals: number): string {
  const magnitude = Math.abs(value);
  const digits = magnitude < 1e21 ? magnitude.toFixed(decimals) : `${BigInt(magnitude)}.${'0'.repeat(decimals)}`;
  return value < 0 || Object.is(value, -0) ? `-${digits}` : digits;
}

/** The message for a file that is too large to be read. */
export const tooLargeMessage = (size: number, limit = maxFileBytes): string =>
  `the file has ${(size / 2 ** 20).toFixed(1)} MB; at most ${limit / 2 ** 20} MB are read.`;

/** Comment in the first line of a file with the values of a virtual microscope. */
export const simulatedMark = '# simulated: values of a virtual microscope, not of an instrument';

/** True for a file whose first line says that its values are those of a virtual microscope. */
export const isSimulatedText = (text: string): boolean => /[ \t]# ?simulated\b/.test(text.split('\n', 1)[0] ?? '');
