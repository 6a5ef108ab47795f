import { electronVolts, magIndex as asMagIndex, seconds } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { cameraArea } from '../../../core/acquisition';
import { EnergyShifts } from '../../../core/optics';
import { UserSettings } from '../../../core/user-settings';
import {
  type FilterColumn,
  type FilteredInstrument,
  filterColumns,
  filteredInstrument,
} from '../../../statistics/support/whole-scope/energy-shifts';

const shifts: Readonly<Record<string, number>> = { 20: -3.5, 21: 9, 22: 2.25 };

async function calibrated(column: FilterColumn): Promise<FilteredInstrument> {
  const instrument = await filteredInstrument(column, {
    seed: 3,
    energyShiftsElectronvolts: shifts,
    slitEdgeElectronvolts: 0.4,
  });
  const { filter, calibrations } = instrument;
  for (const [index, energyShift] of Object.entries(shifts))
    calibrations.records('FilterMagShifts').put({ magIndex: asMagIndex(Number(index)), energyShift });
  await filter.slitWidth.write(electronVolts(6));
  await filter.slitInserted.write(true);
  return instrument;
}
const goTo = ({ kernel }: FilteredInstrument, magIndex: number): Promise<void> =>
  kernel.registry.get(Scope).magIndex.write(asMagIndex(magIndex));
async function mean({ kernel }: FilteredInstrument): Promise<number> {
  const camera = kernel.registry.get(Cameras).selected;
  const { data } = (
    await camera.acquire(
      camera.fit({
        binning: camera.traits.binnings.at(-1)!,
        area: cameraArea('full', camera.traits),
        exposure: seconds(0.3),
        driftSettling: seconds(0),
        processing: 'gain normalized',
        readMode: 'linear',
      }),
    )
  ).image;
  return (data as Uint16Array).reduce((sum, count) => sum + count, 0) / data.length;
}

describe.each(Object.keys(filterColumns) as FilterColumn[])('the energy shifts of magnifications on %s', (column) => {
  test('keep the zero-loss peak in the slit, while the operator sees the loss that was chosen', async () => {
    await using instrument = await calibrated(column);
    const { filter } = instrument;
    const adjustment = filter.zeroLossAdjustment!;
    // An alignment at mag index 20, where the peak lies at its shift.
    await adjustment.write(electronVolts(shifts[20]!));
    const aligned = await mean(instrument);
    await filter.energyLoss.write(electronVolts(20));
    await goTo(instrument, 21);
    expect([await filter.energyLoss.read(), await adjustment.read()]).toEqual([20, shifts[21]!]);
    await filter.energyLoss.write(electronVolts(0));
    await goTo(instrument, 22);
    expect((await mean(instrument)) / aligned).toBeGreaterThan(0.5);
    expect(await adjustment.read()).toBeCloseTo(shifts[22]!, 6);
    await goTo(instrument, 20);
    expect(await adjustment.read()).toBe(shifts[20]);
    expect((await mean(instrument)) / aligned).toBeCloseTo(1, 1);
  });

  test('count from another magnification once the adjustment was changed there', async () => {
    await using instrument = await calibrated(column);
    const adjustment = instrument.filter.zeroLossAdjustment!;
    await goTo(instrument, 21);
    await adjustment.write(electronVolts(1));
    await goTo(instrument, 22);
    expect(await adjustment.read()).toBeCloseTo(1 + shifts[22]! - shifts[21]!, 6);
    expect(instrument.kernel.registry.get(EnergyShifts).applied).toBeCloseTo(shifts[22]! - shifts[21]!, 6);
  });

  test('leave the filter alone at magnifications without one, while suspended, and when the operator does not want them', async () => {
    await using instrument = await calibrated(column);
    const { registry } = instrument.kernel;
    const adjustment = instrument.filter.zeroLossAdjustment!;
    await goTo(instrument, 25);
    expect(await adjustment.read()).toBe(0);
    await goTo(instrument, 20);
    const resume = registry.get(EnergyShifts).suspend();
    await goTo(instrument, 21);
    expect(await adjustment.read()).toBe(0);
    resume();
    registry.get(UserSettings).setForNow('FilterDoMagShifts', false);
    await goTo(instrument, 22);
    expect(await adjustment.read()).toBe(0);
  });

  test('are applied before an image when the magnification was changed at the column, and said where the filter cannot', async () => {
    await using instrument = await calibrated(column);
    const { filter, calibrations, lines } = instrument;
    await goTo(instrument, 21);
    await goTo(instrument, 20);
    calibrations.records('FilterMagShifts').put({ magIndex: asMagIndex(21), energyShift: 60 });
    await goTo(instrument, 21);
    expect(lines.join('\n')).toContain('was not applied');
    expect(await filter.zeroLossAdjustment!.read()).toBe(0);
    calibrations.records('FilterMagShifts').put({ magIndex: asMagIndex(21), energyShift: 0 });
    await mean(instrument);
    expect(await filter.zeroLossAdjustment!.read()).toBeCloseTo(-shifts[20]!, 6);
  });
});
