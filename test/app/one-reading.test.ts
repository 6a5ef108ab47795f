import { Cameras, Scope, VirtualInstrument } from '../../core/devices';
import { ImageAcquisition } from '../../core/acquisition';
import { ImageShiftControl } from '../../core/optics';
import { Settings } from '../../core/settings';
import { SimulatedFeiWire } from '../../plugins/fei/simulated-wire';
import type { VirtualMicroscope } from '../../simulation';
import { virtualInstrument } from '../support/virtual-instrument';

const small = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 960').replace('CameraSizeY: 8184', 'CameraSizeY: 720');

async function bench() {
  const calls: string[] = [];
  const instrument = await virtualInstrument({ edit: small, magIndex: 22, watch: (call) => void calls.push(call) });
  const { registry } = instrument.kernel;
  const [control, acquisition, cameras] = [
    registry.get(ImageShiftControl),
    registry.get(ImageAcquisition),
    registry.get(Cameras),
  ];
  const { Trial } = registry.get(Settings).parameterSets.get(cameras.selected.traits.index)!;
  const area = { left: 0, top: 0, right: 256, bottom: 256 };
  /** One image of a calibration: image shift, then an image that knows where it was taken. */
  const image = async (x: number) => {
    const magIndex = await control.write({ x, y: 0 } as never);
    return acquisition.take({ ...Trial!, area }, { magIndex });
  };
  return { instrument, registry, calls, image, [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose]() };
}

test('one calibration image costs one reading of the mag index, at the guards and on the wire', async () => {
  await using under = await bench();
  const onTheWire = jest.spyOn(SimulatedFeiWire.prototype, 'getMagnificationIndex');
  under.calls.length = 0;
  await under.image(0.5);
  expect(under.calls.filter((call) => call === 'read mag index')).toHaveLength(1);
  expect(under.calls).toContain('write image shift');
  expect(onTheWire).toHaveBeenCalledTimes(1);
  onTheWire.mockRestore();
});

test('an image after the operator has turned the magnification knob is taken where the column is then', async () => {
  await using under = await bench();
  expect((await under.image(0.5)).context.magIndex).toBe(22);
  const { microscope } = under.registry.get(VirtualInstrument);
  (microscope as VirtualMicroscope).setMagnification(21);
  const { context } = await under.image(0.25);
  expect([context.magIndex, await under.registry.get(Scope).magIndex.read()]).toEqual([21, 21]);
});

test('an image shift beyond the limit is refused before anything is sent', async () => {
  await using under = await bench();
  const control = under.registry.get(ImageShiftControl);
  const far = { x: 40, y: 0 } as never;
  await expect(control.write(far)).rejects.toMatchObject({ code: expect.stringMatching(/out-of-range/) as string });
  expect(under.calls.filter((call) => call === 'write image shift')).toEqual([]);
});
