import { RealClock, cameraIndex, magIndex } from '../../../../core/base';
import { Illumination, ProbeModeSelector, readProbeMode } from '../../../../core/devices';
import type { Session } from '../../../../core/kernel';
import { InstrumentControl } from '../../../../plugins/console/server/instrument-control';
import { PlainActions } from '../../../../plugins/console/server/plain-actions';
import { SharedState } from '../../../../plugins/console/server/shared-state';
import { trueImageShift, virtualInstrument } from '../../../support/virtual-instrument';

const shift = 'calibrations/image-and-stage-shift';

const controlOf = (session: Session, speed = 1): InstrumentControl =>
  new InstrumentControl(session, new PlainActions(new SharedState(() => new Date(0))), new RealClock(speed));

test('the duration is the time that people wait, also for a simulation that runs faster', async () => {
  await using instrument = await virtualInstrument({ magIndex: 22 });
  const least = await controlOf(instrument.session).forecast(`${shift}/image-shift`);
  const quarter = await controlOf(instrument.session, 4).forecast(`${shift}/image-shift`);
  expect(least.duration).toBeGreaterThan(1);
  expect(quarter.duration).toBe(least.duration! / 4);
  const unknown = await controlOf(instrument.session, Infinity).forecast(`${shift}/image-shift`);
  expect(unknown.duration).toBeUndefined();
});

test('a forecast includes the dose where the rate is known', async () => {
  await using instrument = await virtualInstrument({ magIndex: 22 });
  instrument.calibrations.imageShift.set(magIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
    sessionMeasured: false,
  });
  const control = controlOf(instrument.session);
  const told = await control.forecast(`${shift}/image-shift`);
  expect(told).toMatchObject({ images: 13, changes: ['image shift'] });
  expect(told.dose).toBeUndefined();
  const { registry } = instrument.kernel;
  const illumination = registry.get(Illumination);
  const [spot, intensity] = [await illumination.spotSize.read(), await illumination.intensity.read()];
  instrument.calibrations.shortTerm('DoseCalibration').replaceAll([
    {
      // Two hours ago, in minutes since 1970.
      time: Math.floor(instrument.clock.date().getTime() / 60_000) - 120,
      dose: 4,
      intensity,
      spot,
      // Without a calibrated crossover everything lies below it.
      aboveCrossover: 0,
      probe: (await readProbeMode(registry.get(ProbeModeSelector))) === 'nano' ? 0 : 1,
    } as never,
  ]);
  expect((await control.forecast(`${shift}/image-shift`)).dose).toBe(
    `${Number((4 * told.exposure!).toPrecision(3))} e/A2 by a dose of 2 h ago`,
  );
  await illumination.spotSize.write(spot + 1);
  expect((await control.forecast(`${shift}/image-shift`)).dose).toBeUndefined();
});

test('an item that touches nothing says so, one that depends on answers says on which, and one that cannot start says why', async () => {
  await using instrument = await virtualInstrument({ magIndex: 22 });
  const control = controlOf(instrument.session);
  expect(await control.forecast(`${shift}/list-stage-cals`)).toEqual({ images: 0, changes: [] });
  expect(await control.forecast(`${shift}/set-is-delay-factor`)).toMatchObject({
    images: 0,
    atMost: { images: 1400 },
    dependsOn: expect.stringContaining('nine points 30') as string,
  });
  const { unknown } = await control.forecast(`${shift}/mag-is-offsets`);
  expect(unknown).toMatch(/image shift/i);
});
