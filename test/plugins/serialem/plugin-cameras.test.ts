import { FilteredLogger, VirtualClock, seconds } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { Kernel } from '../../../core/kernel';
import { parseSettings } from '../../../core/settings';
import { Calibrations } from '../../../core/store';
import { checkDrivenCameras } from '../../../app/undriven-cameras';

const builtIn = {
  simulator: () => require('../../../plugins/simulator') as unknown,
  serialem: () => require('../../../plugins/serialem') as unknown,
};
const site = (cameras: string): string => `
plugins:
  simulator: {}
  serialem: { highTensionKilovolts: 200, cameras: ${cameras} }
simulator:
  electronsPerFieldPixelPerSecond: 150
ActiveCameraList: [0, 1]
LowestMModeMagIndex: 2
MagnificationTable:
  - [1, 100, -90]
  - [2, 6400, 90]
cameras:
${[
  ['0', 'Ceta', 'FEICameraType: 3'],
  ['1', 'F416', 'TietzCameraType: 11'],
]
  .map(
    ([index, name, line]) => `  - index: ${index}
    Name: '${name}'
    ${line}
    CameraSizeX: 128
    CameraSizeY: 96
    Binnings: [1, 2, 4]
    PixelSizeInMicrons: 5
    StartupDelay: 1.2
    RotationAndPixel:
      - [2, 999, 84, 0.5]
`,
  )
  .join('')}`;

async function connected(cameras: string): Promise<Kernel> {
  const { settings } = parseSettings(site(cameras), 'site.yaml');
  const kernel = new Kernel({
    settings,
    clock: new VirtualClock(),
    log: new FilteredLogger(() => {}),
    builtIn,
  });
  const none = { entries: () => [] };
  kernel.provide(Calibrations, {
    imageShift: none,
    stage: none,
    records: () => ({ all: () => [] }),
  } as unknown as Calibrations);
  await kernel.connect(new AbortController().signal);
  return kernel;
}

it.each([
  ['all that only SerialEM drives', 'all', ['F416']],
  ['those that the site names', '[0, 1]', ['Ceta', 'F416']],
] as const)('the simulated SerialEM takes images with %s', async (_what, cameras, names) => {
  const kernel = await connected(cameras);
  await kernel.registry.get(Scope).magIndex.write(2 as never);
  const { all } = kernel.registry.get(Cameras);
  expect(all.map(({ traits }) => traits.name)).toEqual(names);
  for (const camera of all) {
    const fitted = camera.fit({
      binning: 2,
      area: { left: 16, top: 8, right: 80, bottom: 72 },
      exposure: seconds(0.3),
      driftSettling: seconds(0.2),
      processing: 'gain normalized',
      readMode: 'linear',
    });
    const { image, exposure } = await camera.acquire(fitted);
    expect([image.shape, exposure]).toEqual([[32, 32], fitted]);
    expect(Math.max(...image.data)).toBeGreaterThan(0);
  }
  await kernel.dispose();
});

it('none are taken by default', async () => {
  const kernel = await connected('[]');
  expect(kernel.registry.has(Cameras) ? kernel.registry.get(Cameras).all : []).toEqual([]);
  await kernel.dispose();
});

it('are named in a check only where nobody takes images with them', () => {
  const warned = (cameras: string): readonly string[] =>
    checkDrivenCameras(parseSettings(site(cameras), 'site.yaml').settings).map(({ message }) => message);
  expect(warned('[0, 1]')).toEqual([]);
  expect(warned('all')).toEqual([expect.stringMatching(/^Camera 0 \(Ceta\) is active/)]);
  expect(warned('[]')).toHaveLength(2);
});
