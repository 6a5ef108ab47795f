import { rowsOf } from '../../../../statistics/harness/table';
import table from '../../../../statistics/tables/find-pixel-size-flawed-specimens';

/** The long statistics measure the same with 20 seeds. */
test.each(rowsOf(table))('measures %s', async (row) => {
  expect((await table.measure(1, row)).faults).toEqual([]);
});
