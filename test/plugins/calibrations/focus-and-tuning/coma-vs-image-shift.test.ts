import { cameraIndex, magIndex } from '../../../../core/base';
import { BeamTilt, ObjectiveStigmator, Scope } from '../../../../core/devices';
import { ImageShiftControl } from '../../../../core/optics';
import { UserSettings } from '../../../../core/user-settings';
import { ringCamera } from '../../../../statistics/support/small-camera';
import {
  columnForImageShift,
  comaVsImageShift,
  measureComaVsImageShift,
} from '../../../../statistics/support/tuning/tuning-corrections';
import { drawnColumn, fluxFor } from '../../../../statistics/support/tuning/tuning-world';
import { describeDeclaration, describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, trueImageShift, verifying } from '../../../support/virtual-instrument';

const small = { size: 256, dose: 200, camera: ringCamera };

/** Runs of some thirty images each are broken off in the long statistics alone; the quick tests stop one below. */
const describeItem: typeof describeMenuItem = verifying ? describeMenuItem : (id) => describeDeclaration(id);

describeItem(comaVsImageShift, {
  magIndex: 26,
  simulator: { ...drawnColumn(1), electronsPerFieldPixelPerSecond: fluxFor(small.dose, small.size) },
  edit: small.camera,
  sample: 2,
  prepare: async (instrument) => {
    await using calibrated = await columnForImageShift(1, small);
    instrument.calibrations.records('CtfAstigCalib').replaceAll(calibrated.calibrations.records('CtfAstigCalib').all());
    instrument.calibrations.imageShift.set(magIndex(26), cameraIndex(0), trueImageShift(calibrated, 26), {
      sessionMeasured: false,
    });
  },
});

test('leaves less than 150 nm of coma and 5 nm of astigmatism on a field of 5 um to each side', async () => {
  const { errors, verdict } = await measureComaVsImageShift(2, small);
  expect(errors['coma']).toBeLessThan(150);
  expect(errors['astigmatism']).toBeLessThan(5);
  expect(verdict).toBe('good');
});

test('stopped at a shifted image, it leaves image shift, beam tilt, stigmator and defocus as they were', async () => {
  let images = 0;
  await using instrument = await columnForImageShift(1, {
    ...small,
    watch: (call) => {
      if (call.startsWith('acquire ') && (images += 1) === 5) instrument.runner.stop();
    },
  });
  const { registry } = instrument.kernel;
  const settings = [
    registry.get(ImageShiftControl).net,
    registry.get(BeamTilt).beamTilt,
    registry.get(ObjectiveStigmator).objectiveStigmator,
    registry.get(Scope).defocus,
  ];
  const state = () => Promise.all(settings.map((each): Promise<unknown> => each.read()));
  const before = await state();
  await expect(runItem(instrument, comaVsImageShift)).rejects.toMatchObject({ code: 'run/stopped' });
  expect(images).toBe(5);
  expect(await state()).toEqual(before);
  expect(registry.get(UserSettings).has('ComaVsISCal')).toBe(false);
});

test('refuses image shifts that the column does not reach, before anything moves', async () => {
  await using instrument = await columnForImageShift(1, small);
  await expect(runItem(instrument, comaVsImageShift, { extent: '17.5' })).rejects.toMatchObject({
    code: 'coma-vs-image-shift/out-of-range',
  });
});
