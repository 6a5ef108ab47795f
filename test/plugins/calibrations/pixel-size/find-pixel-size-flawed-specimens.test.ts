import table from '../../../../statistics/tables/pixel-size/find-pixel-size-flawed-specimens';

/** The long statistics measure the same with 20 seeds, and more flaws. */
test.each(['grid bars bent, broken and dirty', 'a grating worn, dirty and with latex on it'])(
  'measures %s',
  async (row) => {
    expect((await table.measure(1, row)).faults).toEqual([]);
  },
);
