import { ImageShiftControl } from '../../../../../core/optics';
import { vector } from '../../../../../core/base';
import type { ImageShiftUnits } from '../../../../../core/base';
import {
  btidComaFree,
  btidSimulator,
  comaRecord,
  measureBtid,
  prepareBtid,
} from '../../../../../statistics/support/btid/btid-worlds';
import { cameraOf } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, verifying } from '../../../../support/virtual-instrument';

/** Images of 192 pixels. */
const camera = cameraOf(1536);
/** Images of 96 pixels for runs that are only stopped and broken off, with less tilt for their smaller field. */
const smaller = { edit: cameraOf(768), tiltShare: 0.4 };

describeMenuItem(btidComaFree, {
  magIndex: 27,
  simulator: btidSimulator(2),
  edit: smaller.edit,
  prepare: (instrument) => prepareBtid(instrument, smaller),
  answers: { doubtful: 'yes' },
  sample: 2,
});

/** Seeds, images and schemes; the long statistics take both. */
const runs = [
  [4, 24, false],
  [2, 48, true],
] as const;

test.each(verifying ? runs : runs.slice(0, 1))(
  'finds the matrices within 2 %% of a term, changes little when it is repeated, and gives the image shift back (seed %i, %i images)',
  async (seed, images, threeShots) => {
    const answers = { doubtful: 'yes' };
    const shift = vector(0.3 as ImageShiftUnits, -0.2 as ImageShiftUnits);
    const { errors, verdict } = await measureBtid(seed, btidComaFree, comaRecord, {
      camera,
      threeShots,
      answers,
      prepare: async (instrument) => {
        const { net } = instrument.kernel.registry.get(ImageShiftControl);
        await net.write(shift);
        const { result } = await runItem(instrument, btidComaFree, answers);
        expect(result!.values['meanChangePercent']).toBeUndefined();
        const now = await net.read();
        expect([now.x, now.y]).toEqual([expect.closeTo(shift.x, 6), expect.closeTo(shift.y, 6)]);
      },
    });
    expect(errors['comaX']).toBeLessThan(2);
    expect(errors['comaY']).toBeLessThan(2);
    expect(errors['meanChange']).toBeLessThan(3);
    expect(errors['largestChange']).toBeLessThan(8);
    expect(verdict).toMatch(/^(good|doubtful)$/);
    expect(errors['images']).toBe(images);
  },
);

test('refuses where the objective aperture cuts the tilted beam', async () => {
  const { verdict } = await measureBtid(2, btidComaFree, comaRecord, {
    camera: smaller.edit,
    simulator: {
      objectiveAperturesMicrometres: [40],
      objectiveApertureMicrometres: 40,
      objectiveFocalLengthMillimetres: 3,
    },
  });
  expect(verdict).toBe('btid/beam-cut');
});
