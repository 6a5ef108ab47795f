import { ImageShiftControl } from '../../../../../core/optics';
import { vector } from '../../../../../core/base';
import type { ImageShiftUnits } from '../../../../../core/base';
import {
  btidComaFree,
  btidInstrument,
  btidSimulator,
  comaRecord,
  measureBtid,
  prepareBtid,
} from '../../../../../statistics/support/btid/btid-worlds';
import { cameraOf } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem } from '../../../../support/virtual-instrument';

/** Images of 256 pixels. */
const camera = cameraOf(2048);

describeMenuItem(btidComaFree, {
  magIndex: 27,
  simulator: btidSimulator(2),
  edit: camera,
  prepare: prepareBtid,
  answers: { doubtful: 'yes' },
  sample: 2,
});

test.each([
  [2, 24, false],
  [3, 24, false],
  [2, 48, true],
])('finds the matrices within 2 %% of a term (seed %i, %i images)', async (seed, images, threeShots) => {
  const { errors, verdict } = await measureBtid(seed, btidComaFree, comaRecord, {
    camera,
    threeShots,
    answers: { doubtful: 'yes' },
  });
  expect(errors['comaX']).toBeLessThan(2);
  expect(errors['comaY']).toBeLessThan(2);
  expect(verdict).toMatch(/^(good|doubtful)$/);
  expect(errors['images']).toBe(images);
});

test('tells how much a repeat changes, and gives the image shift back', async () => {
  await using instrument = await btidInstrument(4, { camera });
  const { net } = instrument.kernel.registry.get(ImageShiftControl);
  const shift = vector(0.3 as ImageShiftUnits, -0.2 as ImageShiftUnits);
  await net.write(shift);
  const answers = { doubtful: 'yes' };
  expect((await runItem(instrument, btidComaFree, answers)).result!.values['meanChangePercent']).toBeUndefined();
  const { values } = (await runItem(instrument, btidComaFree, answers)).result!;
  expect(values['meanChangePercent']).toBeLessThan(3);
  expect(values['largestChangePercent']).toBeLessThan(8);
  expect(instrument.calibrations.records('ComaCalib').all()).toHaveLength(1);
  const now = await net.read();
  expect([now.x, now.y]).toEqual([expect.closeTo(shift.x, 6), expect.closeTo(shift.y, 6)]);
});

test('refuses where the objective aperture cuts the tilted beam', async () => {
  const { verdict } = await measureBtid(2, btidComaFree, comaRecord, {
    camera,
    simulator: {
      objectiveAperturesMicrometres: [40],
      objectiveApertureMicrometres: 40,
      objectiveFocalLengthMillimetres: 3,
    },
  });
  expect(verdict).toBe('btid/beam-cut');
});
