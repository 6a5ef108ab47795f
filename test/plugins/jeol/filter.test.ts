import { electronVolts } from '../../../core/base';
import { OmegaFilter } from '../../../plugins/jeol/filter';
import { type JeolUnderTest, makeColumn, omegaModel } from './make-column';

let under: JeolUnderTest;
beforeEach(async () => void (under = await makeColumn()));
afterEach(() => under.dispose());
/** The changes that were sent since the last look. */
const sent = (): readonly string[] => under.writes().filter((write) => /Slit|EnergyShift/.test(write));

describe('the omega filter of a JEOL column', () => {
  it('moves its slit, and waits until it has arrived', async () => {
    const { scope, clock, microscope } = under;
    const before = clock.now();
    await scope.slitInserted.write(true);
    expect(microscope.state.slitIn).toBe(true);
    expect(clock.now() - before).toBeGreaterThan(0.3);
    await scope.slitInserted.write(true);
    expect(sent()).toEqual(['setSlitPosition true']);
  });

  it('shifts the energy before it switches the shift on, and switches it off for no loss', async () => {
    const { scope, microscope } = under;
    await scope.energyLoss.write(electronVolts(20));
    expect(microscope.state.energyLoss).toBe(20);
    await scope.energyLoss.write(electronVolts(100));
    await scope.energyLoss.write(electronVolts(0));
    expect(await scope.energyLoss.read()).toBe(0);
    expect(microscope.state.energyLoss).toBe(0);
    // Again: the old shift is there, but does not act on the way.
    await scope.energyLoss.write(electronVolts(100));
    expect(sent()).toEqual([
      'setEnergyShift 20',
      'setEnergyShiftSwitch true',
      'setEnergyShift 100',
      'setEnergyShiftSwitch false',
      'setEnergyShift 100',
      'setEnergyShiftSwitch true',
    ]);
  });

  it('sends the loss and the zero-loss adjustment as one shift, and reads each by itself', async () => {
    const { scope, microscope } = under;
    const adjustment = scope.zeroLossAdjustment!;
    await scope.energyLoss.write(electronVolts(20));
    await adjustment.write(electronVolts(1.5));
    expect(microscope.state.energyLoss).toBeCloseTo(21.5, 6);
    expect([await scope.energyLoss.read(), await adjustment.read()]).toEqual([20, 1.5]);
    await scope.energyLoss.write(electronVolts(0));
    expect(microscope.state.energyLoss).toBeCloseTo(1.5, 6);
    expect(await scope.energyLoss.read()).toBe(0);
    await adjustment.write(electronVolts(0));
    expect(microscope.state.energyLoss).toBe(0);
    // This filter is sent no negative shift.
    await expect(adjustment.write(electronVolts(-0.5))).rejects.toMatchObject({ code: 'limits/out-of-range' });
  });

  it('refuses a sum of both that is below what the filter is sent, and keeps both', async () => {
    const { scope, transport, clock } = under;
    const negative = new OmegaFilter(transport, { ...omegaModel, energyLosses: [-20, 3000] }, clock);
    await negative.energyLoss.write(electronVolts(-15));
    await expect(negative.zeroLossAdjustment.write(electronVolts(-10))).rejects.toMatchObject({
      code: 'jeol/energy-shift-too-low',
    });
    expect([await negative.energyLoss.read(), await negative.zeroLossAdjustment.read()]).toEqual([-15, 0]);
    await negative.energyLoss.write(electronVolts(0));
    expect(await scope.energyLoss.read()).toBe(0);
  });

  it('waits the longer, the larger the change is', async () => {
    const { scope, clock } = under;
    const times: number[] = [];
    for (const loss of [10, 50, 250]) {
      const before = clock.now();
      await scope.energyLoss.write(electronVolts(loss));
      times.push(clock.now() - before);
    }
    // Half a tick of 1/60 s for each electronvolt, beside the calls.
    expect(times[2]! - times[1]!).toBeGreaterThan((0.5 * 160) / 60 - 0.2);
  });

  it.each([-1, 3001, NaN])('is not sent a loss of %p', async (loss) => {
    await expect(under.scope.energyLoss.write(electronVolts(loss))).rejects.toMatchObject({
      code: 'limits/out-of-range',
    });
    expect(sent()).toEqual([]);
  });

  it('says so when the filter did not take a value', async () => {
    jest.spyOn(under.microscope, 'setSlitWidth').mockImplementation(() => undefined);
    await expect(under.scope.slitWidth.write(electronVolts(30))).rejects.toMatchObject({
      code: 'jeol/filter-refused',
      message: expect.stringContaining('the slit width of 30: it is at 20') as string,
    });
  });
});
