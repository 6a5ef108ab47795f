import { appendFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..');

/**
 * Tells what was measured, in a line with units and seeds: printed, and kept in the table of docs/verify.md when `npm run verify` runs.
 * Does nothing in the normal run.
 */
export function tellFigures(text: string): void {
  if (process.env['EUCENTRIC_VERIFY'] === undefined) return;
  process.stdout.write(`${text}\n`);
  const file = process.env['EUCENTRIC_FIGURES'];
  const test = path
    .relative(root, expect.getState().testPath ?? '')
    .split(path.sep)
    .join('/');
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ test, text })}\n`);
}

/**
 * Times of something that was done again and again, for the long statistics. It gives no number to the test, so that no test rests on
 * how fast the machine happens to be.
 */
export class Times {
  private readonly milliseconds: number[] = [];

  /** Does something and keeps how long it took. */
  async of<T>(work: () => T | Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.milliseconds.push(performance.now() - began);
    }
  }

  /** Begins a time that ends at a moment by the clock of the machine, which another program has noted. */
  begin(): (end: number) => void {
    const began = Date.now();
    return (end) => void this.milliseconds.push(end - began);
  }

  /** Tells how the times were distributed. */
  tell(what: string): void {
    const sorted = [...this.milliseconds].sort((one, other) => one - other);
    const at = (part: number): string =>
      (sorted[Math.ceil(part * sorted.length) - 1] ?? NaN).toFixed(sorted.at(-1)! < 10 ? 1 : 0);
    tellFigures(
      `${what}, ${sorted.length} times: half within ${at(0.5)} ms, 95 % within ${at(0.95)} ms, all within ${at(1)} ms`,
    );
  }
}
