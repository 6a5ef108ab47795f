import { styleText } from 'node:util';
import type { Progress } from '../../core/kernel';

const styled =
  (style: Parameters<typeof styleText>[0]) =>
  (text: string): string =>
    process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(style, text) : text;

/** Colours with a meaning; plain text where the output is not a terminal or NO_COLOR is set. */
export const paint = {
  bold: styled('bold'),
  faint: styled('dim'),
  good: styled('green'),
  warn: styled('yellow'),
  bad: styled('red'),
};

const width = 24;

/**
 * Wraps a text between words for a terminal with this number of columns. Lines of tables, which begin with a space,
 * stay as they are.
 */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (line.length <= columns || line.startsWith(' ') ? line : wrapLine(line, columns)))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

/** A progress line at the bottom, redrawn in place; one line per step where the output is not a terminal. */
export class ProgressLine {
  private shown = false;
  private began = 0;
  private firstDone = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(progress: Progress): void {
    const { done, total, text } = progress;
    if (!this.stream.isTTY) {
      this.stream.write(`[${done + 1}/${total}] ${text}\n`);
      return;
    }
    if (done === 0 || this.began === 0) {
      this.began = Date.now();
      this.firstDone = done;
    }
    const filled = Math.round((width * done) / total);
    const bar = '#'.repeat(filled) + '.'.repeat(width - filled);
    // A line that is wider than the terminal cannot be redrawn in place.
    const line = `[${bar}] ${done}/${total} ${text}${this.remaining(progress)}`.slice(
      0,
      (this.stream.columns || 80) - 1,
    );
    this.stream.write(`\r\x1b[2K${line}`);
    this.shown = true;
  }

  clear(): void {
    if (!this.shown) return;
    this.stream.write('\r\x1b[2K');
    this.shown = false;
  }

  private remaining({ done, total }: Progress): string {
    const taken = done - this.firstDone;
    if (taken < 1) return '';
    const secondsLeft = (((Date.now() - this.began) / taken) * (total - done)) / 1000;
    return `, about ${Math.ceil(secondsLeft)} s left`;
  }
}
