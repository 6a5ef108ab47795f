import { Cameras, Scope } from '../../../../core/devices';
import { magIndex as asMagIndex } from '../../../../core/base';
import { FlybackTimes } from '../../../../core/acquisition';
import { ScriptedOperator } from '../../../../core/kernel';
import { scanOf, timedInstrument } from '../../../../statistics/support/timing/timing-instrument';
import table from '../../../../statistics/tables/timing/quick-flyback-time';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const id = 'calibrations/quick-flyback-time';
const camera = scanOf(32, 512);
const stem = { configuration: 'talos-stem.yaml', camera: /STEM/, magIndex: 5 };
const trial = { set: 'Trial' };
const simulator = { scanStartupSeconds: 1.25, flybackMicroseconds: 300, probeCurrentPicoamperes: 5 };
const make = (more: object = {}) => timedInstrument(stem, 1, { ...simulator, ...more }, { camera });

describeMenuItem(id, {
  configuration: 'talos-stem.yaml',
  edit: camera,
  simulator: { ...simulator, specimen: 'empty' },
  answers: trial,
  sample: 2,
  prepare: async ({ kernel: { registry } }) => {
    const cameras = registry.get(Cameras);
    await cameras.select(cameras.all.find(({ traits }) => traits.stem)!.traits.index);
    await registry.get(Scope).magIndex.write(asMagIndex(5));
  },
});

test.each([1, 2])('the flyback is within 3 %%, seed %d', async (seed) => {
  const { errors } = await table.measure(seed, '', camera);
  expect(Math.abs(errors['percent'] as number)).toBeLessThan(3);
});

test('a special interval of exposures is found when it is measured, and what is stored is looked up', async () => {
  await using instrument = await make({ flybackSpecialExposures: [[1, 1.2]] });
  const { result, asked } = await runItem(instrument, id, trial);
  expect(asked).toEqual(['set', 'store']);
  expect((result!.values['flyback'] as number) / 360).toBeCloseTo(1, 1);
  expect(result!.values['startup']).toBeCloseTo(1.25, 2);
  const { binning, xSize, magIndex, exposure } = result!.values as Record<string, number>;
  const place = { binning: binning!, xSize: xSize!, magIndex: magIndex!, exposure: exposure! };
  expect(instrument.kernel.registry.get(FlybackTimes).find(place)).toMatchObject({ kind: 'exact' });
  // Measured again, it takes the place of the first one.
  const again = await runItem(instrument, id, trial);
  expect(again.said.join()).toMatch(/replaces/);
  expect(instrument.calibrations.flyback.all()).toHaveLength(1);
  // And it is not stored where the operator declines.
  instrument.calibrations.flyback.replaceAll([]);
  await runItem(instrument, id, { ...trial, store: 'no' });
  expect(instrument.calibrations.flyback.all()).toHaveLength(0);
});

test('a script names the set by its letter, and stores without a question', async () => {
  await using instrument = await make();
  const port = new ScriptedOperator({}, { defaults: true });
  await instrument.runner.run(id, { port, fromScript: true, arguments: ['T', '1.5'] });
  expect(port.asked).toEqual([]);
  expect(instrument.calibrations.flyback.all()).toMatchObject([{ exposure: 1.5 }]);
  for (const wrong of ['t', 'X', ''])
    await expect(instrument.runner.run(id, { port, fromScript: true, arguments: [wrong] })).rejects.toMatchObject({
      code: 'timing/no-such-set',
    });
});

describe('nothing is stored', () => {
  test.each([
    ['where a scan begins later than thought', { scanStartupSeconds: 2.5 }, 'timing/no-blanking'],
    ['where a scan begins much sooner than thought', { scanStartupSeconds: 0.1 }, 'timing/too-much-blanking'],
    ['without a beam', { probeCurrentPicoamperes: 0 }, /refused/],
    ['with a blanker that is slower than the scan', { unblankingLatencySeconds: 1 }, /refused|timing/],
  ] as const)('%s', async (_what, more, code) => {
    await using instrument = await make(more);
    await expect(runItem(instrument, id, trial)).rejects.toMatchObject({
      code: typeof code === 'string' ? code : (expect.stringMatching(code) as string),
    });
    expect(instrument.calibrations.flyback.all()).toEqual([]);
  });
});

test('is for STEM cameras of FEI alone', async () => {
  await using instrument = await timedInstrument(
    { configuration: 'talos-stem.yaml', camera: /Ceta/ },
    1,
    {},
    { camera },
  );
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'menu/disabled' });
});
