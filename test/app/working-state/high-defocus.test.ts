import { inNanometres, magIndex as asMagIndex } from '../../../core/base';
import { takeImage } from '../../../core/acquisition';
import { Illumination, ProbeModeSelector, Scope } from '../../../core/devices';
import { LowDose } from '../../../core/kernel';
import { UserSettings } from '../../../core/user-settings';
import { gratingInstrument } from '../../../statistics/support/grating-instrument';
import { runItem } from '../../support/virtual-instrument';

/** A pixel that the lattice of the grating itself tells, whatever the program knows of high defocus. */
async function ofGrating(instrument: Awaited<ReturnType<typeof gratingInstrument>>) {
  const { result, said } = await runItem(instrument, 'calibrations/pixel-size/find-pixel-size');
  const { binnedPixelSize: pixel, gridAngle: angle } = result!.values as Readonly<Record<string, number>>;
  return { pixel: pixel!, angle: angle!, stored: result!.values.stored, said };
}

test('the pixel size of an image in View is that of its defocus, as the lattice of a grating shows', async () => {
  const offset = -120;
  const perMicrometre = 8e-4;
  await using instrument = await gratingInstrument(
    {
      highDefocusScalePerMicrometre: perMicrometre,
      highDefocusRotationDegreesPerMicrometre: -0.025,
      linesPerMillimetre: 10 * 2160,
    },
    { magIndex: 18, edit: (yaml) => `${yaml}\nGridLinesPerMM: ${10 * 2160}\n` },
  );
  const { registry } = instrument.kernel;
  const [lowDose, scope, users] = [registry.get(LowDose), registry.get(Scope), registry.get(UserSettings)];
  const magIndex = await scope.magIndex.read();
  await users.set('LowDoseViewDefocus', offset);
  for (const area of ['View', 'Record'] as const) await lowDose.change(area, { magIndex });
  await lowDose.turnOn();
  const record = (await takeImage(instrument.session, 'Preview'))!;
  const inFocus = await ofGrating(instrument);
  expect(record.context.highDefocus).toBeUndefined();
  // Nothing is calibrated yet: the pixel size is that in focus, and is wrong.
  const uncalibrated = (await takeImage(instrument.session, 'View'))!;
  expect(uncalibrated.context.highDefocus).toBeUndefined();

  const spot = await registry.get(Illumination).spotSize.read();
  const intensity = await registry.get(Illumination).intensity.read();
  const probe = (await registry.get(ProbeModeSelector).probeMode.read()) === 'nano' ? 0 : 1;
  instrument.calibrations.records('HighFocusMagCal').put({
    spot,
    probe,
    defocus: -150,
    intensity,
    scale: 1 + 150 * perMicrometre,
    rotation: 150 * -0.025,
    crossover: 0,
    aperture: 0,
    magIndex: asMagIndex(0),
  });
  const view = (await takeImage(instrument.session, 'View'))!;
  const measured = await ofGrating(instrument);
  // The site's pixel size in focus has an error of its own, which is the same in both images.
  const ofSite = inNanometres(record.context.pixelSize!) / inFocus.pixel;
  expect(inNanometres(view.context.pixelSize!) / measured.pixel / ofSite).toBeCloseTo(1, 2);
  expect(inNanometres(uncalibrated.context.pixelSize!) / measured.pixel / ofSite).toBeGreaterThan(1.08);
  expect(Math.abs(measured.angle - inFocus.angle - offset * 0.025)).toBeLessThan(0.1);
  expect(view.context.highDefocus!.ofImage.rotation).toBeCloseTo(offset * 0.025, 6);
  expect(measured.stored).toBe(false);
  expect(measured.said).toContainEqual(expect.stringContaining('View had changed the defocus by -120'));
  expect(inFocus.stored).toBe(true);
});
