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
