import { fc } from '../support/properties';
import { type Table, defineTable } from '../../statistics/harness/table';
import { type Unit, shardsNeeded, shardsOf, unitName, unitsOf } from '../../statistics/harness/units';

const table = (name: string, given: Partial<Table>): Table =>
  defineTable({ name, about: '', seeds: 3, seconds: 1, measure: async () => ({ errors: {}, verdict: '' }), ...given });

const drawn = fc
  .array(
    fc.record({
      rows: fc.integer({ min: 1, max: 4 }),
      seeds: fc.integer({ min: 1, max: 30 }),
      seconds: fc.integer({ min: 1, max: 300 }),
    }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((tables) =>
    unitsOf(
      tables.map(({ rows, seeds, seconds }, at) =>
        table(`table-${at}`, { rows: Array.from({ length: rows }, (_, row) => `row ${row}`), seeds, seconds }),
      ),
    ),
  );
const secondsOf = (units: readonly Unit[]): number => units.reduce((sum, { seconds }) => sum + seconds, 0);

test('every unit is in exactly one shard, whatever the units and the number of shards', () => {
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 40 }), (units, count) => {
      const shards = shardsOf(units, count);
      expect(shards).toHaveLength(count);
      expect(shards.flat().map(unitName).sort()).toEqual(units.map(unitName).sort());
      expect(new Set(shards.flat().map(unitName)).size).toBe(units.length);
    }),
  );
});

test('shards differ by no more than the longest unit, and come out the same each time', () => {
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 40 }), (units, count) => {
      const seconds = shardsOf(units, count).map(secondsOf);
      expect(Math.max(...seconds) - Math.min(...seconds)).toBeLessThanOrEqual(
        Math.max(...units.map((unit) => unit.seconds)),
      );
      expect(shardsOf([...units], count)).toEqual(shardsOf(units, count));
    }),
  );
});

test('as many shards are proposed as keep each within the time', () => {
  const units = unitsOf([table('long', { seeds: 200, seconds: 30 })]);
  // 100 minutes of processor, on two: a unit may begin when the other process has ended.
  expect(shardsNeeded(units, 1200, 2)).toBe(3);
  expect(shardsNeeded(units, 100_000, 2)).toBe(1);
  expect(shardsNeeded([], 1200, 2)).toBe(1);
});

test('a row of one seed stays one, and others have as many as are asked for', () => {
  const tables = [
    table('once', { seeds: 1 }),
    table('often', { seeds: (row) => (row === 'rare' ? 2 : 5), rows: ['rare', 'usual'] }),
  ];
  expect(unitsOf(tables)).toHaveLength(8);
  expect(unitsOf(tables, { seeds: 7 })).toHaveLength(15);
  expect(unitsOf(tables, { seeds: 2, only: ['usual'] }).map(unitName)).toEqual([
    'often: usual, seed 1',
    'often: usual, seed 2',
  ]);
});
