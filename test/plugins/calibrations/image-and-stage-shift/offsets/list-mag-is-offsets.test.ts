import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { cameraIndex, inMicrometres, magIndex, product, rotation, scaleMatrix } from '../../../../../core/base';
import { Optics } from '../../../../../core/optics';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const item = 'calibrations/image-and-stage-shift/list-mag-is-offsets';

test('lists the distance on the specimen of every offset of the mode, and nothing else', async () => {
  await using instrument = await virtualInstrument({ magIndex: 22 });
  const optics = instrument.kernel.registry.get(Optics);
  // Two micrometres on the specimen for one unit, in any direction.
  const toCamera = scaleMatrix(
    product(rotation(33), rotation(50)),
    2 / inMicrometres(optics.at({ magIndex: magIndex(23), camera: cameraIndex(0) }).pixelSize!.value),
  );
  instrument.calibrations.imageShift.set(magIndex(23), cameraIndex(0), toCamera, { sessionMeasured: false });
  const offsets = instrument.calibrations.records('ImageShiftOffsets');
  offsets.put({ magIndex: magIndex(23), eftem: 0, x: 0.3, y: -0.4 });
  offsets.put({ magIndex: magIndex(23), eftem: 1, x: 5, y: 5 });
  const { result, said } = await runItem(instrument, item);
  const [only, ...others] = result!.values['offsets'] as {
    magIndex: number;
    magnification: number;
    micrometres: number;
  }[];
  expect(others).toEqual([]);
  expect(only).toMatchObject({ magIndex: 23, magnification: 10500 });
  expect(only!.micrometres).toBeCloseTo(1, 3);
  expect(said.at(-1)).toMatch(/^ +23 +10500 +1$/);
});

test('says so when there are none', async () => {
  await using instrument = await virtualInstrument();
  expect((await runItem(instrument, item)).said).toEqual(['There are no image-shift offsets between magnifications.']);
});

describeMenuItem(item);
