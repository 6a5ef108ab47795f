/** The largest calibration file that is read, in bytes; real ones have some ten thousand. */
export const largestFile = 8 * 1024 * 1024;
/** The largest number of lines that is read. */
export const mostLines = 50_000;
/** The largest number of items on a line that SerialEM reads. */
export const mostItems = 45;

/** A line of a file with the line end that it had; the last one may have none. */
export interface Line {
  readonly text: string;
  readonly end: '' | '\n' | '\r\n';
}

/** Splits text into lines without losing a character: text and ends put together again are the text. */
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

/** The items of a line, separated by spaces, tabs and stray carriage returns; one that begins with `#` and all after it are a comment. */
export function itemsOf(line: string): string[] {
  const items = line.split(/[ \t\r]+/).filter((item) => item !== '');
  const comment = items.findIndex((item) => item.startsWith('#'));
  return comment < 0 ? items : items.slice(0, comment);
}

/** The text behind the first `count` items of a line and before a comment, with its inner blanks; empty if there is none. */
export function textBehind(line: string, count: number): string {
  const start = new RegExp(`^[ \\t\\r]*(?:[^ \\t\\r]+[ \\t\\r]+){${count}}`).exec(line);
  if (!start) return '';
  return line
    .slice(start[0].length)
    .replace(/\r/g, ' ')
    .replace(/(^|[ \t])#.*$/, '')
    .trim();
}

/** The number that an item spells, or `undefined` if it spells none that is finite. */
export function numberOf(item: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(item)) return undefined;
  const value = Number(item);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * A number in fixed point as the C format `%.<decimals>f` prints it: never with an exponent, and with the sign of
 * zero and of what is rounded to zero.
 */
export function fixed(value: number, decimals: number): string {
  const magnitude = Math.abs(value);
  const digits = magnitude < 1e21 ? magnitude.toFixed(decimals) : `${BigInt(magnitude)}.${'0'.repeat(decimals)}`;
  return value < 0 || Object.is(value, -0) ? `-${digits}` : digits;
}

/** The message for a file that is too large to be read. */
export const tooLargeMessage = (size: number, limit = largestFile): string =>
  `the file has ${(size / 2 ** 20).toFixed(1)} MB; at most ${limit / 2 ** 20} MB are read.`;
