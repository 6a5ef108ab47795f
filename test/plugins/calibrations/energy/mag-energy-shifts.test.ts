import { ImageAcquisition } from '../../../../core/acquisition';
import { magIndex as asMagIndex } from '../../../../core/base';
import { EnergyFilter } from '../../../../core/devices';
import {
  type FilteredInstrument,
  drawnFilter,
  filteredInstrument,
  measureEnergyShifts,
  trueShifts,
} from '../../../../statistics/support/whole-scope/energy-shifts';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, verifying } from '../../../support/virtual-instrument';

const item = 'calibrations/mag-energy-shifts';
const [gif, omega] = ['a GIF behind an FEI column', 'the omega filter of a JEOL column'] as const;
const answers = { highest: '4640' };

describeMenuItem(item, {
  configuration: 'krios-k3.yaml',
  edit: cameraOf(256),
  simulator: { specimen: 'empty', inelasticThicknessNm: 0, ...drawnFilter(1) },
  magIndex: 16,
  answers: { ...answers, range: '20', step: '4' },
  sample: 2,
});

/** The long statistics measure the same with more seeds. */
test.each([gif, omega])('the shifts of %s against the truth', async (column) => {
  const { errors, verdict } = await measureEnergyShifts(1, column, { mags: 3 });
  expect(verdict).toBe('good');
  expect(errors['shift']).toHaveLength(3);
  for (const each of errors['shift'] as readonly number[]) expect(Math.abs(each)).toBeLessThan(0.2);
});

/** Runs on a GIF whose second magnification is shifted, and compares the difference of the two with the truth where something was stored. */
async function outcome(
  simulator: Readonly<Record<string, unknown>>,
  prepare: (instrument: FilteredInstrument) => void = () => {},
): Promise<{ readonly code?: string; readonly error?: number; readonly said: string }> {
  await using instrument = await filteredInstrument(gif, { seed: 1, slitEdgeElectronvolts: 0.5, ...simulator }, 16);
  prepare(instrument);
  const records = () => instrument.calibrations.records('FilterMagShifts').all();
  try {
    const { result, said } = await runItem(instrument, item, { ...answers, step: '3' });
    const [one, other] = [16, 17].map(
      (mag) => records().find(({ magIndex }) => magIndex === asMagIndex(mag))!.energyShift,
    );
    const truth = trueShifts(instrument);
    expect(result!.values['shifts']).toHaveLength(2);
    return { error: other! - one! - (truth.get(17)! - truth.get(16)!), said: said.join('\n') };
  } catch (error) {
    expect(records()).toEqual([]);
    return { code: (error as { readonly code: string }).code, said: '' };
  }
}
/** Shows an older image again at some of the images. */
const stale = (every: number) => (instrument: FilteredInstrument) => {
  const acquisition = instrument.kernel.registry.get(ImageAcquisition);
  const take = acquisition.take.bind(acquisition);
  let [taken, last] = [0, undefined as Awaited<ReturnType<typeof take>> | undefined];
  jest.spyOn(acquisition, 'take').mockImplementation(async (...given) => {
    const image = await take(...given);
    taken += 1;
    if (last && taken % every === 0) return last;
    return (last = image);
  });
};

test.each([
  ['cut off below the range', { 16: 0, 17: -26 }, true],
  ['cut off above the range', { 16: 0, 17: 26 }, false],
] as const)('a peak %s is found by another scan or by going on', async (_, energyShiftsElectronvolts, redone) => {
  const { error, said } = await outcome({ energyShiftsElectronvolts });
  expect(Math.abs(error!)).toBeLessThan(0.2);
  expect(said.includes('Redoing')).toBe(redone);
});

test.each([
  ['a peak far outside the range', { energyShiftsElectronvolts: { 16: 0, 17: 80 } }, 'zero-loss/not-found'],
  ['no beam', { electronsPerFieldPixelPerSecond: 0 }, 'zero-loss/not-found'],
  ['a thick specimen', { energyShiftsElectronvolts: { 17: 2 }, inelasticThicknessNm: 500 }, 'run/refused'],
  ['a peak that runs away', { zeroLossDriftElectronvoltsPerMinute: 8 }, 'zero-loss/not-following'],
] as const)('%s is refused', async (_, simulator, code) => {
  expect(await outcome(simulator)).toMatchObject({ code });
});

test('saturated images are taken again with a shorter exposure', async () => {
  const bright = { energyShiftsElectronvolts: { 17: 2 }, electronsPerFieldPixelPerSecond: 60_000 };
  const { error, said } = await outcome(bright);
  expect(said).toContain('saturated');
  expect(Math.abs(error!)).toBeLessThan(0.2);
});

test.each(verifying ? [2, 3, 5, 7, 11, 13] : [3])('every %i. image old is refused, or does no harm', async (every) => {
  const { error, code } = await outcome({ energyShiftsElectronvolts: { 17: 2 } }, stale(every));
  if (code === undefined) expect(Math.abs(error!)).toBeLessThan(0.45);
});

test('a steady drift is taken out, with two passes as with one', async () => {
  const drift = { zeroLossDriftElectronvoltsPerMinute: 0.3 };
  for (const twice of [false, true]) {
    const { errors } = await measureEnergyShifts(2, gif, { mags: 2, twice, simulator: drift });
    for (const each of errors['shift'] as readonly number[]) expect(Math.abs(each)).toBeLessThan(0.2);
  }
});

test('older shifts of other magnifications follow the nearest measured one that had one', async () => {
  await using instrument = await filteredInstrument(gif, { energyShiftsElectronvolts: { 16: 4, 17: 5 } }, 16);
  const records = instrument.calibrations.records('FilterMagShifts');
  for (const [magIndex, energyShift] of [
    [17, 2],
    [22, 7],
  ] as const)
    records.put({ magIndex: asMagIndex(magIndex), energyShift });
  await runItem(instrument, item, answers);
  const stored = records.all().map(({ magIndex, energyShift }) => [magIndex, energyShift] as const);
  expect(stored.map(([magIndex]) => magIndex)).toEqual([16, 17, 22]);
  expect(stored[2]![1] - stored[1]![1]).toBeCloseTo(5, 5);
  const filter = instrument.kernel.registry.get(EnergyFilter);
  expect([await filter.slitInserted.read(), await filter.energyLoss.read()]).toEqual([false, 0]);
});
