import { magIndex as asMagIndex, product, rotation, scaleMatrix } from '../../../../core/base';
import { BeamShift, Scope } from '../../../../core/devices';
import { ImageShiftControl } from '../../../../core/optics';
import {
  type BeamInstrument,
  condense,
  knowImageShift,
  trueBeamShiftAt,
} from '../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/beam/refine-beam-shift';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/refine-beam-shift';
const hitachi = {
  configuration: 'hitachi-ht7700.yaml',
  magIndex: 13,
  edit: coarseCamera(8),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.0003 },
};

/** Gives an instrument what the item needs, with a matrix of beam shift that is off by a factor and an angle. */
async function prepare(instrument: BeamInstrument, factor = 1.05, degrees = 3): Promise<void> {
  await knowImageShift(instrument);
  await condense(instrument, 0.3);
  const magIndex = await instrument.kernel.registry.get(Scope).magIndex.read();
  const truth = trueBeamShiftAt(instrument, { magIndex, probe: 1, alpha: -999 });
  const off = scaleMatrix(product(rotation(degrees), truth), factor);
  instrument.calibrations
    .records('BeamShiftCalibration')
    .replaceAll([{ ...off, magIndex, alpha: -999, probe: 1, retain: 0 }]);
}

describeMenuItem(id, {
  ...hitachi,
  edit: coarseCamera(16),
  simulator: { ...hitachi.simulator, brightestNanoamperes: 0.00005 },
  prepare: (instrument) => prepare(instrument),
  sample: 1,
});

test.each([
  [table.rows![0]!, 1, 0.1, 16],
  [table.rows![3]!, 2, 0.2, 8],
])('the matrix of a column with imperfections: %s', async (row, seed, percent, coarseness) => {
  const { errors, verdict } = await table.measure(seed, row, coarseCamera(coarseness));
  expect(verdict).toBe('good');
  expect(errors['percent']).toBeLessThan(percent);
});

describe('on a Hitachi column', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(hitachi);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());
  const stored = () => instrument.calibrations.records('BeamShiftCalibration').all();
  const shifts = async () => {
    const { registry } = instrument.kernel;
    return [await registry.get(BeamShift).beamShift.read(), await registry.get(ImageShiftControl).net.read()];
  };

  test('a matrix that is far off is refused as changed too much, and everything is given back', async () => {
    await prepare(instrument, 1, 45);
    const before = stored();
    const start = await shifts();
    await expect(runItem(instrument, id, { distance: '2' })).rejects.toMatchObject({
      code: 'refine-beam-shift/changed-too-much',
    });
    expect(stored()).toEqual(before);
    await prepare(instrument, 0.3, 0);
    await expect(runItem(instrument, id, { distance: '2' })).rejects.toMatchObject({
      code: 'refine-beam-shift/changed-too-much',
    });
    expect(await shifts()).toEqual(start);
  });

  test('image shifts out of the range are refused before the first of them', async () => {
    await prepare(instrument);
    await expect(runItem(instrument, id, { distance: '90' })).rejects.toMatchObject({
      code: 'refine-beam-shift/out-of-range',
    });
  });

  test('needs the calibration that it refines', async () => {
    instrument.calibrations.records('BeamShiftCalibration').replaceAll([]);
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'refine-beam-shift/no-matrix' });
  });

  test('what was refined is marked, and stays beside a calibration of another magnification', async () => {
    await prepare(instrument);
    const [own] = stored();
    const other = { ...own!, magIndex: asMagIndex(own!.magIndex + 1) };
    instrument.calibrations.records('BeamShiftCalibration').replaceAll([own!, other]);
    const { result } = await runItem(instrument, id, { by: 'centroid', distance: '4' });
    expect(stored().map(({ magIndex, retain }) => [magIndex, retain])).toEqual([
      [13, 1],
      [14, 0],
    ]);
    expect(result!.values['changePercent']).toBeGreaterThan(4);
  });
});

test('is not for a column that keeps the beam in its place itself', async () => {
  await using instrument = await virtualInstrument();
  expect(instrument.kernel.menu.find(id).reason).toContain('moved along');
});
