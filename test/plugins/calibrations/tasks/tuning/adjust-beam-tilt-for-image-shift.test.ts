import { imageShiftUnits, magIndex, subtract, vector } from '../../../../../core/base';
import { BeamTilt, ObjectiveStigmator } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import { ImageShiftControl } from '../../../../../core/optics';
import { comaSetting } from '../../../../../core/tuning';
import { UserSettings } from '../../../../../core/user-settings';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const [adjust, restore, matrix] = [
  'calibrations/tasks/adjust-beam-tilt-for-image-shift',
  'calibrations/tasks/restore-beam-tilt',
  'calibrations/tasks/report-coma-vs-is-matrix',
] as const;
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

const index = 26;
const measured = {
  magIndex: magIndex(index),
  spotSize: 5,
  probe: 'micro',
  aperture: 70,
  intensity: 0.5,
  tilt: { xpx: -0.4, xpy: 0.1, ypx: 0.05, ypy: 0.45 },
  stigmator: { xpx: 0.001, xpy: 0.0005, ypx: -0.0004, ypy: 0.0012 },
} as const;

/** Gives an instrument what Coma vs. Image Shift has measured, and an image shift. */
async function shifted({ kernel: { registry } }: Instrument, x = 2, y = -1): Promise<void> {
  await registry.get(UserSettings).set('ComaVsISCal', comaSetting(measured));
  await registry.get(ImageShiftControl).write(vector(imageShiftUnits(x), imageShiftUnits(y)));
}

describeMenuItem(adjust, { magIndex: index, sample: 3, prepare: (instrument) => shifted(instrument) });
test('adjusts once for the present or a given image shift, not twice, and takes it off again beside what was changed meanwhile', async () => {
  await using instrument = await virtualInstrument({ magIndex: index });
  const { registry } = instrument.kernel;
  const [coils, poles] = [registry.get(BeamTilt).beamTilt, registry.get(ObjectiveStigmator).objectiveStigmator];
  await expect(runItem(instrument, adjust)).rejects.toMatchObject({ code: 'menu/disabled' });
  await expect(runItem(instrument, restore)).rejects.toMatchObject({ code: 'menu/disabled' });
  await shifted(instrument);
  await coils.write(vector(0.3, -0.2) as never);
  await poles.write(vector(0.01, 0.02));
  const expectFor = async (x: number, y: number): Promise<void> => {
    const tilt = subtract(await coils.read(), vector(0.3, -0.2) as never);
    expect(tilt.x).toBeCloseTo(-0.4 * x + 0.1 * y, 4);
    expect(tilt.y).toBeCloseTo(0.05 * x + 0.45 * y, 4);
    const stigmator = subtract(await poles.read(), vector(0.01, 0.02));
    expect(stigmator.x).toBeCloseTo(0.001 * x + 0.0005 * y, 5);
    expect(stigmator.y).toBeCloseTo(-0.0004 * x + 0.0012 * y, 5);
  };
  await runItem(instrument, adjust);
  await expectFor(2, -1);
  await runItem(instrument, adjust);
  await expectFor(2, -1);
  const port = Object.assign(new ScriptedOperator({}, { defaults: true }), { log: () => undefined });
  await instrument.runner.run(adjust, { port, arguments: ['-1', '3'] });
  await expectFor(-1, 3);
  await expect(instrument.runner.run(adjust, { port, arguments: ['1'] })).rejects.toMatchObject({
    code: 'image-shift-adjustment/not-an-image-shift',
  });
  await expectFor(-1, 3);
  const { result } = await runItem(instrument, restore);
  await expectFor(0, 0);
  expect((result!.values['tilt'] as { x: number }).x).toBeCloseTo(-0.7, 4);
  const reported = await runItem(instrument, matrix);
  expect(reported.result!.values).toMatchObject({ magIndex: index, tilt: measured.tilt });
});
