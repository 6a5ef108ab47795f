import { normalizedErrors } from '../../../../../statistics/harness/pooling';
import { rowsOf } from '../../../../../statistics/harness/table';
import imageShift from '../../../../../statistics/tables/image-shift-standard-errors';
import fromScratch from '../../../../../statistics/tables/is-from-scratch-standard-errors';

/** The long statistics hold the share within two standard errors, over 50 seeds of each row. */
describe.each([
  ['Image Shift', imageShift],
  ['IS from Scratch', fromScratch],
])('%s', (_, table) => {
  test.each(rowsOf(table))('states errors that hold with %s', async (row) => {
    const z = normalizedErrors([await table.measure(1, row)]);
    expect(z).toHaveLength(4);
    // A run alone says little: chance takes four components beyond this once in some thousand runs.
    expect(Math.max(...z.map(Math.abs))).toBeLessThan(5);
  });
});
