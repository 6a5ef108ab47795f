import { FilteredLogger, VirtualClock, electronVolts } from '../../../core/base';
import { EnergyFilter } from '../../../core/devices';
import { GatanFilter, filterModel } from '../../../plugins/gatan-k2k3/filter';
import { gatanFunctions } from '../../../plugins/gatan-k2k3/protocol/functions';
import { decodeMessage, unpackText } from '../../../wires';
import { guarded } from '../../support/guarded';
import { type Bench, bench, propertiesOf } from './setup';

let under: Bench;
let clock: VirtualClock;
afterEach(() => under.dispose());

async function filter(general: Readonly<Record<string, string | number>> = {}): Promise<EnergyFilter> {
  const settings = propertiesOf({ GIF: 1 }, general);
  clock = new VirtualClock();
  under = await bench(settings);
  const driver = new GatanFilter(
    under.client,
    filterModel(settings, [-200, 3000]),
    clock,
    new FilteredLogger(() => {}),
  );
  return guarded(EnergyFilter, driver);
}
/** The scripts that were sent, without those that only ask. */
const scripts = (): readonly string[] =>
  under.requests
    .filter((request) => request.readInt32LE(4) === 1)
    .map(
      (request) => unpackText(decodeMessage('ExecuteScript', request, gatanFunctions.ExecuteScript.request).array)[0]!,
    )
    .filter((script) => script.includes('Set'));

describe('the energy filter of a GIF', () => {
  it('moves the slit, and waits until it has arrived', async () => {
    const { slitInserted } = await filter({ FilterSlitInOutDelay: 30 });
    expect(await slitInserted.read()).toBe(false);
    await slitInserted.write(true);
    expect(await slitInserted.read()).toBe(true);
    expect(under.server.filter.values.SlitIn).toBe(1);
    expect(clock.now()).toBeCloseTo(0.5, 9);
    await slitInserted.write(true);
    expect(scripts()).toEqual(['IFCSetSlitIn(1)\nExit(IFCGetSlitIn())']);
  });

  it('scales the width of the slit as the site says, and leaves alone what is right', async () => {
    const { slitWidth } = await filter({ GIFslitWidthScaling: 1.1, MaximumSlitWidth: 60 });
    await slitWidth.write(electronVolts(30));
    expect(under.server.filter.values.SlitWidth).toBeCloseTo(33, 6);
    expect(await slitWidth.read()).toBeCloseTo(30, 6);
    await slitWidth.write(electronVolts(30.05));
    expect(scripts()).toHaveLength(1);
    for (const width of [4.9, 60.1, NaN])
      await expect(slitWidth.write(electronVolts(width))).rejects.toMatchObject({ code: 'limits/out-of-range' });
  });

  it('sends the loss and the zero-loss adjustment as one shift, and reads each by itself', async () => {
    const { energyLoss, zeroLossAdjustment } = await filter();
    await energyLoss.write(electronVolts(20));
    await zeroLossAdjustment!.write(electronVolts(1.5));
    expect(under.server.filter.values.SpectrumOffset).toBeCloseTo(21.5, 6);
    expect([await energyLoss.read(), await zeroLossAdjustment!.read()]).toEqual([20, 1.5]);
    await energyLoss.write(electronVolts(0));
    expect(under.server.filter.values.SpectrumOffset).toBeCloseTo(1.5, 6);
    expect(await energyLoss.read()).toBe(0);
    await zeroLossAdjustment!.write(electronVolts(-2));
    expect(under.server.filter.values.SpectrumOffset).toBeCloseTo(-2, 6);
    expect([await energyLoss.read(), await zeroLossAdjustment!.read()]).toEqual([0, -2]);
    await expect(zeroLossAdjustment!.write(electronVolts(40))).rejects.toMatchObject({ code: 'limits/out-of-range' });
    expect(await zeroLossAdjustment!.read()).toBe(-2);
  });

  it('sets the loss before it switches the offset on, and waits as long as the change is large', async () => {
    const { energyLoss } = await filter();
    under.server.filter.values.SpectrumOffset = 500;
    // An offset that is switched off is not a loss, whatever its value.
    expect(await energyLoss.read()).toBe(0);
    await energyLoss.write(electronVolts(20));
    expect(under.server.filter.values).toMatchObject({ SpectrumOffset: 20, OffsetOn: 1 });
    expect(scripts().map((script) => script.split('(')[0])).toEqual(['IFCSetSpectrumOffset', 'IFCSetOffsetOn']);
    expect(clock.now()).toBeCloseTo((10 + 0.5 * 20) / 60, 9);
    await energyLoss.write(electronVolts(100));
    expect(clock.now()).toBeCloseTo((10 + 0.5 * 20 + 30 + 0.25 * 80) / 60, 9);
    for (const loss of [-201, 3001])
      await expect(energyLoss.write(electronVolts(loss))).rejects.toMatchObject({ code: 'limits/out-of-range' });
  });

  it('shifts the energy the other way round where there is no spectrum offset', async () => {
    const { energyLoss } = await filter({ NoSpectrumOffset: 1 });
    await energyLoss.write(electronVolts(15));
    expect(under.server.filter.values).toMatchObject({ EnergyShift: -15, SpectrumOffset: 0, OffsetOn: 0 });
    expect(await energyLoss.read()).toBe(15);
  });

  it('opens the largest aperture, if the site names one', async () => {
    const { slitInserted } = await filter({ BiggestGIFApertureNumber: 3 });
    await slitInserted.write(true);
    expect(under.server.filter.values.Aperture).toBe(3);
    await under.dispose();
    const other = await filter({ BiggestGIFApertureNumber: 0 });
    await other.slitInserted.write(true);
    expect(under.server.filter.values.Aperture).toBe(4);
  });

  it('sets nothing in spectroscopy, unless the site allows it', async () => {
    const { slitInserted } = await filter();
    under.server.filter.values.FilterMode = 0;
    await expect(slitInserted.write(true)).rejects.toMatchObject({ code: 'gatan/spectroscopy' });
    expect(scripts()).toEqual([]);
    await under.dispose();
    const allowed = await filter({ AllowSpectroscopyImages: 1 });
    under.server.filter.values.FilterMode = 0;
    await allowed.slitInserted.write(true);
    expect(under.server.filter.values.SlitIn).toBe(1);
  });

  it('says so when the filter did not take a value', async () => {
    const { slitWidth } = await filter();
    Object.defineProperty(under.server.filter.values, 'SlitWidth', { get: () => 20, set: () => {} });
    await expect(slitWidth.write(electronVolts(30))).rejects.toMatchObject({
      code: 'gatan/filter-refused',
      message: expect.stringContaining('did not take the slit width of 30: it is at 20') as string,
    });
  });
});
