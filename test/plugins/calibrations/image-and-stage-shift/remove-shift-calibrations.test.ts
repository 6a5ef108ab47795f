import { cameraIndex, magIndex as asMagIndex, matrix } from '../../../../core/base';
import { Scope } from '../../../../core/devices';
import { Optics } from '../../../../core/optics';
import { describePlace } from '../../../../plugins/calibrations/shared/result/magnification-place';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const camera = cameraIndex(0);
const calibrated = [8, 11, 16, 31, 44].map(asMagIndex);

/** A Hitachi column with 500x in low magnification and in HC, and 4000x in HC and in HR. */
const hitachi = () =>
  virtualInstrument({
    configuration: 'hitachi-ht7700.yaml',
    edit: (yaml) => yaml.replace('[11, 1200, 0, 1200]', '[11, 500, 0, 500]'),
  });

for (const [id, table] of [
  ['remove-is-cal', 'imageShift'],
  ['remove-stage-cal', 'stage'],
] as const) {
  test(`${id} removes the calibration of the present index or range where a magnification exists twice`, async () => {
    await using instrument = await hitachi();
    const matrices = instrument.calibrations[table];
    for (const [present, entered, removed] of [
      [8, undefined, 8],
      [11, undefined, 11],
      [16, undefined, 16],
      [31, undefined, 31],
      [10, '500', 8],
      [20, '4000', 16],
      [20, '500', 11],
      [40, '4000', 31],
      [20, '200000', 44],
    ] as const) {
      for (const index of calibrated) matrices.set(index, camera, matrix(20, 1, -1, 20), { sessionMeasured: false });
      await instrument.kernel.registry.get(Scope).magIndex.write(asMagIndex(present));
      const { result } = await runItem(
        instrument,
        `calibrations/image-and-stage-shift/${id}`,
        entered === undefined ? {} : { magnification: entered },
      );
      expect([present, entered, result!.values['magIndex']]).toEqual([present, entered, removed]);
      expect(matrices.entries().map(({ magIndex }) => magIndex)).toEqual(calibrated.filter((each) => each !== removed));
      expect(result!.summary).toContain(`mag index ${removed} of the range`);
    }
  });
}

test('a magnification is named with its index and range', async () => {
  await using instrument = await hitachi();
  const optics = instrument.kernel.registry.get(Optics);
  expect([8, 16, 31].map((index) => describePlace(optics, asMagIndex(index), camera))).toEqual([
    '500x, mag index 8 of the range 1 to 10',
    '4000x, mag index 16 of the range 11 to 30',
    '4000x, mag index 31 of the range 31 to 44',
  ]);
});
