import path from 'node:path';
import { electronVolts, magIndex as asMagIndex, seconds } from '../../../core/base';
import { Cameras, EftemMode, EnergyFilter, Scope } from '../../../core/devices';
import { SimulatedTruth } from '../../../plugins/simulator';
import { projectFolder, virtualInstrument } from '../../support/virtual-instrument';

/** Every way to an energy filter: a configuration whose column or camera has one. */
const filters: readonly (readonly [name: string, file: string, edit: (yaml: string) => string])[] = [
  ['a GIF through DigitalMicrograph', 'krios-k3.yaml', (yaml) => yaml],
  [
    'the omega filter of a JEOL column',
    'jeol-cryo-arm-k2.yaml',
    (yaml) => yaml.replace(/^HasOmegaFilter: \d/m, 'HasOmegaFilter: 1\nOmegaCanDoNegativeShift: 1'),
  ],
  [
    'a filter behind SerialEM',
    'talos-through-serialem.yaml',
    (yaml) => yaml.replace(/^GainReferencePath/m, 'HasOmegaFilter: 1\n$&'),
  ],
];
const shifts = { 20: -3.5, 22: 2.25 };

describe.each(filters)('%s', (_name, file, edit) => {
  const make = () =>
    virtualInstrument({
      configuration: path.join(projectFolder, 'config', file),
      edit,
      simulator: {
        seed: 3,
        specimen: 'empty',
        energyShiftsElectronvolts: shifts,
        slitEdgeElectronvolts: 0.4,
        inelasticThicknessNm: 60,
      },
    });

  test('cuts the electrons that lost energy, and shows the shifts of the zero-loss peak that are true', async () => {
    await using instrument = await make();
    const { registry } = instrument.kernel;
    const [filter, cameras, scope] = [registry.get(EnergyFilter), registry.get(Cameras), registry.get(Scope)];
    const filtered = cameras.all.find(({ traits }) => traits.behindFilter) ?? cameras.selected;
    await cameras.select(filtered.traits.index);
    if (filtered.traits.behindFilter) await registry.get(EftemMode).on.write(true);
    const exposure = filtered.fit({
      binning: filtered.traits.binnings.at(-1)!,
      area: { left: 0, top: 0, right: filtered.traits.width, bottom: filtered.traits.height },
      exposure: seconds(0.3),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
    });
    const mean = async (): Promise<number> => {
      const { data } = (await filtered.acquire(exposure)).image;
      return (data as Uint16Array).reduce((sum, count) => sum + count, 0) / data.length;
    };
    const centroid = async (): Promise<number> => {
      let [sum, weighted] = [0, 0];
      for (let loss = -12; loss <= 12; loss += 2) {
        await filter.energyLoss.write(electronVolts(loss));
        const counts = await mean();
        sum += counts;
        weighted += counts * loss;
      }
      return weighted / sum;
    };

    await scope.magIndex.write(asMagIndex(20));
    await filter.slitInserted.write(false);
    const whole = await mean();
    await filter.slitWidth.write(electronVolts(10));
    await filter.slitInserted.write(true);
    const first = await centroid();
    await scope.magIndex.write(asMagIndex(22));
    const second = await centroid();
    // Of steps of 2 eV and counts with a few percent of losses some tenths of an electronvolt are left, alike at both magnifications.
    expect(Math.abs(first - shifts[20])).toBeLessThan(0.45);
    expect(Math.abs(second - first - (shifts[22] - shifts[20]))).toBeLessThan(0.3);
    await filter.energyLoss.write(electronVolts(shifts[22]));
    expect((await mean()) / whole).toBeCloseTo(Math.exp(-60 / 315), 1);
    const records = registry.get(SimulatedTruth).records.filter(({ record }) => record === 'FilterMagShifts');
    expect(records).toContainEqual({ record: 'FilterMagShifts', magIndex: 22, energyShift: 2.25 });
  });

  test('refuses a width or a loss beyond its limits before anything is sent', async () => {
    await using instrument = await make();
    const filter = instrument.kernel.registry.get(EnergyFilter);
    const before = [await filter.slitWidth.read(), await filter.energyLoss.read()];
    for (const width of [0, 1000, NaN])
      await expect(filter.slitWidth.write(electronVolts(width))).rejects.toMatchObject({ code: 'limits/out-of-range' });
    for (const loss of [-5000, 1e5])
      await expect(filter.energyLoss.write(electronVolts(loss))).rejects.toMatchObject({ code: 'limits/out-of-range' });
    expect([await filter.slitWidth.read(), await filter.energyLoss.read()]).toEqual(before);
  });
});
