import { normalizedErrors } from '../../../../../statistics/harness/pooling';
import { rowsOf } from '../../../../../statistics/harness/table';
import table from '../../../../../statistics/tables/stage-shift-standard-errors';

/** The long statistics hold the share within two standard errors, over 50 seeds of each row. */
test.each(rowsOf(table))('Stage Shift states errors that hold with %s', async (row) => {
  const z = normalizedErrors([await table.measure(1, row)]);
  expect(z).toHaveLength(4);
  expect(Math.max(...z.map(Math.abs))).toBeLessThan(5);
});
