import { vector } from '../../../../core/base';
import { ObjectiveStigmator } from '../../../../core/devices';
import {
  btidInstrument,
  btidSimulator,
  correctAstigmatism,
  measureBtidTask,
  prepareBtid,
  prepareBtidTasks,
} from '../../../../statistics/support/btid/btid-worlds';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { runItem } from '../../../support/virtual-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';

/** Images of 256 pixels. */
const camera = cameraOf(2048);
/** Images of 128 pixels for runs that are only stopped and broken off, with less tilt for their smaller field. */
const smaller = { edit: cameraOf(1024), tiltShare: 0.5 };

describeMenuItem(correctAstigmatism, {
  magIndex: 27,
  simulator: btidSimulator(2),
  edit: smaller.edit,
  prepare: async (instrument) => {
    await prepareBtid(instrument, smaller);
    await prepareBtidTasks(instrument);
  },
  sample: 2,
  inLowDose: true,
});

test.each([
  ['strong images', 1, {}, 15],
  ['weak images', 2, { electronsPerFieldPixelPerSecond: 25 }, 40],
])('leaves little astigmatism with %s, and measures it again', async (_, seed, simulator, limit) => {
  const { errors, verdict } = await measureBtidTask(seed, correctAstigmatism, { camera, simulator });
  expect(errors['astigmatism']).toBeLessThan(limit);
  expect(errors['astigmatism']).toBeLessThan(errors['astigmatismBefore'] as number);
  expect(errors['images']).toBeGreaterThanOrEqual(16);
  expect(verdict).toBe('good');
});

test('puts the stigmator back where the calibration has the wrong sign', async () => {
  await using instrument = await btidInstrument(2, { camera });
  await prepareBtidTasks(instrument);
  const table = instrument.calibrations.records('AstigmatismCalib');
  const reversed = Object.fromEntries(
    Object.entries(table.all()[0]!).map(([name, value]) => [
      name,
      name.startsWith('stigmator') ? -Number(value) : value,
    ]),
  );
  table.put(reversed as never);
  const { objectiveStigmator } = instrument.kernel.registry.get(ObjectiveStigmator);
  await objectiveStigmator.write(vector(0.01, -0.02));
  await expect(runItem(instrument, correctAstigmatism)).rejects.toMatchObject({ code: 'btid/no-progress' });
  expect(await objectiveStigmator.read()).toEqual(vector(0.01, -0.02));
});
