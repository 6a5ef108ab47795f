import { normalizedErrors } from '../../../../../statistics/harness/pooling';
import { rowsOf } from '../../../../../statistics/harness/table';
import table from '../../../../../statistics/tables/stage-shift/stage-shift-worlds';

/** The long statistics hold the share within two standard errors, over 40 seeds of each row. */
test.each(rowsOf(table))(
  'in a world with %s a result that is good keeps the tolerance, and its errors',
  async (row) => {
    const measured = await table.measure(1, row);
    expect(measured.faults).toEqual([]);
    expect(Math.max(...normalizedErrors([measured]).map(Math.abs))).toBeLessThan(6);
  },
);
