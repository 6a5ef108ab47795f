/**
 * Runs the long statistics: the same tests with EUCENTRIC_VERIFY set, which makes them draw more seeds, sizes and faults and tell what
 * they measured. Takes much longer than `npm test`; a part can be chosen as for jest: `npm run verify -- test/imaging`. What a run found
 * replaces the rows of its tests in docs/verify.md and leaves the others.
 */
const { spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const table = path.join(root, 'docs', 'verify.md');
const folder = mkdtempSync(path.join(os.tmpdir(), 'eucentric-verify-'));
const [report, figures] = [path.join(folder, 'report.json'), path.join(folder, 'figures.jsonl')];

const { status } = spawnSync(
  process.execPath,
  [
    require.resolve('jest/bin/jest'),
    '--testTimeout',
    '3600000',
    '--json',
    '--outputFile',
    report,
    ...process.argv.slice(2),
  ],
  {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, EUCENTRIC_VERIFY: '1', EUCENTRIC_FIGURES: figures },
  },
);
if (existsSync(report))
  keep(
    JSON.parse(readFileSync(report, 'utf8')),
    existsSync(figures)
      ? readFileSync(figures, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [],
  );
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;

/** Puts the rows of this run into the table. */
function keep({ testResults }, told) {
  const rows = new Map(
    (existsSync(table) ? readFileSync(table, 'utf8') : '')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => [line.split('`')[1], line]),
  );
  const today = new Date().toISOString().slice(0, 10);
  for (const { name, assertionResults, startTime, endTime } of testResults) {
    const test = path.relative(root, name).split(path.sep).join('/');
    const count = (wanted) => assertionResults.filter((each) => each.status === wanted).length;
    if (count('passed') + count('failed') === 0) continue;
    const said = told.filter((each) => each.test === test).map(({ text }) => text.replaceAll('|', '/'));
    const failed = count('failed') > 0 ? `**${count('failed')} failed**, ` : '';
    rows.set(
      test,
      `| \`${test}\` | ${failed}${count('passed')} passed | ${Math.round((endTime - startTime) / 1000)} s | ${today} | ${said.join('<br>')} |`,
    );
  }
  for (const test of rows.keys()) if (!existsSync(path.join(root, test))) rows.delete(test);
  const head = `# The long statistics, as they came out last

Made by \`npm run verify\`, which draws more seeds, sizes and faults than \`npm test\`; a part of it (\`npm run verify -- test/imaging\`) renews
its own rows. Every truth is drawn from the seed and hidden from what is tested. Seeds are 1 to N unless a row says otherwise.

| test | outcome | time | date | figures |
| --- | --- | --- | --- | --- |
`;
  writeFileSync(
    table,
    head +
      [...rows]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, row]) => `${row}\n`)
        .join(''),
  );
}
