import { magIndex } from '../../../core/base';
import { LiveImage, takeImage } from '../../../core/acquisition';
import { Cameras, Scope } from '../../../core/devices';
import { virtualInstrument } from '../../support/virtual-instrument';

/** A small scan, with detectors and a fastest rate by the site. */
const edited = (yaml: string): string =>
  yaml
    .replace(/CameraSize([XY]): 2048/g, 'CameraSize$1: 512')
    .replace(/(\n {4}STEMCamera: 1\n)/, '$1    MaximumScanRate: [2, 1]\n')
    .replace(
      'Record: { binning: 1, exposure: 20, area: full }',
      'Record: { binning: 1, exposure: 0.5, area: full, scan: { detectors: [1, 0], dynamicFocus: true } }',
    );

test('a scan keeps to the rate that the site allows, reads the detectors of its parameter set, and makes way for a change of magnification', async () => {
  await using instrument = await virtualInstrument({ configuration: 'jeol-stem.yaml', edit: edited });
  const { registry } = instrument.kernel;
  const [cameras, scope, live] = [registry.get(Cameras), registry.get(Scope), registry.get(LiveImage)];
  await cameras.select(cameras.all.find(({ traits }) => traits.stem)!.traits.index);
  await scope.magIndex.write(magIndex(4));
  const { frame } = (await takeImage(instrument.session, 'Record'))!;
  // Pixels of 5 nm: 512 x 512 of them at 2 um/ms take 0.66 s.
  expect(frame.exposure.exposure).toBeCloseTo((512 * 512 * 0.005e-3) / 2, 2);
  expect(Object.keys(frame.scan!.images)).toEqual(['BF', 'HAADF']);
  await live.start('View');
  await scope.magIndex.write(magIndex(5));
  expect(await scope.magIndex.read()).toBe(5);
  expect(live.running).toBe('View');
  await live.stop();
});

test.each(['talos-stem.yaml', 'jeol-digiscan.yaml', 'jeol-stem.yaml'])(
  'on %s the blanker spares the specimen until the first pixel of a scan, and between scans where the operator has blanked the beam',
  async (configuration) => {
    const seen: string[] = [];
    await using instrument = await virtualInstrument({
      configuration,
      edit: (yaml) =>
        yaml
          .replace(/CameraSize([XY]): 2048/g, 'CameraSize$1: 256')
          .replace(/(\n {4}STEMCamera: 1\n)/, '$1    NoShutter: 2\n'),
      watch: (call) => void seen.push(call),
    });
    const { registry } = instrument.kernel;
    const cameras = registry.get(Cameras);
    await cameras.select(cameras.all.find(({ traits }) => traits.stem)!.traits.index);
    const { beamBlanked } = registry.get(Scope);
    await beamBlanked.write(true);
    seen.length = 0;
    await takeImage(instrument.session, 'View');
    const calls = seen.filter((call) => call === `write ${beamBlanked.name}` || call.startsWith('acquire'));
    // Unblanked for the image, blanked until it begins, unblanked, and as the operator had it.
    expect(calls).toEqual([
      `write ${beamBlanked.name}`,
      'acquire camera 1',
      `write ${beamBlanked.name}`,
      `write ${beamBlanked.name}`,
      `write ${beamBlanked.name}`,
      `write ${beamBlanked.name}`,
    ]);
    expect(await beamBlanked.read()).toBe(true);
  },
);
