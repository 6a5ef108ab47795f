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

/**
 * The items of a line, separated by spaces, tabs and stray carriage returns. An item that begins with `#` starts a
 * comment.
 */
export function itemsOf(line: string): string[] {
  const items = line.split(/[ \t\r]+/).filter((item) => item !== '');
  const comment = items.findIndex((item) => item.startsWith('#'));
  return comment < 0 ? items : items.slice(0, comment);
}

/**
 * The text after the first `count` items of a line and before a comment, with its inner blanks; empty if there is none.
 */
export function textBehind(line: string, count: number): string {
  const start = new RegExp(`^[ \\t\\r]*(?:[^ \\t\\r]+[ \\t\\r]+){${count}}`).exec(line);
  if (!start) return '';
  return line
    .slice(start[0].length)
    .replace(/\r/g, ' ')
    .replace(/(^|[ \t])#.*$/, '')
    .trim();
}

/** The number in an item; `undefined` if the item is not a finite number. */
export function numberOf(item: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(item)) return undefined;
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
