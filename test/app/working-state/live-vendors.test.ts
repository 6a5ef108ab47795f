import { type CameraIndex, seconds } from '../../../core/base';
import { LiveImage, takeImage } from '../../../core/acquisition';
import { Cameras, Scope } from '../../../core/devices';
import { ImageBuffers, LowDose } from '../../../core/kernel';
import { runItem, virtualInstrument } from '../../support/virtual-instrument';

/** One camera of each vendor plugin, by the configuration that comes with the program, with its number in the list and the mode of its live image. */
const cameras: readonly (readonly [plugin: string, configuration: string, camera: number, streams: boolean])[] = [
  ['gatan-k2k3', 'krios-k3.yaml', 0, true],
  ['gatan-k2k3, OneView', 'talos-oneview-orius.yaml', 0, true],
  ['gatan-k2k3, DigiScan', 'jeol-digiscan.yaml', 1, true],
  ['jeol', 'jeol-stem.yaml', 1, true],
  ['falcon-ceta', 'talos-ceta.yaml', 0, false],
  ['serialem', 'talos-through-serialem.yaml', 0, false],
  ['gatan-k2k3 on a Hitachi column', 'hitachi-ht7700.yaml', 0, true],
];

/** The same cameras with few pixels. */
const small = (yaml: string): string =>
  yaml.replace(/CameraSizeX: \d{4,5}/g, 'CameraSizeX: 1024').replace(/CameraSizeY: \d{4,5}/g, 'CameraSizeY: 1024');

test.each(cameras)(
  'a live image of %s comes at the rate of the camera, makes way for runs, and leaves the camera idle',
  async (_plugin, configuration, at, streams) => {
    await using instrument = await virtualInstrument({ configuration, edit: small });
    const { registry } = instrument.kernel;
    const [live, buffers, list] = [registry.get(LiveImage), registry.get(ImageBuffers), registry.get(Cameras)];
    const camera = list.all[at]!;
    const index: CameraIndex = camera.traits.index;
    await list.select(index);
    expect(camera.watch !== undefined).toBe(streams);
    const binning = Math.max(...camera.traits.binnings);
    instrument.settings.changeParameterSet(index, 'View', { binning, area: 'quarter', exposure: seconds(0.1) });
    instrument.settings.changeParameterSet(index, 'Trial', { binning, area: 'quarter', exposure: seconds(0.1) });
    const imagesUntil = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const end = live.onChange(() => {
          if (live.rate.images < count) return;
          end();
          resolve();
        });
      });
    const several = imagesUntil(4);
    const first = await live.start('View');
    expect(first.context).toMatchObject({ live: true, parameterSet: 'View' });
    await several;
    expect(live.rate.perSecond).toBeGreaterThan(0);
    // No camera shows more images than exposures fit into a second.
    expect(live.rate.perSecond).toBeLessThan(1 / 0.1 + 0.5);
    expect(buffers.get('B')).toBeUndefined();

    const states: unknown[] = [];
    const again = live.onChange(() => void states.push(live.running));
    const { id } = instrument.session
      .menu()
      .find(({ enabled, declaration }) => enabled && declaration?.touchesNothing === true && !declaration.anytime)!;
    const resumed = imagesUntil(2);
    await runItem(instrument, id);
    expect(states).toContain(undefined);
    await resumed;
    expect(live.running).toBe('View');
    again();

    await live.stop();
    expect(live.running).toBeUndefined();
    const image = await takeImage(instrument.session, 'Trial');
    expect(image!.context.live).toBeUndefined();
    expect(image!.frame.image.data.some((count) => count !== 0)).toBe(true);
  },
);

test('in Low Dose a live image goes to the area of its set, has its beam, and leaves it blanked', async () => {
  await using instrument = await virtualInstrument({ configuration: 'krios-k3.yaml', edit: small });
  const { registry } = instrument.kernel;
  const [live, lowDose, scope] = [registry.get(LiveImage), registry.get(LowDose), registry.get(Scope)];
  const { index, binnings } = registry.get(Cameras).selected.traits;
  for (const set of ['View', 'Preview'] as const)
    instrument.settings.changeParameterSet(index, set, { binning: Math.max(...binnings), area: 'quarter' });
  const magIndex = await scope.magIndex.read();
  await lowDose.change('View', { magIndex: (magIndex - 2) as typeof magIndex });
  await lowDose.change('Record', { magIndex });
  await lowDose.turnOn();
  const shown = await live.start('View');
  expect(lowDose.area).toBe('View');
  expect(shown.context).toMatchObject({ magIndex: magIndex - 2, lowDoseArea: 'View' });
  expect(shown.frame.image.data.some((count) => count > 0)).toBe(true);
  await live.stop();
  expect(await scope.beamBlanked.read()).toBe(true);
  await live.start('Preview');
  expect([lowDose.area, await scope.magIndex.read()]).toEqual(['Record', magIndex]);
  await live.stop();
  expect(await scope.beamBlanked.read()).toBe(true);
});
