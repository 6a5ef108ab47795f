import { attemptStageShift, keepDoubtful } from '../../../../../statistics/support/fooled';
import table from '../../../../../statistics/tables/stage-shift-fooled';

/** The long statistics measure the same with 10 or 20 seeds, and more kinds. */
test.each(['a gain stale by 1', 'a grating', 'grid bars', 'a specimen like any other'])(
  '%s is reported where it has to be, and never ends in a wrong matrix',
  async (row) => {
    const { faults, verdict } = await table.measure(1, row);
    expect(faults).toEqual([]);
    expect(verdict).toMatch(/^(stored|calibration\/(fixed-pattern|periodic-specimen))$/);
  },
);

test('what a periodic specimen may have fooled is kept when the operator wants it, with a remark', async () => {
  const { code, remarks } = await attemptStageShift({ seed: 3, specimen: 'cross-grating' }, 13, {
    answers: keepDoubtful,
  });
  expect(code).toBeUndefined();
  expect(remarks.join()).toContain('repeats every');
});
