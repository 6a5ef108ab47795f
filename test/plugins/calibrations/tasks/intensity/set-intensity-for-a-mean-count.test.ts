import { takeImage } from '../../../../../core/acquisition';
import { Illumination } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import {
  type BeamInstrument,
  condense,
  microscopeOf,
  spreadKnownBeam,
  trueDoseRate,
} from '../../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const id = 'calibrations/tasks/set-intensity-for-a-mean-count';
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: coarseCamera(16),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.05 },
};
const jeol = {
  ...talos,
  configuration: 'jeol-cryo-arm-k2.yaml',
  magIndex: 22,
  simulator: { ...talos.simulator, brightestNanoamperes: 0.6 },
};

const prepare = (instrument: BeamInstrument): Promise<void> => spreadKnownBeam(instrument, 4);

/** The mean of an image that is taken with Record, as an operator would look at it. */
async function recordMean(instrument: BeamInstrument): Promise<number> {
  const { frame } = (await takeImage(instrument.session, 'Record'))!;
  const { data } = frame.image;
  return Float64Array.from(data).reduce((sum, count) => sum + count, 0) / data.length;
}

describeMenuItem(id, { ...talos, prepare, answers: { counts: '500' }, sample: 4, inLowDose: true });

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

  test.each([0.5, 2])('Record images have the mean count within 3 %% after a change by %s', async (factor) => {
    const [before, density] = [await recordMean(instrument), trueDoseRate(instrument)];
    const { result } = await runItem(instrument, id, { counts: String(factor * before) });
    expect(Math.abs((await recordMean(instrument)) / before / factor - 1)).toBeLessThan(0.03);
    expect(Math.abs(trueDoseRate(instrument) / density / factor - 1)).toBeLessThan(0.03);
    expect(result!.values).toMatchObject({ images: 2 });
    expect(result!.changed).toMatchObject([{ name: 'intensity' }]);
  });

  test('a mean that is there already changes nothing', async () => {
    const before = microscopeOf(instrument).state.intensity;
    const counts = await recordMean(instrument);
    const port = new ScriptedOperator({});
    const result = await instrument.runner.run(id, { port, fromScript: true, arguments: [String(counts)] });
    expect(result!.values).toMatchObject({ images: 1 });
    expect(microscopeOf(instrument).state.intensity).toBe(before);
  });
});

describe('the intensity is as it was', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument({ ...talos, simulator: { ...talos.simulator, saturationCounts: 3000 } });
  });
  beforeEach(async () => {
    microscopeOf(instrument).setSpotSize(5);
    await prepare(instrument);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  const refused = async (counts: number, code: string): Promise<void> => {
    const before = microscopeOf(instrument).state.intensity;
    const error: unknown = await runItem(instrument, id, { counts: String(counts) }).catch((reason: unknown) => reason);
    expect({ code, error }).toMatchObject({ code, error: { code } });
    expect(microscopeOf(instrument).state.intensity).toBe(before);
  };

  test('where the camera saturates, before or after the change', async () => {
    const mean = await recordMean(instrument);
    expect(mean).toBeLessThan(2500);
    await refused(4000, 'set-mean/saturated');
    await condense(instrument, 0.9);
    await refused(500, 'set-mean/saturated');
  });

  test('where no beam is seen, or the tables do not reach', async () => {
    await refused(1_000_000, 'change-intensity/beyond-tables');
    microscopeOf(instrument).setBeamShift({ x: 1000, y: 0 });
    await refused(500, 'set-mean/dark');
    microscopeOf(instrument).setBeamShift({ x: 0, y: 0 });
  });

  test('where the mean does not follow the tables, because the beam is smaller than the image', async () => {
    await using other = await virtualInstrument(talos);
    await prepare(other);
    await condense(other, 0.6);
    const before = microscopeOf(other).state.intensity;
    const counts = String(0.6 * (await recordMean(other)));
    await expect(runItem(other, id, { counts })).rejects.toMatchObject({ code: 'set-mean/not-following' });
    expect(microscopeOf(other).state.intensity).toBe(before);
  });
});

test('a beam that would bring the detector more than its limit is refused before the intensity changes', async () => {
  const perPixel = 400;
  await using instrument = await virtualInstrument({
    ...jeol,
    edit: (yaml) => `${jeol.edit(yaml)}\nlimits:\n  detectorDose: ${perPixel}\n`,
  });
  await prepare(instrument);
  const { registry } = instrument.kernel;
  const countsPerElectron = instrument.settings.cameras[0]!.get('CountsPerElectron');
  const before = (await recordMean(instrument)) / countsPerElectron;
  expect(before).toBeLessThan(perPixel);
  const write = jest.spyOn(registry.get(Illumination).intensity, 'write');
  const counts = String(1.2 * perPixel * countsPerElectron);
  await expect(runItem(instrument, id, { counts })).rejects.toMatchObject({
    code: 'limits/out-of-range',
    message: expect.stringMatching(/Detector dose [^]*times as bright/) as string,
  });
  expect(write).not.toHaveBeenCalled();
});
