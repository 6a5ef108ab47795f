import { styleText } from 'node:util';
import type { Progress } from '../../core/kernel';

const styled = (style: Parameters<typeof styleText>[0]) => (text: string): string => (process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(style, text) : text);

/** Colours that mean something; plain text where the output is no terminal or NO_COLOR is set. */
export const paint = { bold: styled('bold'), faint: styled('dim'), good: styled('green'), warn: styled('yellow'), bad: styled('red') };

const width = 24;

/** A line at the bottom that shows how far a run is, redrawn in place; one line per step where the output is no terminal. */
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
    this.stream.write(`\r\x1b[2K[${bar}] ${text}${this.remaining(progress)}`);
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
