import { normalizedErrors } from '../../../../../statistics/harness/pooling';
import { errorsOf, measureWorld, quietWorld } from '../../../../../statistics/support/worlds/stage-world';
import table from '../../../../../statistics/tables/stage-shift/stage-shift-worlds';

/** The long statistics hold the share within two standard errors, over 40 seeds of each row and of others. */
test.each(['the cycles of the properties', 'drift that may die away', 'one wrong shift in each series'])(
  'in a world with %s a result that is good keeps the tolerance, and its errors',
  async (row) => {
    const measured = await table.measure(1, row);
    expect(measured.faults).toEqual([]);
    expect(Math.max(...normalizedErrors([measured]).map(Math.abs))).toBeLessThan(6);
  },
);

test.each([30, 115])(
  'an error of the stage that is in no cycle is not left out as a wrong shift, seed %i',
  async (seed) => {
    const measured = await table.measure(seed, 'a second harmonic and a tooth');
    expect(measured.faults).toEqual([]);
    expect(Math.max(...normalizedErrors([measured]).map(Math.abs))).toBeLessThan(3.5);
  },
);

test('a shift that is wrong across the movement is left out along it as well', () => {
  // Along the movement a cycle of another length explains the wrong shift of an axis.
  const draws = [
    { seed: 33, world: { amplitude: 0.047, scatter: 0.0112, bad: 9.7 } },
    { seed: 38, world: { amplitude: 0.061, scatter: 0.0203, bad: 15.2 } },
  ];
  for (const { seed, world } of draws) {
    const measured = measureWorld({ ...quietWorld, ...world }, seed);
    const { elements, stated } = errorsOf(measured);
    expect(Math.max(...elements.map((element, index) => Math.abs(element / stated[index]!)))).toBeLessThan(3.5);
    for (const { along, across } of Object.values(measured.fit.axes)) {
      expect(along.leftOut.length).toBeGreaterThan(0);
      expect(across.leftOut).toEqual(along.leftOut);
    }
  }
});
