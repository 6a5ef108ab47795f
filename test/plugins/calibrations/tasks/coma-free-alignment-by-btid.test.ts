import {
  btidSimulator,
  comaFreeByBtid,
  measureBtidTask,
  prepareBtid,
  prepareBtidTasks,
} from '../../../../statistics/support/btid/btid-worlds';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { verifying } from '../../../support/virtual-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';

/** Images of 256 pixels. */
const camera = cameraOf(2048);
/** Images of 128 pixels for runs that are only stopped and broken off, with less tilt for their smaller field. */
const smaller = { edit: cameraOf(1024), tiltShare: 0.5 };

describeMenuItem(comaFreeByBtid, {
  magIndex: 27,
  simulator: btidSimulator(2),
  edit: smaller.edit,
  prepare: async (instrument) => {
    await prepareBtid(instrument, smaller);
    await prepareBtidTasks(instrument);
  },
  sample: 2,
});

test.each(verifying ? [1, 2] : [1])(
  'leaves less than 100 nm of coma, and measures it again (seed %i)',
  async (seed) => {
    const { errors, verdict } = await measureBtidTask(seed, comaFreeByBtid, { camera });
    expect(errors['comaBefore']).toBeGreaterThan(500);
    expect(errors['coma']).toBeLessThan(100);
    expect(errors['images']).toBeGreaterThanOrEqual(22);
    expect(verdict).toBe('good');
  },
);
