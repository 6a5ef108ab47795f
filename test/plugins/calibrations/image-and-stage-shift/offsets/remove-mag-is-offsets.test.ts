import { magIndex as asMagIndex } from '../../../../../core/base';
import { ImageShiftControl, ImageShiftAdjustment } from '../../../../../core/optics';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const item = 'calibrations/image-and-stage-shift/remove-mag-is-offsets';

test('removes the offsets of the present mode only, and they are no longer applied', async () => {
  await using instrument = await virtualInstrument({ magIndex: 22 });
  const offsets = instrument.calibrations.records('ImageShiftOffsets');
  for (const magIndex of [21, 22]) offsets.put({ magIndex: asMagIndex(magIndex), eftem: 0, x: 0.5, y: -0.25 });
  offsets.put({ magIndex: asMagIndex(22), eftem: 1, x: 2, y: 3 });
  const { registry } = instrument.kernel;
  registry.get(ImageShiftAdjustment).betweenMagnifications = true;
  expect(await registry.get(ImageShiftControl).net.read()).toEqual({ x: -0.5, y: 0.25 });
  const { result } = await runItem(instrument, item);
  expect(result!.values['removed']).toBe(2);
  expect(offsets.all()).toEqual([{ magIndex: 22, eftem: 1, x: 2, y: 3 }]);
  expect(await registry.get(ImageShiftControl).net.read()).toEqual({ x: 0, y: 0 });
  expect(instrument.calibrations.unsaved).toBe(true);
});

test('changes nothing when the operator says no, and says so when there is nothing', async () => {
  await using instrument = await virtualInstrument({ magIndex: 22 });
  await expect(runItem(instrument, item)).rejects.toMatchObject({ code: 'image-shift-offsets/none' });
  const offsets = instrument.calibrations.records('ImageShiftOffsets');
  offsets.put({ magIndex: asMagIndex(22), eftem: 0, x: 1, y: 1 });
  expect((await runItem(instrument, item, { remove: 'no' })).result).toBeUndefined();
  expect(offsets.all()).toHaveLength(1);
});

describeMenuItem(item, {
  prepare: (instrument) => {
    instrument.calibrations.records('ImageShiftOffsets').put({ magIndex: asMagIndex(22), eftem: 0, x: 1, y: 1 });
  },
});
