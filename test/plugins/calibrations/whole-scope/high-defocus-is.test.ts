import { cameraIndex, inMicrometres, magIndex as asMagIndex, micrometres, seconds } from '../../../../core/base';
import { Scope } from '../../../../core/devices';
import { ScriptedOperator } from '../../../../core/kernel';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { measureHighDefocusShift } from '../../../../statistics/support/whole-scope/high-defocus';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { runItem, trueImageShift, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/high-defocus-is';
/** A Krios changes about as much. */
const simulator = {
  highDefocusScalePerMicrometre: 0.0007,
  highDefocusScalePerSquareMicrometre: 4e-7,
  highDefocusRotationDegreesPerMicrometre: -0.025,
};
const krios = { magIndex: 22, simulator, edit: cameraOf(1024) };

/** Gives the instrument the true matrix at focus, as if it had been measured in this session. */
const calibrateInFocus = (instrument: Instrument): void =>
  instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), trueImageShift(instrument, 22));
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** An instrument that was calibrated in focus and is at a defocus now. */
async function atDefocus(defocus: number, seed = 1) {
  const instrument = await virtualInstrument({ ...krios, simulator: { ...simulator, seed } });
  const { registry } = instrument.kernel;
  const scope = registry.get(Scope);
  calibrateInFocus(instrument);
  await scope.defocus.write(micrometres(inMicrometres(await scope.defocus.read()) + defocus));
  return {
    instrument,
    scope,
    entries: () => instrument.calibrations.records('HighFocusISCal').all(),
    matrix: () => instrument.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0)),
    truth: (at: number) => ({ scale: 1 + 0.0007 * at + 4e-7 * at ** 2, rotation: -0.025 * at }),
    [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
  };
}

describeMenuItem(id, {
  ...krios,
  sample: 2,
  answers: { defocus: '-40' },
  prepare: async (instrument) => {
    calibrateInFocus(instrument);
    await instrument.kernel.registry.get(Scope).defocus.write(micrometres(-40));
  },
});

test.each([
  [1, 'FEI', -100],
  [2, 'FEI', -200],
  [1, 'JEOL', -100],
  [1, 'Hitachi', -50],
] as const)('seed %d: finds scale and rotation on a column of %s at %d um', async (seed, column, defocus) => {
  const { errors, verdict, entries, untouched, inFocus } = await measureHighDefocusShift(seed, column, defocus);
  expect(verdict).toBe('good');
  expect(Math.abs(errors.scale)).toBeLessThan(0.003);
  expect(Math.abs(errors.rotation)).toBeLessThan(0.1);
  expect(errors.stretch).toBeLessThan(0.5);
  // The matrix in focus stays.
  expect(inFocus).toMatchObject({ ...untouched! });
  expect(entries).toMatchObject([{ defocus }]);
});

test('offers the defocus counted from the focus of the last run, and replaces what it repeats', async () => {
  await using given = await atDefocus(-60);
  const { instrument, scope } = given;
  await runItem(instrument, id, { defocus: '-60' });
  await scope.defocus.write(micrometres(inMicrometres(await scope.defocus.read()) - 50));
  await runItem(instrument, id);
  expect(given.entries().map(({ defocus }) => defocus)).toEqual([-60, -110]);
  await runItem(instrument, id, { defocus: '-108' });
  expect(given.entries().map(({ defocus }) => defocus)).toEqual([-60, -108]);
  await instrument.clock.delay(seconds(3700));
  await scope.defocus.write(micrometres(inMicrometres(await scope.defocus.read()) + 60));
  await runItem(instrument, id);
  expect(given.entries().map(({ defocus }) => defocus)).toEqual([-60, -108]);
});

test('a script gives the defocus, and how much to change it first', async () => {
  await using given = await atDefocus(-50);
  const { instrument, scope, entries } = given;
  const run = (...args: readonly string[]) =>
    instrument.runner.run(id, {
      port: new ScriptedOperator({}, { defaults: true }),
      fromScript: true,
      arguments: args,
    });
  const before = inMicrometres(await scope.defocus.read());
  await run('-100', '-50');
  expect(inMicrometres(await scope.defocus.read())).toBeCloseTo(before - 50, 3);
  expect(entries()).toMatchObject([{ defocus: -100 }]);
  expect(Math.abs(entries()[0]!.scale - given.truth(100).scale)).toBeLessThan(0.003);
  for (const wrong of ['5', 'many', '0'])
    await expect(run(wrong)).rejects.toMatchObject({ code: 'high-defocus/bad-argument' });
  await expect(run('-100', 'x')).rejects.toMatchObject({ code: 'high-defocus/bad-argument' });
  expect(entries()).toHaveLength(1);
});

test('it is refused in low magnification, and where image shift is not calibrated', async () => {
  await using low = await virtualInstrument({ ...krios, magIndex: 4 });
  await expect(runItem(low, id)).rejects.toMatchObject({ code: 'high-defocus/low-magnification' });
  await using none = await virtualInstrument(krios);
  none.calibrations.imageShift
    .entries()
    .forEach(({ magIndex, camera }) => none.calibrations.imageShift.remove(magIndex, camera));
  await expect(runItem(none, id)).rejects.toMatchObject({ code: 'high-defocus/no-matrix' });
});

test('a matrix in focus that is wrong shows as a stretch, and is not believed', async () => {
  await using given = await atDefocus(-100);
  const { calibrations } = given.instrument;
  const right = given.matrix()!;
  calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), {
    ...right,
    xpx: 1.15 * right.xpx,
    ypx: 1.15 * right.ypx,
  });
  await expect(runItem(given.instrument, id, { defocus: '-100' })).rejects.toMatchObject({
    code: 'high-defocus/bad-calibration',
  });
  expect(given.entries()).toEqual([]);
});
