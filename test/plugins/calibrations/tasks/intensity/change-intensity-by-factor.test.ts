import { ImageAcquisition } from '../../../../../core/acquisition';
import { ProbeModeSelector } from '../../../../../core/devices';
import { LowDose, ScriptedOperator } from '../../../../../core/kernel';
import {
  type BeamInstrument,
  condense,
  knowBeam,
  microscopeOf,
  spreadKnownBeam,
  trueDoseRate,
} from '../../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const id = 'calibrations/tasks/change-intensity-by-factor';
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: coarseCamera(16),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.05 },
};
const jeol = { ...talos, configuration: 'jeol-cryo-arm-k2.yaml', magIndex: 22 };

const prepare = (instrument: BeamInstrument): Promise<void> => spreadKnownBeam(instrument, 3);

/** Goes to the other side of crossover and stores a table of it, from the current and the width of the beam at each intensity. */
function measureBelow(instrument: BeamInstrument): void {
  const microscope = microscopeOf(instrument);
  const { intensity: above, spotSize } = microscope.state;
  const crossover = instrument.calibrations.records('CrossoverIntensity').find(({ spot }) => spot === spotSize)!.micro;
  const tables = instrument.calibrations.records('BeamIntensityTable');
  const rows = Array.from({ length: 25 }, (_, point) => {
    const intensity = crossover - (above - crossover) * (0.4 + 0.06 * point);
    microscope.setIntensity(intensity);
    return { intensity, counts: 100 * trueDoseRate(instrument) };
  });
  const like = tables.all().find(({ spot, probe }) => spot === spotSize && probe === 1)!;
  tables.replaceAll([...tables.all(), { ...like, rows }]);
  microscope.setIntensity(2 * crossover - above);
}

describeMenuItem(id, { ...talos, prepare, answers: { factor: '0.5' }, sample: 4, inLowDose: true });

describe.each([
  ['FEI', talos],
  ['JEOL', jeol],
])('on a column of %s', (_, options) => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(options);
    await prepare(instrument);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test.each(['above', 'below'])('the beam changes by the factor within 1 %%, %s crossover', async (side) => {
    const microscope = microscopeOf(instrument);
    await condense(instrument, 3);
    if (side === 'below') measureBelow(instrument);
    for (const factor of ['0.6', '2.5']) {
      const before = trueDoseRate(instrument);
      const { result } = await runItem(instrument, id, { factor });
      const change = trueDoseRate(instrument) / before;
      expect(Math.abs(change / Number(factor) - 1)).toBeLessThan(0.01);
      expect(result!.values).toMatchObject({
        side,
        intensity: expect.closeTo(microscope.state.intensity, 6) as number,
      });
      expect(Math.abs((result!.values['factor'] as number) / Number(factor) - 1)).toBeLessThan(0.002);
    }
  });
});

describe('a lens that lags', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument({ ...talos, simulator: { ...talos.simulator, intensityHysteresis: 0.0005 } });
    await prepare(instrument);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  /** Leaves the lens behind its intensity, on the way up or down. */
  const lag = (from: number): void => {
    const microscope = microscopeOf(instrument);
    const { intensity } = microscope.state;
    microscope.setIntensity(intensity + from);
    microscope.setIntensity(intensity);
  };
  const changed = async (factor: number, measure: 'yes' | 'no') => {
    const before = trueDoseRate(instrument);
    const { result } = await runItem(instrument, id, { factor: String(factor), measure });
    return { percentOff: 100 * (trueDoseRate(instrument) / before / factor - 1), values: result!.values };
  };

  test.each([
    ['up', -0.01, 1.6],
    ['down', 0.01, 0.6],
  ])('changes the beam within 1 %% where images measure it, from a way %s', async (_, from, factor) => {
    await condense(instrument, 2);
    lag(from);
    const { percentOff, values } = await changed(factor, 'yes');
    expect(Math.abs(percentOff)).toBeLessThan(1);
    expect(Math.abs((values['measured'] as number) / factor - 1)).toBeLessThan(0.01);
  });

  test('is brought to an intensity from crossover, so that changes without images fit each other', async () => {
    await condense(instrument, 2);
    lag(0.01);
    await changed(0.9, 'no');
    const { percentOff, values } = await changed(0.6, 'no');
    expect(Math.abs(percentOff)).toBeLessThan(1);
    expect(values).not.toHaveProperty('measured');
    // Back it comes the same way, not down.
    expect(Math.abs((await changed(1 / 0.6, 'no')).percentOff)).toBeLessThan(1);
  });

  test('is left as it was where no correction reaches the factor', async () => {
    await condense(instrument, 2);
    const before = microscopeOf(instrument).state.intensity;
    const acquisition = instrument.kernel.registry.get(ImageAcquisition);
    const take = acquisition.take.bind(acquisition);
    let images = 0;
    // The beam loses a tenth of its current from one image to the next.
    const spy = jest.spyOn(acquisition, 'take').mockImplementation(async (...given) => {
      const taken = await take(...given);
      const share = 0.9 ** images++;
      const { data } = taken.frame.image;
      for (let at = 0; at < data.length; at++) data[at] = Math.round(data[at]! * share);
      return taken;
    });
    await expect(changed(0.6, 'yes')).rejects.toMatchObject({ code: 'change-intensity/not-as-asked' });
    spy.mockRestore();
    expect(microscopeOf(instrument).state.intensity).toBeCloseTo(before, 9);
  });
});

describe('the intensity stays as it was', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(talos);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  const refused = async (factor: string, code: string): Promise<void> => {
    const before = microscopeOf(instrument).state.intensity;
    const error: unknown = await runItem(instrument, id, { factor }).catch((reason: unknown) => reason);
    expect({ code, error }).toMatchObject({ code, error: { code } });
    expect(microscopeOf(instrument).state.intensity).toBe(before);
  };

  test('without tables, outside of them and beyond what they reach', async () => {
    await prepare(instrument);
    await refused('90000', 'change-intensity/beyond-tables');
    await refused('0.00002', 'change-intensity/beyond-tables');
    const tables = instrument.calibrations.records('BeamIntensityTable');
    tables.replaceAll(tables.all().map((table) => ({ ...table, rows: table.rows.slice(-4) })));
    await refused('1.5', 'change-intensity/outside-tables');
    tables.replaceAll(tables.all().filter(({ spot }) => spot === 11));
    await refused('1.5', 'change-intensity/no-table');
    tables.replaceAll([]);
    await refused('1.5', 'change-intensity/no-table');
  });

  test('in nanoprobe on a column that keeps its brightness there', async () => {
    await using constant = await virtualInstrument({
      ...talos,
      edit: (yaml) => talos.edit(yaml).replace(/^UseIlluminatedAreaForC2: .*$/m, '$&\nConstantBrightnessInNano: 1'),
    });
    knowBeam(constant);
    await constant.kernel.registry.get(ProbeModeSelector).probeMode.write('nano');
    await expect(runItem(constant, id, { factor: '2' })).rejects.toMatchObject({
      code: 'change-intensity/constant-brightness',
    });
  });
});

test('a script gives the factor, and one that makes no sense is refused', async () => {
  await using instrument = await virtualInstrument(talos);
  await prepare(instrument);
  const before = trueDoseRate(instrument);
  const fromScript = (factor: string) =>
    instrument.runner.run(id, { port: new ScriptedOperator({}), fromScript: true, arguments: [factor] });
  await fromScript('2');
  expect(trueDoseRate(instrument) / before).toBeCloseTo(2, 1);
  for (const wrong of ['0', '-1', 'twice'])
    await expect(fromScript(wrong)).rejects.toMatchObject({ code: 'beam/bad-factor' });
});

test('in Low Dose the area keeps the intensity', async () => {
  await using instrument = await virtualInstrument(talos);
  await prepare(instrument);
  const lowDose = instrument.kernel.registry.get(LowDose);
  await lowDose.turnOn();
  await lowDose.goTo('Record');
  const before = trueDoseRate(instrument);
  await runItem(instrument, id, { factor: '0.5' });
  await lowDose.goTo('View');
  await lowDose.goTo('Record');
  expect(Math.abs(trueDoseRate(instrument) / before / 0.5 - 1)).toBeLessThan(0.01);
  await lowDose.turnOff();
});
