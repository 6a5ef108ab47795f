import { electronVolts } from '../../../../core/base';
import { ScriptedOperator } from '../../../../core/kernel';
import { EnergyShifts } from '../../../../core/optics';
import { drawnFilter, filteredInstrument, trueShifts } from '../../../../statistics/support/whole-scope/energy-shifts';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const id = 'calibrations/tasks/refine-zero-loss-peak';
const [gif, omega] = ['a GIF behind an FEI column', 'the omega filter of a JEOL column'] as const;

describeMenuItem(id, {
  configuration: 'krios-k3.yaml',
  edit: cameraOf(256),
  simulator: { specimen: 'empty', inelasticThicknessNm: 0, ...drawnFilter(1) },
  magIndex: 20,
  sample: 2,
});

test.each([gif, omega])('centres the peak of %s against the truth, and says when it did', async (column) => {
  // Over a whole image a filter that is not isochromatic has no single place of the peak.
  const drawn: Readonly<Record<string, number>> = { ...drawnFilter(3), nonIsochromaticityElectronvolts: 0 };
  await using instrument = await filteredInstrument(column, { ...drawn, seed: 3 });
  const { filter } = instrument;
  await filter.energyLoss.write(electronVolts(30));
  const { result } = await runItem(instrument, id);
  expect(await filter.energyLoss.read()).toBe(30);
  const truth = drawn['zeroLossOffsetElectronvolts']! + trueShifts(instrument).get(20)!;
  expect(Math.abs((await filter.zeroLossAdjustment!.read()) - truth)).toBeLessThan(0.4);
  expect(Math.abs(Number(result!.values['remaining']))).toBeLessThan(0.3);
  const [note] = instrument.calibrations.shortTerm('FilterAlignment').all();
  expect(note).toMatchObject({ magIndex: 20 });
  expect(note!.zeroLossOffset).toBeCloseTo(await filter.zeroLossAdjustment!.read(), 3);
  expect(instrument.kernel.registry.get(EnergyShifts).applied).toBe(0);
});

test('finds a peak that is far off, through a specimen, and leaves it alone when it was refined lately', async () => {
  await using instrument = await filteredInstrument(
    gif,
    { seed: 4, zeroLossOffsetElectronvolts: -19, inelasticThicknessNm: 100, slitEdgeElectronvolts: 0.5 },
    20,
  );
  const { filter } = instrument;
  await runItem(instrument, id);
  expect(Math.abs((await filter.zeroLossAdjustment!.read()) + 19)).toBeLessThan(0.4);
  await filter.zeroLossAdjustment!.write(electronVolts(-18));
  const fromScript = (minutes: string) =>
    instrument.runner.run(id, { port: new ScriptedOperator({}), fromScript: true, arguments: [minutes] });
  const lately = await fromScript('10');
  expect(lately!.values).toMatchObject({ skipped: true, images: 0 });
  expect(await filter.zeroLossAdjustment!.read()).toBe(-18);
  const again = await fromScript('0');
  expect(again!.values).toMatchObject({ skipped: false });
});

test.each([
  ['no beam', { electronsPerFieldPixelPerSecond: 0 }, 'zero-loss/not-found'],
  ['a peak outside the range', { zeroLossOffsetElectronvolts: 60 }, 'zero-loss/not-found'],
  ['a peak that runs away', { zeroLossDriftElectronvoltsPerMinute: 6 }, ''],
] as const)('%s is refused, and the adjustment stays', async (_, simulator, code) => {
  await using instrument = await filteredInstrument(gif, { seed: 5, slitEdgeElectronvolts: 0.5, ...simulator });
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: expect.stringContaining(code) as string });
  expect(await instrument.filter.zeroLossAdjustment!.read()).toBe(0);
  expect(instrument.calibrations.shortTerm('FilterAlignment').all()).toEqual([]);
});
