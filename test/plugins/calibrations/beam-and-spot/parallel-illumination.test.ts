import { AlphaSelector, Illumination, ProbeModeSelector } from '../../../../core/devices';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/parallel-illumination';
const talos = { configuration: 'talos-ceta.yaml' };

describeMenuItem(id, talos);

test('is kept for each spot size and probe mode, to the digit, with the crossover of both', async () => {
  await using instrument = await virtualInstrument(talos);
  const { registry } = instrument.kernel;
  const [{ spotSize, intensity }, { probeMode }] = [registry.get(Illumination), registry.get(ProbeModeSelector)];
  instrument.calibrations.records('CrossoverIntensity').replaceAll([{ spot: 3, micro: 0.4375, nano: 0 }]);
  const keep = async (spot: number, probe: 'micro' | 'nano', value: number) => {
    await probeMode.write(probe);
    await spotSize.write(spot);
    await intensity.write(value);
    return (await runItem(instrument, id)).result!;
  };
  await keep(3, 'micro', 0.53125);
  await keep(3, 'nano', 0.5);
  await keep(4, 'micro', 0.625);
  const again = await keep(3, 'micro', 0.546875);
  expect(again.values).toMatchObject({ before: 0.53125, intensity: 0.546875, mode: 'microprobe', crossover: 0.4375 });
  expect(again.summary).toContain('54.7 %');
  expect(
    instrument.calibrations
      .records('ParallelIllum')
      .all()
      .map(({ spot, probeOrAlpha, intensity: kept, crossover }) => [spot, probeOrAlpha, kept, crossover]),
  ).toEqual([
    [3, 1, 0.546875, 0.4375],
    [3, 0, 0.5, 0],
    [4, 1, 0.625, 0],
  ]);
});

test('belongs to alpha on a column that has it, the first one too, and says it as people count', async () => {
  await using instrument = await virtualInstrument({ configuration: 'jeol-cryo-arm-k2.yaml' });
  const { alpha } = instrument.kernel.registry.get(AlphaSelector);
  for (const each of [0, 1]) {
    await alpha.write(each);
    expect((await runItem(instrument, id)).result!.values['mode']).toBe(`alpha ${each + 1}`);
  }
  expect(
    instrument.calibrations
      .records('ParallelIllum')
      .all()
      .map(({ probeOrAlpha }) => probeOrAlpha),
  ).toEqual([0, 1]);
});

test('is not for a column whose intensity is an illuminated area', async () => {
  await using instrument = await virtualInstrument();
  expect(instrument.kernel.menu.find(id).reason).toContain('illuminated area');
});
