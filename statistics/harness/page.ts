import {
  type Figure,
  type SeededMeasured,
  type Table,
  allRows,
  figureText,
  meetsGoal,
  rowName,
  rowsOf,
  seedsOf,
} from './table';
import type { Kept, State } from './state';

/** Results of a row, and what they are pooled to. */
export interface RowResult {
  readonly name: string;
  readonly wanted: number;
  /** Results that still hold. */
  readonly fresh: readonly Kept[];
  /** Number of results that do not hold any more. */
  readonly stale: number;
  /** Files whose changes made results stale. */
  readonly changed: readonly string[];
  readonly figures: readonly Figure[];
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

const measuredOf = (kept: readonly Kept[]): readonly SeededMeasured[] =>
  kept.flatMap(({ seed, measured }) => (measured ? [{ ...measured, seed }] : []));

/** Results of the rows of a table from the state, with a row for all of them together where the table has figures for it. */
export function resultsOf(table: Table, state: State): readonly RowResult[] {
  const all: Kept[] = [];
  const rows = rowsOf(table).map((row): RowResult => {
    const kept = state
      .seedsOf({ table: table.name, row })
      .flatMap((seed) => state.read({ table: table.name, row, seed, seconds: 0 }) ?? []);
    const changes = kept.map((each) => state.changesSince(each));
    const fresh = kept.filter((_, at) => changes[at]!.length === 0);
    all.push(...fresh);
    const measured = measuredOf(fresh);
    return {
      name: rowName(table.name, row),
      wanted: seedsOf(table, row),
      fresh,
      stale: kept.length - fresh.length,
      changed: [...new Set(changes.flat())],
      figures: measured.length > 0 ? (table.pool?.(measured, row) ?? []) : [],
      faults: fresh.flatMap(({ seed, failure, measured: one }) =>
        [...(failure === undefined ? [] : [failure.split('\n')[0]!]), ...(one?.faults ?? [])].map(
          (fault) => `seed ${seed}: ${fault}`,
        ),
      ),
      notes: [...new Set(measured.flatMap(({ notes = [] }) => notes))],
    };
  });
  if (!table.poolAll) return rows;
  const wanted = rows.reduce((sum, row) => sum + row.wanted, 0);
  const together: RowResult = {
    name: rowName(table.name, allRows),
    wanted,
    fresh: all,
    stale: rows.reduce((sum, { stale }) => sum + stale, 0),
    changed: [],
    figures: all.length > 0 ? table.poolAll(measuredOf(all)) : [],
    faults: [],
    notes: [],
  };
  return [...rows, together];
}

/** True when every seed of a row has a result that still holds. */
export const isComplete = ({ fresh, wanted }: RowResult): boolean => fresh.length >= wanted;

/** True when nothing is wrong with the results of a row. */
export const isHeld = ({ figures, faults }: RowResult): boolean => faults.length === 0 && figures.every(meetsGoal);

/** Seeds of a row, in words. */
export function seedsText({ fresh, wanted }: RowResult): string {
  if (wanted === 1) return '';
  return `${fresh.length}`;
}

/** The outcome of a row in words. */
const outcomeText = (row: RowResult): string =>
  isHeld(row)
    ? 'held'
    : row.faults.length > 0
      ? `**${row.faults.length} ${row.faults.length === 1 ? 'fault' : 'faults'}**`
      : '**goal missed**';

/** The figures of a row in words. */
export const figuresText = ({ figures, faults, notes }: RowResult): readonly string[] => [
  ...(figures.length > 0 ? [figures.map((figure) => figureText(figure).trim()).join(', ')] : []),
  ...notes,
  ...faults.slice(0, 5),
  ...(faults.length > 5 ? [`${faults.length - 5} more faults`] : []),
];

const cell = (text: string): string => text.replaceAll('|', '/').replaceAll('\n', ' ');

/** The line of a row on the page. */
export function lineOf(row: RowResult): string {
  const date = row.fresh.map((each) => each.date).reduce((one, other) => (one > other ? one : other));
  const minutes = row.fresh.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const cells = [
    `\`${row.name}\``,
    seedsText(row),
    outcomeText(row),
    `${minutes.toFixed(1)} min`,
    date,
    figuresText(row).map(cell).join('<br>'),
  ];
  return `| ${cells.join(' | ')} |`;
}

const head = `# The long statistics, as they came out last

Written by \`npm run verify\`, which measures every row over its seeds, 1 to the number given. Every truth is drawn from the seed and hidden
from what is tested. A row is replaced when all of its seeds were measured with the program as it was on that day; the time is that of one
processor. [CONTRIBUTING.md](../CONTRIBUTING.md) says how to run a part.

`;
const columns = `| row | seeds | outcome | time | date | figures |
| --- | --- | --- | --- | --- | --- |
`;

/** The page with the complete rows renewed; rows that are not complete stay as they stood, and rows that no table has go. */
export function renewedPage(before: string, tables: readonly Table[], results: readonly RowResult[]): string {
  const lines = new Map(
    before.split('\n').flatMap((line) => {
      const name = /^\| `([^`]+)` \|/.exec(line)?.[1];
      return name === undefined ? [] : [[name, line] as const];
    }),
  );
  for (const row of results) if (isComplete(row)) lines.set(row.name, lineOf(row));
  const sections = tables.flatMap((table) => {
    const names = [...rowsOf(table), ...(table.poolAll ? [allRows] : [])].map((row) => rowName(table.name, row));
    const known = names.flatMap((name) => lines.get(name) ?? []);
    return known.length === 0 ? [] : [`${table.about}\n\n${columns}${known.join('\n')}\n`];
  });
  return head + sections.join('\n');
}
