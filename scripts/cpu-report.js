/**
 * Tells the processor time of the tests by folder and by menu item: `node scripts/cpu-report.js NOTES`, with the notes that jest wrote
 * while EUCENTRIC_CPU named that file. Processor time is nearly the same on a busy machine.
 */
const fs = require('node:fs');
const { itemOfTest, itemPlaces } = require('./item-tests');

/** Seconds of processor that the tests of an item should need at most. */
const itemBudget = 6;

function report(notes) {
  const lines = fs
    .readFileSync(notes, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const places = itemPlaces();
  const [folders, items] = [new Map(), new Map()];
  const add = (sums, name, seconds) => sums.set(name, (sums.get(name) ?? 0) + seconds);
  for (const { test, seconds, items: held } of lines) {
    add(folders, test.split('/').slice(0, -1).slice(0, 3).join('/'), seconds);
    const own = itemOfTest(test, places);
    if (own !== undefined) add(items, own, seconds);
    else for (const [id, used] of Object.entries(held)) add(items, id.replace(/^calibrations\//, ''), used);
  }
  const table = (sums) =>
    [...sums]
      .sort(([, one], [, other]) => other - one)
      .map(([name, seconds]) => `${seconds.toFixed(1).padStart(8)} s  ${name}`);
  const total = [...folders.values()].reduce((sum, seconds) => sum + seconds, 0);
  const over = new Map([...items].filter(([, seconds]) => seconds > itemBudget));
  return [
    'Processor time by folder:',
    ...table(folders),
    `${total.toFixed(1).padStart(8)} s  together`,
    ...(over.size > 0 ? [`Items whose tests need more than ${itemBudget} s:`, ...table(over)] : []),
  ].join('\n');
}

console.log(report(process.argv[2]));
