import { ImageAcquisition } from '../../../../core/acquisition';
import { ProbeModeSelector } from '../../../../core/devices';
import { BeamCalibrations } from '../../../../core/illumination';
import { type BeamInstrument, condense } from '../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/beam/spot-intensity';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/spot-intensity';
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 31,
  edit: coarseCamera(16),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 1 },
};
const spread = (instrument: BeamInstrument): Promise<void> => condense(instrument, 6);

describeMenuItem(id, { ...talos, answers: { dimmest: '3' }, prepare: spread, sample: 3 });

test.each(table.rows!)('the ratios of a column with imperfections: %s', async (row) => {
  const { errors, stated, verdict } = await table.measure(1, row);
  expect(verdict).toBe('good');
  for (const percent of errors['percent'] as number[]) expect(Math.abs(percent)).toBeLessThan(0.2);
  for (const [index, error] of (errors['ratios'] as number[]).entries())
    expect(Math.abs(error)).toBeLessThan(3 * (stated!['ratios'] as number[])[index]!);
});

describe('on an FEI column', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(talos);
    await spread(instrument);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test('a beam that ends within the image is noticed and refused', async () => {
    await condense(instrument, 0.9);
    await expect(runItem(instrument, id, { brightest: '9', dimmest: '11' })).rejects.toMatchObject({
      code: 'spot-intensity/not-covered',
    });
    await spread(instrument);
  });

  test('saturated images and a single spot size are refused', async () => {
    await condense(instrument, 1.6);
    await expect(runItem(instrument, id, { dimmest: '3' })).rejects.toMatchObject({ code: 'beam/saturated' });
    await spread(instrument);
    await expect(runItem(instrument, id, { brightest: '3', dimmest: '3' })).rejects.toMatchObject({
      code: 'spot-intensity/too-few',
    });
    expect(instrument.calibrations.records('SpotIntensities').all()).toEqual([]);
  });

  test('spot sizes with too few counts are left out and named', async () => {
    await condense(instrument, 14);
    const { result, said } = await runItem(instrument, id, { dimmest: '11' });
    await spread(instrument);
    const spots = (result!.values['spots'] as readonly { readonly spot: number }[]).map(({ spot }) => spot);
    expect(spots.length).toBeGreaterThan(3);
    expect(spots).not.toContain(11);
    expect(said.join('\n')).toMatch(/Left out.*11/);
  });

  test('a gun that is not steady is refused', async () => {
    const acquisition = instrument.kernel.registry.get(ImageAcquisition);
    const take = acquisition.take.bind(acquisition);
    let taken = 0;
    const spy = jest.spyOn(acquisition, 'take').mockImplementation(async (...given) => {
      const image = await take(...given);
      taken += 1;
      const { data } = image.frame.image;
      if (taken === 4) for (let at = 0; at < data.length; at++) data[at]! *= 0.9;
      return image;
    });
    await expect(runItem(instrument, id, { dimmest: '3' })).rejects.toMatchObject({ code: 'spot-intensity/unsteady' });
    spy.mockRestore();
  });

  test('each probe mode has its own ratios, and none takes the place of the other', async () => {
    const { registry } = instrument.kernel;
    const { probeMode } = registry.get(ProbeModeSelector);
    const beam = registry.get(BeamCalibrations);
    const before = beam.spotTable('nano', 'below')!;
    await probeMode.write('micro');
    await spread(instrument);
    await runItem(instrument, id, { dimmest: '4' });
    await probeMode.write('nano');
    expect(beam.spotTable('nano', 'below')).toEqual(before);
    expect(beam.spotTable('micro', 'below')!.spots.map(({ spot }) => spot)).toEqual([1, 2, 3, 4]);
    const [block, ...others] = instrument.calibrations.records('SpotIntensities').all();
    expect(others).toEqual([]);
    expect(block!.rows[3]!.spot).toBe(4);
    expect(block!.rows[3]!.microRatio).toBeGreaterThan(0);
  });
});
