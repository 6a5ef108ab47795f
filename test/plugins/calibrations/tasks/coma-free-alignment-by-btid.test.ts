import {
  btidSimulator,
  comaFreeByBtid,
  measureBtidTask,
  prepareBtid,
  prepareBtidTasks,
} from '../../../../statistics/support/btid/btid-worlds';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../conformance/describe-menu-item';

/** Images of 256 pixels. */
const camera = cameraOf(2048);

describeMenuItem(comaFreeByBtid, {
  magIndex: 27,
  simulator: btidSimulator(2),
  edit: camera,
  prepare: async (instrument) => {
    await prepareBtid(instrument);
    await prepareBtidTasks(instrument);
  },
  sample: 2,
});

test.each([1, 2])('leaves less than 100 nm of coma, and measures it again (seed %i)', async (seed) => {
  const { errors, verdict } = await measureBtidTask(seed, comaFreeByBtid, { camera });
  expect(errors['comaBefore']).toBeGreaterThan(500);
  expect(errors['coma']).toBeLessThan(100);
  expect(errors['images']).toBeGreaterThanOrEqual(22);
  expect(verdict).toBe('good');
});
