import { type Table, rowName, rowsOf, secondsOf, seedsOf } from './table';

/** One measurement: a seed of a row of a table. */
export interface Unit {
  readonly table: string;
  readonly row: string;
  readonly seed: number;
  /** Processor time that it takes, in seconds, about. */
  readonly seconds: number;
}

/** Name of a unit, by which the same one is recognised. */
export const unitName = ({ table, row, seed }: Unit): string => `${rowName(table, row)}, seed ${seed}`;

/** True when a table, or a row of it, is meant by a name: its own, that of the row, the id or the end of the id of its item, or the beginning of the path of a test. */
function isMeant(table: Table, row: string, name: string): boolean {
  const { item } = table;
  return (
    table.name === name ||
    row === name ||
    rowName(table.name, row) === name ||
    item === name ||
    item?.endsWith(`/${name}`) === true ||
    row.startsWith(`${name.replace(/\/$/, '')}/`)
  );
}

/** All units of the chosen rows, table by table and row by row. Throws a sentence for the user when a name means nothing. */
export function unitsOf(
  tables: readonly Table[],
  { only = [], seeds }: { readonly only?: readonly string[]; readonly seeds?: number } = {},
): readonly Unit[] {
  const rows = tables.flatMap((table) => rowsOf(table).map((row) => ({ table, row })));
  const unknown = only.filter((name) => !rows.some(({ table, row }) => isMeant(table, row, name)));
  if (unknown.length > 0)
    throw new Error(
      `There is no table, row or item "${unknown[0]}". There are: ${tables.map(({ name }) => name).join(', ')}.`,
    );
  return rows
    .filter(({ table, row }) => only.length === 0 || only.some((name) => isMeant(table, row, name)))
    .flatMap(({ table, row }) => {
      const count = seedsOf(table, row);
      // A row of one seed draws none; more of it would be the same again.
      return Array.from({ length: count === 1 ? 1 : (seeds ?? count) }, (_, index) => ({
        table: table.name,
        row,
        seed: index + 1,
        seconds: secondsOf(table, row),
      }));
    });
}

/**
 * Divides units into shards that take about the same time. Every unit is in exactly one of them, and the division follows from the units
 * alone, so that machines that know nothing of each other do not do the same work.
 */
export function shardsOf(units: readonly Unit[], count: number): readonly (readonly Unit[])[] {
  const shards = Array.from({ length: count }, () => ({ seconds: 0, units: [] as Unit[] }));
  const longestFirst = units
    .map((unit, at) => ({ unit, at }))
    .sort((a, b) => b.unit.seconds - a.unit.seconds || a.at - b.at);
  for (const { unit } of longestFirst) {
    const least = shards.reduce((one, other) => (other.seconds < one.seconds ? other : one));
    least.units.push(unit);
    least.seconds += unit.seconds;
  }
  const order = new Map(units.map((unit, at) => [unit, at]));
  return shards.map((shard) => shard.units.sort((one, other) => order.get(one)! - order.get(other)!));
}

/** Smallest number of shards none of which takes longer than a number of seconds with this number of workers. */
export function shardsNeeded(units: readonly Unit[], seconds: number, workers: number): number {
  const longest = (count: number): number =>
    Math.max(
      ...shardsOf(units, count).map(
        // Workers end at different times: the last unit may begin when all others are done.
        (shard) =>
          shard.reduce((sum, unit) => sum + unit.seconds, 0) / workers +
          Math.max(0, ...shard.map((unit) => unit.seconds)),
      ),
    );
  for (let count = 1; count < Math.max(units.length, 1); count++) if (longest(count) <= seconds) return count;
  return Math.max(units.length, 1);
}
