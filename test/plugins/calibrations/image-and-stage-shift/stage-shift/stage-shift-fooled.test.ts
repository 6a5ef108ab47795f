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

test('a periodic specimen does not end the run when the operator goes on, but a matrix without sense is refused', async () => {
  const { code, untouched, back } = await attemptStageShift({ seed: 3, specimen: 'cross-grating' }, 13, {
    answers: keepDoubtful,
  });
  expect({ code, untouched, back }).toEqual({ code: 'stage-shift/refused', untouched: true, back: true });
});
