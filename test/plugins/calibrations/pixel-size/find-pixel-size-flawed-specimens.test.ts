import table from '../../../../statistics/tables/pixel-size/find-pixel-size-flawed-specimens';

/** The long statistics measure the same with 20 seeds, and more flaws. */
test('measures a grating worn, dirty and with latex on it', async () => {
  expect((await table.measure(1, 'a grating worn, dirty and with latex on it')).faults).toEqual([]);
});
