import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type Table, rowsOf } from './table';

/** The table that a file declares. */
export function loadTable(file: string): Table {
  const { default: table } = require(file) as { default?: Table };
  const name = path.basename(file).replace(/\.[a-z]+$/, '');
  if (table?.name !== name) throw new Error(`${file} has to export by default a table that is named "${name}".`);
  const rows = rowsOf(table).map((row) => row.replace(/[^a-z0-9]+/gi, '-'));
  if (new Set(rows).size < rows.length) throw new Error(`${file} has two rows of one name.`);
  return table;
}

/** Files of the tables below a folder, in the order of their names. */
export const tableFiles = (folder: string, ending = /\.c?js$/): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .sort((one, other) => (path.basename(one) < path.basename(other) ? -1 : 1))
    .map((file) => path.join(folder, file));
