/** Program of `npm run verify`: measures what has no result that still holds, and writes the page. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { loadTable, tableFiles } from './load';
import { figuresText, isComplete, isHeld, renewedPage, resultsOf } from './page';
import { Sources } from './sources';
import { type Kept, State } from './state';
import { allRows, rowName } from './table';
import { type Unit, shardsNeeded, shardsOf, unitName, unitsOf } from './units';
import { work } from './workers';

/** Minutes that a shard should take at most. */
const shardMinutes = 20;

interface Choices {
  readonly only?: readonly string[];
  readonly shard?: { readonly number: number; readonly of: number };
  readonly seeds?: number;
  readonly workers: number;
  readonly again?: boolean;
  readonly list?: boolean;
  readonly tables: string;
  readonly state: string;
  readonly page: string;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It has to be a whole number from 1.');
  return number;
}

function shard(text: string): { readonly number: number; readonly of: number } {
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (!number || !of || number > of) throw new InvalidArgumentError('Write it as 2/5, the second of five.');
  return { number, of };
}

async function verify(given: readonly string[], choices: Choices, root: string): Promise<boolean> {
  const files = tableFiles(choices.tables);
  const tables = files.map(loadTable);
  const cache = path.join(choices.state, 'fingerprints.json');
  const sources = new Sources(root, cache);
  const state = new State(choices.state, sources);
  const all = unitsOf(tables, {
    only: [...given, ...(choices.only ?? [])],
    ...(choices.seeds !== undefined && { seeds: choices.seeds }),
  });
  const mine = choices.shard ? shardsOf(all, choices.shard.of)[choices.shard.number - 1]! : all;
  const holds = (kept: Kept | undefined): boolean =>
    kept !== undefined && kept.failure === undefined && state.changesSince(kept).length === 0;
  const left = choices.again ? mine : mine.filter((unit) => !holds(state.read(unit)));
  tellStale(mine, state);
  const { workers } = choices;
  const minutes = left.reduce((sum, { seconds }) => sum + seconds, 0) / 60 / workers;
  say(
    `${mine.length} measurements${choices.shard ? ` in shard ${choices.shard.number} of ${choices.shard.of}` : ''}, ${mine.length - left.length} of them have a result that holds; about ${Math.ceil(minutes)} minutes for ${workers} processes.`,
  );
  if (choices.list || minutes > shardMinutes) {
    const needed = shardsNeeded(left.length > 0 ? left : mine, 60 * shardMinutes, workers);
    if (needed > 1)
      say(`In parts of at most ${shardMinutes} minutes each: --shard 1/${needed} to ${needed}/${needed}.`);
  }
  if (!choices.list) {
    let done = 0;
    const fileOf = (table: string): string => files[tables.findIndex(({ name }) => name === table)]!;
    await work(left, workers, { root, cache, fileOf }, (unit, { fingerprints, ...outcome }) => {
      state.write(unit, { ...outcome, date: new Date().toISOString().slice(0, 10) }, fingerprints);
      const faults = [...(outcome.failure === undefined ? [] : [outcome.failure]), ...(outcome.measured?.faults ?? [])];
      done += 1;
      say(
        `${done}/${left.length} ${unitName(unit)}: ${outcome.measured?.verdict ?? 'failed'}, ${outcome.seconds.toFixed(1)} s${faults.map((fault) => `\n    ${fault}`).join('')}`,
      );
    });
  }
  // What the workers wrote is read again.
  const results = tables.flatMap((table) => resultsOf(table, new State(choices.state, sources)));
  const rows = new Set(all.map(({ table, row }) => rowName(table, row)));
  const names = new Set(all.map(({ table }) => rowName(table, allRows)));
  const chosen = results.filter(({ name }) => rows.has(name) || names.has(name));
  for (const row of chosen.filter(({ fresh }) => fresh.length > 0))
    say(
      [
        `${isHeld(row) ? 'held  ' : 'FAILED'} ${row.name}, ${row.fresh.length} of ${row.wanted} measured`,
        ...figuresText(row),
      ].join('\n       '),
    );
  if (!choices.list) {
    const before = existsSync(choices.page) ? readFileSync(choices.page, 'utf8') : '';
    writeFileSync(choices.page, renewedPage(before, tables, results));
  }
  const open = chosen.filter((row) => !isComplete(row)).length;
  if (open > 0)
    say(`${open} rows are not complete; ${path.relative(root, choices.page)} keeps what stood there of them.`);
  sources.save();
  return chosen.every(isHeld);
}

/** Names the rows with results that do not hold any more, and the files whose change did it. */
function tellStale(units: readonly Unit[], state: State): void {
  const rows = new Map<string, { count: number; changed: Set<string> }>();
  for (const unit of units) {
    const kept = state.read(unit);
    const changed = kept ? state.changesSince(kept) : [];
    if (changed.length === 0) continue;
    const name = rowName(unit.table, unit.row);
    const row = rows.get(name) ?? { count: 0, changed: new Set() };
    row.count += 1;
    for (const each of changed) row.changed.add(each);
    rows.set(name, row);
  }
  for (const [name, { count, changed }] of rows) {
    const [first, ...others] = changed;
    say(
      `stale  ${name}, ${count} seeds: changed since ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
    );
  }
}

/** Reads the command line and does what it says. */
export async function main(root: string, given: readonly string[]): Promise<void> {
  const program = new Command('npm run verify --')
    .description(
      'Measures the long statistics and writes docs/verify.md. A run that was ended goes on where it stopped.',
    )
    .argument('[names...]', 'the same as --only')
    .option('--only <names...>', 'tables, rows, items, or folders of tests')
    .option(
      '--shard <i/n>',
      `one of n parts that take about the same time; ${shardMinutes} minutes are enough for each`,
      shard,
    )
    .option('--seeds <n>', 'seeds 1 to n instead of what the tables say', whole)
    .option('--workers <n>', 'processes', whole, availableParallelism())
    .option('--again', 'also what has a result that holds')
    .option('--list', 'tells what is there and what is stale, and measures nothing')
    .option('--tables <folder>', 'compiled tables', path.join(root, 'build', 'statistics', 'tables'))
    .option('--state <folder>', 'results', path.join(root, 'build', 'verify'))
    .option('--page <file>', 'page', path.join(root, 'docs', 'verify.md'));
  program.parse(given, { from: 'user' });
  const { tables, state, page, ...choices } = program.opts<Choices>();
  const [tablesFolder, stateFolder, pageFile] = [tables, state, page].map((each) => path.resolve(each)) as [
    string,
    string,
    string,
  ];
  // What is measured is kept also when nobody reads the lines any more.
  process.stdout.on('error', () => undefined);
  try {
    const held = await verify(
      program.args,
      { ...choices, tables: tablesFolder, state: stateFolder, page: pageFile },
      root,
    );
    if (!held) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
