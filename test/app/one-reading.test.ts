import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cameras, Scope, VirtualInstrument } from '../../core/devices';
import { ImageAcquisition } from '../../core/acquisition';
import { ImageShiftControl } from '../../core/optics';
import { Settings } from '../../core/settings';
import type { VirtualMicroscope } from '../../simulation';
import { virtualInstrument } from '../support/virtual-instrument';

const small = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 960').replace('CameraSizeY: 8184', 'CameraSizeY: 720');

async function bench() {
  const calls: string[] = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
  const file = path.join(folder, 'wires.jsonl');
  const instrument = await virtualInstrument({
    edit: small,
    magIndex: 22,
    watch: (call) => void calls.push(call),
    record: { file, images: false },
  });
  const wireCalls = (): readonly unknown[] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly call?: string }).call);
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
    return acquisition.take({ ...Trial, area }, { magIndex });
  };
  return {
    registry,
    calls,
    wireCalls,
    image,
    [Symbol.asyncDispose]: async () => {
      await instrument[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test('one calibration image costs one reading of the mag index, at the guards and on the wire', async () => {
  await using under = await bench();
  const onTheWire = under.wireCalls().filter((call) => call === 'getMagnificationIndex').length;
  under.calls.length = 0;
  await under.image(0.5);
  expect(under.calls.filter((call) => call === 'read mag index')).toHaveLength(1);
  expect(under.calls).toContain('write image shift');
  const afterwards = under.wireCalls().filter((call) => call === 'getMagnificationIndex').length;
  expect(afterwards - onTheWire).toBe(1);
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
