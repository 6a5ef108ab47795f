import { imageShiftUnits, length, magIndex, subtract, vector } from '../../core/base';
import { BeamTilt, ObjectiveStigmator, Scope } from '../../core/devices';
import { ImageShiftControl } from '../../core/optics';
import { ImageShiftFollowing, comaSetting } from '../../core/tuning';
import { UserSettings } from '../../core/user-settings';
import { runItem, virtualInstrument } from '../support/virtual-instrument';

const index = 26;
const tilt = { xpx: -0.4, xpy: 0.1, ypx: 0.05, ypy: 0.45 };
const stigmator = { xpx: 0.001, xpy: 0.0005, ypx: -0.0004, ypy: 0.0012 };
const shift = (x: number, y: number) => vector(imageShiftUnits(x), imageShiftUnits(y));

/** An instrument on which coma against image shift was measured. */
async function calibrated() {
  const instrument = await virtualInstrument({ magIndex: index });
  const { registry } = instrument.kernel;
  const user = registry.get(UserSettings);
  await user.set(
    'ComaVsISCal',
    comaSetting({
      magIndex: magIndex(index),
      spotSize: 5,
      probe: 'micro',
      aperture: 70,
      intensity: 0.5,
      tilt,
      stigmator,
    }),
  );
  const [coils, poles] = [registry.get(BeamTilt).beamTilt, registry.get(ObjectiveStigmator).objectiveStigmator];
  await coils.write(vector(0.3, -0.2) as never);
  await poles.write(vector(0.01, 0.02));
  const following = registry.get(ImageShiftFollowing);
  return {
    instrument,
    user,
    coils,
    poles,
    following,
    imageShift: registry.get(ImageShiftControl),
    scope: registry.get(Scope),
    expectAt: async (x: number, y: number, start = vector<number>(0.3, -0.2)) => {
      await following.follow();
      const held = subtract(await coils.read(), start as never);
      expect(held.x).toBeCloseTo(tilt.xpx * x + tilt.xpy * y, 4);
      expect(held.y).toBeCloseTo(tilt.ypx * x + tilt.ypy * y, 4);
      const bent = subtract(await poles.read(), vector(0.01, 0.02));
      expect(bent.x).toBeCloseTo(stigmator.xpx * x + stigmator.xpy * y, 5);
      expect(bent.y).toBeCloseTo(stigmator.ypx * x + stigmator.ypy * y, 5);
    },
  };
}

test('beam tilt and stigmator follow image shift while the user setting is on, and are restored when it is off', async () => {
  const { instrument, user, imageShift, expectAt, following } = await calibrated();
  await using _ = instrument;
  await imageShift.write(shift(2, -1));
  await expectAt(0, 0);
  // What stands when it is switched on is followed at once.
  await user.set('FollowImageShift', true);
  await expectAt(2, -1);
  expect(following.holds).toBe(true);
  await imageShift.write(shift(-3, 2));
  await expectAt(-3, 2);
  await imageShift.write(shift(0, 0));
  await expectAt(0, 0);
  await imageShift.write(shift(1, 1));
  await user.set('FollowImageShift', false);
  await expectAt(0, 0);
  expect(following.holds).toBe(false);
});

test('an alignment that is made meanwhile is kept', async () => {
  const { instrument, user, imageShift, coils, expectAt } = await calibrated();
  await using _ = instrument;
  await user.set('FollowImageShift', true);
  await imageShift.write(shift(2, 0));
  const { x, y } = await coils.read();
  await coils.write(vector(x + 0.1, y) as never);
  await imageShift.write(shift(0, 0));
  await expectAt(0, 0, vector(0.4, -0.2));
});

test('calibrations are left alone, and after them it stands as before', async () => {
  const { instrument, user, imageShift, coils, expectAt, following } = await calibrated();
  await using _ = instrument;
  await user.set('FollowImageShift', true);
  await imageShift.write(shift(2, 0));
  await expectAt(2, 0);
  const before = await coils.read();
  const resume = following.suspend();
  await imageShift.write(shift(-1, 0));
  await following.follow();
  expect(length(subtract(await coils.read(), before))).toBe(0);
  resume();
  await expectAt(-1, 0);
  await runItem(instrument, 'calibrations/image-and-stage-shift/list-is-vectors');
  await expectAt(-1, 0);
});

test('nothing follows in low magnification, where the alignment means nothing', async () => {
  const { instrument, user, imageShift, coils, scope } = await calibrated();
  await using _ = instrument;
  await user.set('FollowImageShift', true);
  await scope.magIndex.write(magIndex(8));
  const before = await coils.read();
  await imageShift.write(shift(3, 0));
  expect(await coils.read()).toEqual(before);
});
