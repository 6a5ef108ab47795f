import { takeImage } from '../../../../../core/acquisition';
import { BeamShift, Cameras } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import {
  type BeamInstrument,
  condense,
  fieldOf,
  knowBeamShift,
  microscopeOf,
} from '../../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const id = 'calibrations/tasks/centre-beam-from-image';
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: coarseCamera(8),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.003, saturationCounts: 10000 },
};
const jeol = { ...talos, configuration: 'jeol-cryo-arm-k2.yaml', magIndex: 17 };

/** Stores the true calibration of beam shift, times a factor, and puts the beam aside by parts of the field. */
async function prepare(
  instrument: BeamInstrument,
  { x = 0.15, y = -0.1, factor = 1 }: { readonly x?: number; readonly y?: number; readonly factor?: number } = {},
): Promise<void> {
  await knowBeamShift(instrument, factor);
  await condense(instrument, 0.35);
  await aside(instrument, { x, y });
}

async function aside(instrument: BeamInstrument, { x, y }: { readonly x: number; readonly y: number }): Promise<void> {
  const field = await fieldOf(instrument);
  microscopeOf(instrument).setBeamShift({ x: x * field, y: y * field });
}

/** Place of the beam in a Trial image as parts of its shorter side: the middle of all pixels that are brighter than half. */
async function place(instrument: BeamInstrument): Promise<{ readonly x: number; readonly y: number }> {
  const { image } = (await takeImage(instrument.session, 'Trial'))!.frame;
  const [rows, columns] = image.shape as [number, number];
  const pixels = Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return { x: column - (columns - 1) / 2, y: (rows - 1) / 2 - row, count: image.get(row, column) };
  });
  const sorted = pixels.map(({ count }) => count).sort((one, other) => one - other);
  // The beam is a tenth of the image.
  const level = (sorted[Math.floor(0.3 * sorted.length)]! + sorted[Math.floor(0.97 * sorted.length)]!) / 2;
  const bright = pixels.filter(({ count }) => count > level);
  const mean = (axis: 'x' | 'y'): number => bright.reduce((sum, pixel) => sum + pixel[axis], 0) / bright.length;
  const side = Math.min(rows, columns);
  return { x: mean('x') / side, y: mean('y') / side };
}

async function distance(instrument: BeamInstrument): Promise<number> {
  const { x, y } = await place(instrument);
  return Math.hypot(x, y);
}

describeMenuItem(id, {
  ...talos,
  edit: coarseCamera(16),
  prepare: (instrument) => prepare(instrument),
  sample: 2,
});

describe.each([
  ['FEI', talos],
  ['JEOL', jeol],
])('on a column of %s', (_, options) => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(options);
  });
  beforeEach(() => prepare(instrument));
  afterAll(() => instrument[Symbol.asyncDispose]());

  test.each(['best', 'centroid', 'edge'])('the beam is centred to 0.4 %% of the field, by the %s', async (by) => {
    const before = await place(instrument);
    const { result } = await runItem(instrument, id, { by });
    expect(await distance(instrument)).toBeLessThan(0.004);
    const { width, height } = instrument.kernel.registry.get(Cameras).selected.traits;
    const { x, y } = result!.values['offBefore'] as { readonly x: number; readonly y: number };
    const side = Math.min(width, height);
    expect(Math.hypot(x / side - before.x, y / side - before.y)).toBeLessThan(0.003);
    expect(result!.changed).toMatchObject([{ name: instrument.kernel.registry.get(BeamShift).beamShift.name }]);
  });

  test('a beam of which a part lies outside of the image is centred, too', async () => {
    await aside(instrument, { x: 0.3, y: 0.35 });
    const { result, said } = await runItem(instrument, id);
    expect(said.join(' ')).toContain('a part of it is outside of the image');
    expect(await distance(instrument)).toBeLessThan(0.004);
    expect(result!.values['images']).toBeLessThan(4);
  });

  test('a calibration that is off by a quarter only takes more images', async () => {
    await prepare(instrument, { factor: 0.8 });
    const { result } = await runItem(instrument, id);
    expect(result!.values['images']).toBeGreaterThan(2);
    expect(await distance(instrument)).toBeLessThan(0.005);
  });

  test('the beam shift is as it was where the beam cannot be centred', async () => {
    const microscope = microscopeOf(instrument);
    const setting = instrument.kernel.registry.get(BeamShift).beamShift;
    const field = await fieldOf(instrument);
    const records = instrument.calibrations.records('BeamShiftCalibration');
    const wrongWay = () =>
      records.replaceAll(
        records.all().map((row) => ({ ...row, xpx: -row.xpx, xpy: -row.xpy, ypx: -row.ypx, ypy: -row.ypy })),
      );
    const traps: readonly (readonly [string, () => unknown, Readonly<Record<string, string>>?])[] = [
      ['beam/no-calibration', () => records.replaceAll([])],
      ['beam/not-there', () => microscope.setBeamShift({ x: 5 * field, y: 0 })],
      ['beam/not-there', () => microscope.setBeamDiameter(6 * field)],
      ['beam/cut-by-the-frame', () => aside(instrument, { x: 0.4, y: 0 }), { by: 'centroid' }],
      [
        'beam/saturated',
        () => {
          microscope.setSpotSize(1);
          microscope.setBeamDiameter(0.2 * field);
        },
      ],
      ['centre-beam/too-far', () => {}, { limit: '0.1' }],
      ['centre-beam/not-following', wrongWay],
    ];
    for (const [code, set, answers] of traps) {
      await set();
      const before = await setting.read();
      const error: unknown = await runItem(instrument, id, answers).catch((reason: unknown) => reason);
      expect({ code, error }).toMatchObject({ code, error: { code } });
      expect(await setting.read()).toEqual(before);
      microscope.setSpotSize(5);
      await prepare(instrument);
    }
  });
});

test('a beam in which something lies is centred by its edge alone', async () => {
  await using instrument = await virtualInstrument({
    ...talos,
    simulator: { ...talos.simulator, beamSlope: [0.4, 0], condenserAstigmatism: [0, 0] },
  });
  await prepare(instrument);
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'beam/uneven' });
  await runItem(instrument, id, { by: 'edge' });
  const { x, y } = microscopeOf(instrument).state.beamShift;
  expect(Math.hypot(x, y) / (await fieldOf(instrument))).toBeLessThan(0.004);
});

test('a script gives the limit in micrometres or in widths of the field', async () => {
  await using instrument = await virtualInstrument(talos);
  await prepare(instrument);
  const fromScript = (...given: readonly string[]) =>
    instrument.runner.run(id, { port: new ScriptedOperator({}), fromScript: true, arguments: given });
  const field = await fieldOf(instrument);
  await expect(fromScript(String(0.1 * field))).rejects.toMatchObject({ code: 'centre-beam/too-far' });
  await expect(fromScript('-0.1')).rejects.toMatchObject({ code: 'centre-beam/too-far' });
  await expect(fromScript('far')).rejects.toMatchObject({ code: 'centre-beam/bad-limit' });
  await expect(fromScript('-9', '20')).rejects.toMatchObject({ code: 'centre-beam/not-smaller' });
  await fromScript(String(0.3 * field));
  expect(await distance(instrument)).toBeLessThan(0.004);
  await aside(instrument, { x: 0.1, y: 0.1 });
  await fromScript();
  expect(await distance(instrument)).toBeLessThan(0.004);
});
