import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadTable, tableFiles } from '../../statistics/harness/load';
import { allRows, rowName, rowsOf, secondsOf, seedsOf } from '../../statistics/harness/table';
import { allItems } from '../../scripts/item';
import { filesIn, textOf } from '../architecture/source-files';
import { projectFolder } from '../support/project-folder';

const folder = path.join(projectFolder, 'statistics', 'tables');
const tables = tableFiles(folder, /\.ts$/).map(loadTable);

/** Seconds that one measurement may take: a shard of 20 minutes has to hold two processes of them. */
const maxSeconds = 900;

test.each(tables.map((table) => [table.name, table] as const))('the table "%s" can be divided', (_, table) => {
  for (const row of rowsOf(table)) {
    expect(seedsOf(table, row)).toBeGreaterThan(0);
    expect(secondsOf(table, row)).toBeGreaterThan(0);
    expect(secondsOf(table, row)).toBeLessThanOrEqual(maxSeconds);
  }
  if (table.item !== undefined) expect(allItems().map(({ id }) => id)).toContain(table.item);
});

test('every test that draws more in the long statistics is one of their rows', () => {
  const drawsMore = filesIn(['test'])
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/architecture/'))
    .filter((file) =>
      /\bverifying\b|\binLongStatistics\b|\bEUCENTRIC_VERIFY\b|\bbreakOften\(|\bdrawsOf\(|\bTimes\b|\bsample: \d/.test(
        textOf(file),
      ),
    );
  // A conformance test of many items is a row for each of those that it samples.
  const rows = rowsOf(tables.find(({ name }) => name === 'tests')!);
  expect([...new Set(rows.map((row) => row.split(' ')[0]!))].sort()).toEqual(
    drawsMore.filter((file) => file !== 'test/statistics/tables.test.ts').sort(),
  );
});

test('the page has no rows but those of the tables', () => {
  const page = readFileSync(path.join(projectFolder, 'docs', 'verify.md'), 'utf8');
  const names = tables.flatMap((table) =>
    [...rowsOf(table), ...(table.poolAll ? [allRows] : [])].map((row) => rowName(table.name, row)),
  );
  const shown = page.split('\n').flatMap((line) => /^\| `([^`]+)` \|/.exec(line)?.[1] ?? []);
  expect(shown.length).toBeGreaterThan(20);
  expect(shown.filter((name) => !names.includes(name))).toEqual([]);
});
