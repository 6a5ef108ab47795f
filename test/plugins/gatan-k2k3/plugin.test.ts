import { FilteredLogger, type LogLine, VirtualClock, seconds } from '../../../core/base';
import { Cameras, VirtualInstrument } from '../../../core/devices';
import { Kernel } from '../../../core/kernel';
import { parseSettings } from '../../../core/settings';
import { Calibrations } from '../../../core/store';
import { GatanStandInServer } from '../../../plugins/gatan-k2k3/stand-in/stand-in-server';
import type { ExposureRecord, VirtualMicroscope } from '../../../simulation';
import { type CameraUnderTest, describeCamera } from '../../../testing';
import { RampSource } from './setup';

const builtIn = {
  simulator: () => require('../../../plugins/simulator') as unknown,
  fei: () => require('../../../plugins/fei') as unknown,
  'gatan-k2k3': () => require('../../../plugins/gatan-k2k3') as unknown,
};
const never = new AbortController().signal;

/** A site with an FEI column and one K3, small, before a bright specimen that does not move. */
const site = (camera: readonly string[] = [], gatan = '{}', general = ''): string => `
plugins:
  simulator: {}
  fei: {}
  gatan-k2k3: ${gatan}
simulator:
  driftNmPerSecond: [0, 0]
  electronsPerFieldPixelPerSecond: 150
${general}
ActiveCameraList: [0]
LowestMModeMagIndex: 2
MagnificationTable:
  - [1, 100, -90]
  - [2, 6400, 90]
cameras:
  - index: 0
    Name: 'K3'
    K2Type: 3
    CameraSizeX: 128
    CameraSizeY: 96
    Binnings: [1, 2, 4]
    XMustBeMultipleOf: 4
    YMustBeMultipleOf: 2
    PixelSizeInMicrons: 5
    StartupDelay: 1.2
    RotationAndPixel:
      - [2, 999, 84, 0.5]
${camera.map((line) => `    ${line}\n`).join('')}`;

/** The same site with another camera before the K3. */
const withOther = (
  port: number,
  { line = 'UseSocket: false', more = 'host: 127.0.0.1' }: { readonly line?: string; readonly more?: string } = {},
): string =>
  `${site([], `{ wire: socket, port: ${port}, ${more} }`).replace('ActiveCameraList: [0]', 'ActiveCameraList: [1, 0]')}
  - index: 1
    Name: Orius
    CameraSizeX: 64
    CameraSizeY: 64
    Binnings: [1, 2]
    PixelSizeInMicrons: 7
    ${line}
`;

interface Running {
  readonly kernel: Kernel;
  readonly clock: VirtualClock;
  readonly log: readonly LogLine[];
}

function apply(text: string): Running {
  const { settings, problems } = parseSettings(text, 'site.yaml');
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const clock = new VirtualClock();
  const log: LogLine[] = [];
  const kernel = new Kernel({ settings, clock, log: new FilteredLogger((line) => void log.push(line)), builtIn });
  const none = { entries: () => [] };
  kernel.provide(Calibrations, {
    imageShift: none,
    stage: none,
    records: () => ({ all: () => [] }),
  } as unknown as Calibrations);
  return { kernel, clock, log };
}

/** The camera of a site before its virtual microscope, whose exposures are watched. */
async function virtualCamera(text: string): Promise<CameraUnderTest & { readonly records: readonly ExposureRecord[] }> {
  const { kernel, clock } = apply(text);
  await kernel.connect(never);
  const microscope = kernel.registry.get(VirtualInstrument).microscope as VirtualMicroscope;
  microscope.setMagnification(2);
  const records: ExposureRecord[] = [];
  const expose = microscope.expose.bind(microscope);
  let [running, mostAtOnce] = [0, 0];
  let action: (() => void) | undefined;
  microscope.expose = (request) => {
    mostAtOnce = Math.max(mostAtOnce, ++running);
    const taken = expose(request);
    records.push(taken.record);
    const now = action;
    action = undefined;
    now?.();
    setImmediate(() => running--);
    return taken;
  };
  return {
    camera: kernel.registry.get(Cameras).all[0]!,
    clock,
    records,
    exposures: () => records.length,
    mostAtOnce: () => mostAtOnce,
    whileExposing: (next) => (action = next),
    dispose: () => kernel.dispose(),
  };
}

const facts = { binning: 'sum', noise: 60, binningTolerance: 0.05, exposure: 0.5, tooLong: 1000 } as const;
describeCamera('The K3 of a simulated site', () => virtualCamera(site()), facts);
describeCamera(
  'A K2 of a simulated site, turned and mirrored',
  () => virtualCamera(site(['RotationAndFlip: 7', 'Retractable: true']).replace('K2Type: 3', 'K2Type: 1')),
  facts,
);

// Their unbinned pixels catch as many electrons as four of super-resolution, which have twice the noise.
const coarse = { ...facts, noise: 2 * facts.noise } as const;
describeCamera(
  'A OneView of a simulated site',
  () => virtualCamera(site(['OnlyOneShutter: 1']).replace('K2Type: 3', 'OneViewType: 1')),
  coarse,
);
describeCamera(
  'An Orius of a simulated site',
  () => virtualCamera(site(['DMGainReferenceName: Orius']).replace('    K2Type: 3\n', '')),
  coarse,
);

describe('an exposure of the virtual microscope', () => {
  it('begins when the frame says, with the settings that it says', async () => {
    const { camera, records, dispose } = await virtualCamera(site());
    const wish = {
      binning: 2,
      area: { left: 64, top: 32, right: 192, bottom: 160 },
      exposure: seconds(0.3),
      driftSettling: seconds(0.7),
      processing: 'dark subtracted',
      readMode: 'linear',
    } as const;
    const frame = await camera.acquire(camera.fit(wish));
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      camera: 0,
      binning: 2,
      area: { left: 64, top: 32, width: 128, height: 128 },
      readMode: 'linear',
      processing: 'dark subtracted',
    });
    expect(records[0]!.start).toBeCloseTo(frame.began, 9);
    expect(records[0]!.exposure).toBeCloseTo(frame.exposure.exposure, 9);
    expect(frame.image.shape).toEqual([64, 64]);
    await dispose();
  });

  it('has a pixel for each pixel of super-resolution at binning 1', async () => {
    const { camera, dispose } = await virtualCamera(site());
    expect([camera.traits.width, camera.traits.height, camera.traits.binnings]).toEqual([256, 192, [1, 2, 4, 8]]);
    const wish = {
      binning: 1,
      area: { left: 0, top: 0, right: 256, bottom: 192 },
      exposure: seconds(0.3),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'super-resolution',
    } as const;
    expect((await camera.acquire(camera.fit(wish))).image.shape).toEqual([192, 256]);
    await dispose();
  });
});

describe('a real server', () => {
  let server: GatanStandInServer;
  let port: number;
  beforeEach(async () => {
    server = new GatanStandInServer(new RampSource(128, 96));
    port = await server.listen();
  });
  afterEach(() => server.close());

  it.each([
    ['the options', (at: number) => site([], `{ wire: socket, host: 127.0.0.1, port: ${at} }`)],
    [
      'the properties',
      (at: number) => site([], '{ wire: socket }', `GatanServerIP: 127.0.0.1\nGatanServerPort: ${at}`),
    ],
  ])('is reached where %s say', async (_what, text) => {
    const { kernel, log } = apply(text(port));
    await kernel.connect(never);
    expect(log.map(({ text: line }) => line).join('\n')).toContain(
      `DigitalMicrograph at 127.0.0.1:${port}: plugin version 120, DigitalMicrograph 50331 build 2300, 1 camera.`,
    );
    const camera = kernel.registry.get(Cameras).selected;
    const wish = {
      binning: 4,
      area: { left: 0, top: 0, right: 256, bottom: 192 },
      exposure: seconds(0.3),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'counting',
    } as const;
    expect((await camera.acquire(camera.fit(wish))).image.shape).toEqual([48, 64]);
    await kernel.dispose();
  });

  it('gets the shutter to close between images with the first image, not before: connecting changes nothing', async () => {
    const { kernel } = apply(
      site(
        ['SetAlternateShutterNormallyClosed: 1', 'BeamBlankShutter: 1'],
        `{ wire: socket, host: 127.0.0.1, port: ${port} }`,
      ),
    );
    await kernel.connect(never);
    expect(server.closedShutter(0)).toBeUndefined();
    const camera = kernel.registry.get(Cameras).selected;
    await camera.acquire(
      camera.fit({
        binning: 4,
        area: { left: 0, top: 0, right: 256, bottom: 192 },
        exposure: seconds(0.3),
        driftSettling: seconds(0),
        processing: 'gain normalized',
        readMode: 'counting',
      }),
    );
    expect(server.closedShutter(0)).toBe(1);
    await kernel.dispose();
  });

  it('with another camera before the K3 is asked for the next number, and the log says so', async () => {
    const two = new GatanStandInServer({
      cameras: [{ name: 'Orius', width: 64, height: 64 }, ...new RampSource(128, 96).cameras],
      expose: () => Promise.reject(new Error('No picture is expected.')),
    });
    const text = withOther(await two.listen());
    const { kernel, log } = apply(text);
    expect(log.filter(({ level }) => level === 'warn').map(({ text: line }) => line)).toEqual([
      expect.stringMatching(/^Orius: counted .* K3 is number 1; .* set "cameras"/),
    ]);
    await kernel.connect(never);
    await kernel.dispose();
    await two.close();
    // One camera is too few for number 1.
    const short = apply(withOther(port)).kernel;
    await expect(short.connect(never)).rejects.toMatchObject({
      message: expect.stringMatching(/K3 would be number 1/) as string,
    });
    await short.dispose();
  });

  it.each([
    'STEMCamera: true',
    'FEICameraType: 3',
    'PluginName: Other',
    'DECameraType: 2',
    'TietzCameraType: 7',
    'UseSocket: true',
  ])('does not number a camera of another program or another way to it: %s', async (line) => {
    const { kernel, log } = apply(withOther(port, { line }));
    expect(log.filter(({ level }) => level === 'warn')).toEqual([]);
    await kernel.connect(never);
    await kernel.dispose();
  });

  it('is asked for the number that the site gives, without a warning', () => {
    const { log } = apply(withOther(port, { more: "cameras: { '0': 0 }" }));
    expect(log.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('with too few cameras is refused', async () => {
    const { kernel } = apply(site([], `{ wire: socket, port: ${port}, host: 127.0.0.1, cameras: { '0': 2 } }`));
    await expect(kernel.connect(never)).rejects.toMatchObject({
      code: 'devices/not-connected',
      message: expect.stringMatching(/has 1 camera; K3 would be number 2/) as string,
    });
    await kernel.dispose();
  });

  it('with an old plugin is refused', async () => {
    const old = new GatanStandInServer(new RampSource(128, 96), { pluginVersion: 107, version: 50300, build: 0 });
    const { kernel } = apply(site([], `{ wire: socket, host: 127.0.0.1, port: ${await old.listen()} }`));
    await expect(kernel.connect(never)).rejects.toMatchObject({
      message: expect.stringMatching(/version 107 .* K3 needs 108/) as string,
    });
    await kernel.dispose();
    await old.close();
  });

  it('that is not there is one clear error', async () => {
    await server.close();
    const { kernel } = apply(site([], `{ wire: socket, host: 127.0.0.1, port: ${port} }`));
    await expect(kernel.connect(never)).rejects.toMatchObject({
      code: 'devices/not-connected',
      message: expect.stringContaining(`127.0.0.1:${port} could not be reached`) as string,
    });
    await kernel.dispose();
  });
});

it('opens no socket before it is connected, and loads the simulation only for the simulated wire', () => {
  const forbidden = (what: string) => () => {
    throw new Error(`${what} was loaded`);
  };
  jest.isolateModules(() => {
    jest.doMock('../../../plugins/gatan-k2k3/simulated-wire', forbidden('the simulated wire'));
    jest.doMock('../../../simulation', forbidden('the simulation'));
    jest.doMock('node:net', forbidden('node:net'));
    const kernelRoom = require('../../../core/kernel') as typeof import('../../../core/kernel');
    const settings = parseSettings(
      site([], '{ wire: socket }').replace('  simulator: {}\n  fei: {}\n', ''),
      'site.yaml',
    ).settings;
    const made = new kernelRoom.Kernel({
      settings,
      clock: new VirtualClock(),
      log: new FilteredLogger(() => {}),
      builtIn: { 'gatan-k2k3': () => require('../../../plugins/gatan-k2k3') as unknown },
    });
    expect(made).toBeDefined();
  });
  jest.dontMock('../../../plugins/gatan-k2k3/simulated-wire').dontMock('../../../simulation').dontMock('node:net');
});
