import { ImageAcquisition } from '../../../../core/acquisition';
import { micrometres } from '../../../../core/base';
import { BeamTilt, Scope } from '../../../../core/devices';
import { LowDose, ScriptedOperator } from '../../../../core/kernel';
import { Calibrations } from '../../../../core/store';
import { UserSettings } from '../../../../core/user-settings';
import {
  drawFocusWorld,
  focusColumns,
  focusInstrument,
  storeTrueCurve,
  trueZero,
} from '../../../../statistics/support/focus/focus-worlds';
import { cameraOf, coarseCamera } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/focus/autofocus-routine';
import traps from '../../../../statistics/tables/focus/autofocus-routine-traps';
import { perfectCurves, quickFocus } from '../../../../statistics/support/focus/focus-cases';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const autofocus = 'calibrations/tasks/autofocus';
/** Focus images of 256 pixels. */
const smallCamera = cameraOf(2048);
const world = drawFocusWorld(5, focusColumns.fei);

/** An instrument with the true focus curve, out of focus by micrometres against its apparent focus. */
async function calibrated(defocus: number, { curve = true } = {}) {
  const instrument = await focusInstrument(world, smallCamera);
  const { registry } = instrument.kernel;
  const [scope, tilt, user] = [registry.get(Scope), registry.get(BeamTilt), registry.get(UserSettings)];
  if (curve) await storeTrueCurve(world, instrument, { range: 36, levels: 13 });
  const zero = trueZero(world, instrument);
  await scope.defocus.write(micrometres(zero + defocus));
  const now = async () => (await scope.defocus.read()) * 1e6 - zero;
  const acquisition = registry.get(ImageAcquisition);
  const take = acquisition.take.bind(acquisition);
  const taking = jest.spyOn(acquisition, 'take');
  return { instrument, registry, scope, tilt, user, now, take, taking };
}

describeMenuItem(autofocus, { ...quickFocus, prepare: perfectCurves, sample: 3, inLowDose: true });

describe('the task Autofocus', () => {
  /** The long statistics measure the same with 20 seeds. */
  it.each([
    ['repeated from near focus', smallCamera],
    // The images lie farther apart, so that this takes more of the field.
    ['from 30 um above', (yaml: string) => coarseCamera(2)(cameraOf(4096)(yaml))],
  ])('finds the target %s', async (row, camera) => {
    const { errors, verdict, faults } = await table.measure(2, row, camera);
    expect(verdict).toBe('good');
    expect(faults).toEqual([]);
    for (const each of errors['focus'] as readonly number[]) expect(Math.abs(each)).toBeLessThan(0.04);
  });

  it.each([
    // Its lines are as far apart as 16 um of defocus move the image.
    ['refuses what one period of', 'a cross-line grating', 1, 'autofocus/refused'],
    ['doubts a focus by', 'a calibration of another direction', 3, 'doubtful'],
  ])('%s %s', async (_, row, seed, expected) => {
    const { verdict, faults } = await traps.measure(seed, row, cameraOf(2048));
    expect(faults).toEqual([]);
    expect(verdict).toBe(expected);
  });

  it('ends at the target of the user settings, with an offset while it takes its images', async () => {
    const { scope, tilt, user, now, take, taking, ...made } = await calibrated(3);
    await using instrument = made.instrument;
    user.setForNow('TargetDefocus', -2.5);
    user.setForNow('AutofocusOffset', -4);
    const seen: number[] = [];
    taking.mockImplementation(async (...given) => {
      seen.push(await now());
      return take(...given);
    });
    const { result } = await runItem(instrument, autofocus);
    expect(Math.abs((await now()) + 2.5)).toBeLessThan(0.05);
    expect(result!.values).toMatchObject({ target: -2.5, measurements: 2, images: 6 });
    expect(Math.abs((result!.values['defocus'] as number) + 2.5)).toBeLessThan(0.05);
    expect(seen[0]).toBeCloseTo(-1, 3);
    expect(Math.abs(seen[5]! + 6.5)).toBeLessThan(0.05);
    expect(await tilt.beamTilt.read()).toEqual({ x: 0, y: 0 });
    // What it changed stays, and is reported.
    expect(result!.changed?.map(({ name }) => name)).toContain(scope.defocus.name);
  });

  it('focuses in the area of Low Dose that a script asks for, whose defocus is none of the specimen', async () => {
    const { registry, now, user, ...made } = await calibrated(3);
    await using instrument = made.instrument;
    const lowDose = registry.get(LowDose);
    const port = Object.assign(new ScriptedOperator({}, { defaults: true }), { log: () => undefined });
    const run = (...given: readonly string[]) => instrument.runner.run(autofocus, { port, arguments: given });
    await expect(run('1', '1')).rejects.toMatchObject({ code: 'autofocus/no-such-area' });
    user.setForNow('LowDoseViewDefocus', -6);
    await lowDose.turnOn();
    await expect(run('1', '7')).rejects.toMatchObject({ code: 'autofocus/no-such-area' });
    const result = await run('1', '1');
    expect(lowDose.area).toBe('View');
    expect(Math.abs(result!.values['defocus'] as number)).toBeLessThan(0.1);
    expect(Math.abs((await now()) + 6)).toBeLessThan(0.1);
    await lowDose.turnOff();
    expect(Math.abs(await now())).toBeLessThan(0.1);
  });

  it('measures alone with the argument -1, and takes two images without drift protection', async () => {
    const { user, now, taking, ...made } = await calibrated(-4);
    await using instrument = made.instrument;
    user.setForNow('DriftProtection', false);
    const port = Object.assign(new ScriptedOperator({}, { defaults: true }), { log: () => undefined });
    const result = await instrument.runner.run(autofocus, { port, arguments: ['-1'] });
    expect(taking.mock.calls).toHaveLength(2);
    expect(await now()).toBeCloseTo(-4, 6);
    expect(Math.abs((result!.values['defocus'] as number) + 4)).toBeLessThan(0.15);
  });

  it('refuses a change beyond its limits, a place without a calibration and a dark image, and changes nothing', async () => {
    const { registry, scope, tilt, user, take, taking, ...made } = await calibrated(6);
    await using instrument = made.instrument;
    const before = [await scope.defocus.read(), await tilt.beamTilt.read()];
    const unchanged = async () => expect([await scope.defocus.read(), await tilt.beamTilt.read()]).toEqual(before);
    user.setForNow('AutofocusEucenAbsParams', [0, 0, -3, 3, 1, 1]);
    await expect(runItem(instrument, autofocus)).rejects.toMatchObject({
      code: 'autofocus/refused',
      message: expect.stringMatching(/Change of the defocus: -[56][.\d]* um, limit -3 um/) as string,
    });
    await unchanged();
    user.setForNow('AutofocusEucenAbsParams', [0, 0, -20, 20, 0, 1]);
    taking.mockImplementation(async (...given) => {
      const image = await take(...given);
      image.frame.image.data.fill(0);
      return image;
    });
    await expect(runItem(instrument, autofocus)).rejects.toMatchObject({
      code: 'autofocus/refused',
      message: expect.stringMatching(/the images are dark/) as string,
    });
    await unchanged();
    taking.mockImplementation(take);
    registry.get(Calibrations).records('FocusCalibration').replaceAll([]);
    await expect(runItem(instrument, autofocus)).rejects.toMatchObject({ code: 'tuning/no-focus-calibration' });
    await unchanged();
  });
});
