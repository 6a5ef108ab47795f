import {
  btidSimulator,
  correctAstigmatism,
  measureBtidTask,
  prepareBtid,
  prepareBtidTasks,
} from '../../../../statistics/support/btid-worlds';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../conformance/describe-menu-item';

/** Images of 256 pixels. */
const camera = cameraOf(2048);

describeMenuItem(correctAstigmatism, {
  magIndex: 27,
  simulator: btidSimulator(2),
  edit: camera,
  prepare: async (instrument) => {
    await prepareBtid(instrument);
    await prepareBtidTasks(instrument);
  },
  sample: 2,
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
