import { normalizedErrors, rms } from '../../../../statistics/harness/pooling';
import type { Measured } from '../../../../statistics/harness/table';
import { takeImage } from '../../../../statistics/support/grating-instrument';
import { cameraOf } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/pixel-size/find-pixel-size';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

describeMenuItem('calibrations/pixel-size/find-pixel-size', {
  magIndex: 9,
  edit: cameraOf(512),
  simulator: { specimen: 'cross-grating' },
  sample: 3,
  // A run is as long as its image is large.
  prepare: async (instrument) => {
    await runItem(instrument, 'calibrations/pixel-size/set-binned-size', { 'binned-size': '256' });
    await takeImage(instrument);
  },
});

/** The long statistics measure the same with 200 seeds. */
test('the pixel size of a grating is found within 0.1 %, and the angle within 0.1 degree, for 3 truths', async () => {
  const all: Measured[] = [];
  for (const seed of [1, 2, 3]) all.push(await table.measure(seed, ''));
  expect(all.map(({ verdict, faults }) => ({ verdict, faults }))).toEqual(
    all.map(() => ({ verdict: 'the lattice', faults: [] })),
  );
  // The standard errors are honest: the scatter is what they say.
  const spread = rms(normalizedErrors(all, ['size']));
  expect(spread).toBeLessThan(2);
  expect(spread).toBeGreaterThan(0.3);
});
