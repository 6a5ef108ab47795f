import { FilteredLogger, VirtualClock, cameraIndex, seconds } from '../../../core/base';
import type { CameraArea, Exposure, Frame } from '../../../core/devices';
import { GatanCamera, traitsOf } from '../../../plugins/gatan-k2k3/camera';
import { cameraModel, turnsUnclear } from '../../../plugins/gatan-k2k3/camera-model';
import { numberCameras } from '../../../plugins/gatan-k2k3/gatan-cameras';
import { GatanClient } from '../../../plugins/gatan-k2k3/protocol/client';
import { type GatanFunctions, gatanFunctions } from '../../../plugins/gatan-k2k3/protocol/functions';
import type { GatanTransport } from '../../../plugins/gatan-k2k3/transport';
import { type RequestOf, decodeMessage } from '../../../wires';
import { type Bench, bench, countAt, modelOf, propertiesOf } from './setup';

let open: Bench | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const full = (width: number, height: number, more: Partial<Exposure> = {}): Exposure => ({
  binning: 1,
  area: { left: 0, top: 0, right: width, bottom: height },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'counting',
  ...more,
});

/** The request of one kind that was sent last, read again. */
function sent<Name extends keyof GatanFunctions>(
  name: Name,
  requests: readonly Buffer[],
): RequestOf<GatanFunctions[Name]> {
  const { code, request } = gatanFunctions[name];
  const bytes = requests.filter((each) => each.readInt32LE(4) === code).at(-1)!;
  return decodeMessage(name, bytes, request) as RequestOf<GatanFunctions[Name]>;
}

/** Takes an image with the camera that the properties describe. */
async function take(
  lines: Readonly<Record<string, string | number>>,
  exposure: Exposure,
  general: Readonly<Record<string, string | number>> = {},
): Promise<Frame> {
  open = await bench(propertiesOf(lines, general));
  return open.camera.acquire(open.camera.fit(exposure));
}

describe('GatanCamera over the socket', () => {
  it('delivers an image of the ramp with the exposure that it was taken with', async () => {
    open = await bench(propertiesOf({}));
    const { camera, clock, source } = open;
    const frame = await camera.acquire(full(128, 96, { binning: 4, driftSettling: seconds(0.3) }));
    expect(frame.image.shape).toEqual([24, 32]);
    expect(frame.image.get(0, 0)).toBe(countAt(1, 1));
    expect(frame.image.get(23, 31)).toBe(countAt(63, 47));
    expect(frame.exposure.exposure).toBeCloseTo(47 * 0.0106525, 9);
    expect(frame.camera).toBe(0);
    // Settling is in whole readouts of the detector, and never shorter than asked for.
    const settling = 451 * 0.000665779;
    expect(frame.began).toBeCloseTo(clock.now() + 1 + settling, 9);
    expect(source.requests).toHaveLength(1);
    expect(source.requests[0]).toMatchObject({
      readMode: 'counting',
      processing: 'gain normalized',
      width: 32,
      height: 24,
    });
    expect(source.requests[0]!.settling).toBeCloseTo(settling, 9);
  });

  it('sets everything in the order that the server needs, once for each image', async () => {
    await take({ Retractable: 1 }, full(128, 96));
    expect(open!.requests.map((request) => request.readInt32LE(4))).toEqual([11, 2, 31, 42, 15, 12, 9, 29, 6]);
  });

  it('has the K3 reduce from super-resolution, in pixels of the chip', async () => {
    const frame = await take({}, full(128, 96, { binning: 4, area: { left: 32, top: 16, right: 96, bottom: 80 } }));
    expect(frame.image.shape).toEqual([16, 16]);
    expect(sent('GetAcquiredImage', open!.requests)).toMatchObject({
      pixels: 256,
      width: 16,
      height: 16,
      binning: 4,
      left: 16,
      top: 8,
      right: 48,
      bottom: 40,
      divideBy2: 0,
      corrections: -1,
      processing: 2,
    });
    expect(sent('SetK2Parameters2', open!.requests)).toMatchObject({
      readMode: 4,
      hardwareProcessing: 6,
      // The server reads the whole chip and cuts the part out, before it reduces.
      flags: 1 + 8,
      scaling: 1,
      reducedSizes: 16 + 100000 * 16,
      fullSizes: 64 + 100000 * 48,
      doseFractions: false,
    });
  });

  it('takes properties in super-resolution pixels at their word: binning 2 is one pixel of the chip', async () => {
    const lines = { CameraSizeX: 6400, CameraSizeY: 32, Binnings: '1 2 4' };
    const frame = await take(lines, full(6400, 32, { binning: 2, area: { left: 64, top: 8, right: 192, bottom: 24 } }));
    expect(frame.image.shape).toEqual([8, 64]);
    expect(frame.image.get(0, 0)).toBe(countAt(32.5, 4.5));
    expect(sent('GetAcquiredImage', open!.requests)).toMatchObject({
      left: 32,
      top: 4,
      right: 96,
      bottom: 12,
      binning: 2,
    });
    const fine = await open!.camera.acquire(
      open!.camera.fit(full(6400, 32, { area: { left: 66, top: 8, right: 194, bottom: 24 } })),
    );
    expect([fine.image.shape, fine.exposure.readMode]).toEqual([[16, 128], 'super-resolution']);
    expect(fine.image.get(0, 0)).toBe(countAt(33.25, 4.25));
  });

  it('gives the K2 its areas in binned pixels, turned back to the chip', async () => {
    // Turned by a quarter counter-clockwise: the first row of the operator is the last column of the chip.
    const frame = await take(
      { K2Type: 1, RotationAndFlip: 1 },
      full(128, 96, { binning: 4, area: { left: 16, top: 8, right: 48, bottom: 24 } }),
    );
    expect(frame.image.shape).toEqual([4, 8]);
    expect(sent('GetAcquiredImage', open!.requests)).toMatchObject({
      left: 18,
      right: 22,
      top: 4,
      bottom: 12,
      width: 4,
      height: 8,
      binning: 2,
    });
    expect(sent('SetK2Parameters2', open!.requests)).toMatchObject({
      readMode: 1,
      rotationFlip: 1,
      flags: 0,
      scaling: 32,
      reducedSizes: 0,
    });
    expect(frame.image.get(0, 0)).toBe(countAt(48 - 4 - 1, 8 + 1));
  });

  it.each([
    ['K2 Summit, linear', { K2Type: 1 }, 'linear', { readMode: 0, scaling: 1 }, 0.5],
    ['K2 Summit, counting', { K2Type: 1 }, 'counting', { readMode: 1, scaling: 32 }, 0.5],
    ['K2 Summit, super-resolution', { K2Type: 1 }, 'super-resolution', { readMode: 2, scaling: 32 }, 0.5],
    [
      'K2 Base',
      { K2Type: 2, CameraSizeX: 128, CameraSizeY: 96 },
      'counting',
      { readMode: 0, scaling: 0.25 },
      4 * 0.1138,
    ],
    ['K3, counting', {}, 'counting', { readMode: 4, scaling: 1 }, 47 * 0.0106525],
    [
      'K3, linear',
      { LinearOffset: 8192, LinearToCountingRatio: 350 },
      'linear',
      { readMode: 3, scaling: 1 / 350 + 10 * 12304 },
      38 * 0.01331558,
    ],
    [
      'K3 with an offset of its own, linear',
      { LinearOffset: 1000 },
      'linear',
      { readMode: 3, scaling: 1 / 350 + 10 * 1502 },
      38 * 0.01331558,
    ],
  ] as const)(
    '%s has its own mode, scaling and exposure steps',
    async (_what, lines, readMode, parameters, exposure) => {
      const frame = await take(lines, full(128, 96, { binning: 2, readMode }));
      const { scaling, ...rest } = parameters;
      expect(sent('SetK2Parameters2', open!.requests)).toMatchObject(rest);
      expect(sent('SetK2Parameters2', open!.requests).scaling).toBeCloseTo(scaling, 9);
      expect(sent('GetAcquiredImage', open!.requests).exposure).toBeCloseTo(exposure, 9);
      expect(frame.exposure.exposure).toBeCloseTo(exposure, 9);
    },
  );

  it('rounds sizes to what the camera takes, about the same centre', () => {
    const { model, camera } = modelOf(
      propertiesOf({ K2Type: 1, CameraSizeX: 3838, CameraSizeY: 3710, Binnings: '1 2 3 4' }),
    );
    const fit = (binning: number, area: CameraArea): CameraArea =>
      new GatanCamera(traitsOf(model, camera, 3), model, undefined as never, undefined as never).fit(
        full(0, 0, { binning, area }),
      ).area;
    const whole = { left: 0, top: 0, right: 7676, bottom: 7420 };
    expect(fit(2, whole)).toEqual({ left: 2, top: 0, right: 7674, bottom: 7420 });
    expect(fit(4, whole)).toEqual({ left: 8, top: 4, right: 7672, bottom: 7420 });
    expect(fit(6, { left: 0, top: 0, right: 60, bottom: 60 })).toEqual({ left: 6, top: 0, right: 54, bottom: 60 });
    expect(fit(1, { left: 3, top: 3, right: 40, bottom: 40 })).toEqual({ left: 4, top: 4, right: 40, bottom: 40 });
  });

  it('only reads centred parts where the site says so', async () => {
    open = await bench(propertiesOf({ XMustBeMultipleOf: -1 }));
    const { area } = open.camera.fit(full(128, 96, { area: { left: 0, top: 0, right: 64, bottom: 48 } }));
    expect([area.left + area.right, area.top + area.bottom, area.right - area.left]).toEqual([128, 96, 64]);
  });

  it('only reads itself whole where the site says so', async () => {
    open = await bench(propertiesOf({ XMustBeMultipleOf: -2 }));
    expect(open.camera.fit(full(128, 96, { area: { left: 0, top: 0, right: 32, bottom: 24 } })).area).toEqual({
      left: 0,
      top: 0,
      right: 128,
      bottom: 96,
    });
  });

  it('puts a camera in that is out, and waits until it has arrived', async () => {
    open = await bench(propertiesOf({ Retractable: 1, InsertionDelay: 5 }), { inserted: false });
    const { camera, clock, requests } = open;
    const before = clock.now();
    await camera.acquire(camera.fit(full(128, 96)));
    expect(clock.now() - before).toBeCloseTo(5, 9);
    expect(requests.slice(5).map((request) => request.readInt32LE(4))).toEqual([12, 13, 9, 29, 6]);
    await camera.acquire(camera.fit(full(128, 96)));
    expect(clock.now() - before).toBeCloseTo(5, 9);
  });

  it('refuses an image of another size', async () => {
    const { model, camera: properties } = modelOf(propertiesOf({ Retractable: 0 }));
    const answers: GatanTransport = {
      name: 'a server that turns images by itself',
      connectionNumber: 1,
      open: async () => {},
      close: async () => {},
      call: async (packet, values) => {
        const { width = 0, height = 0 } = values as { width?: number; height?: number };
        const image = packet.image && new Uint8Array(2 * width * height);
        return {
          status: 0,
          connection: 1,
          image,
          values: { count: 1, version: 120, build: 1, width: height, height: width },
        } as never;
      },
    };
    const client = new GatanClient(
      answers,
      { parameters: 1000, image: 1000, saving: 1000 },
      new FilteredLogger(() => {}),
    );
    await client.open();
    const camera = new GatanCamera(traitsOf(model, properties, 3), model, client, new VirtualClock());
    const wish = camera.fit(full(128, 96, { binning: 2, area: { left: 16, top: 16, right: 48, bottom: 32 } }));
    await expect(camera.acquire(wish)).rejects.toMatchObject({
      code: 'gatan/wrong-image',
      message: 'Test delivered an image of 8 x 16 pixels where 16 x 8 were asked for; it was not used.',
    });
  });
});

describe('who turns images', () => {
  const turnedBy = (rotation: number, dm: number) => {
    const settings = propertiesOf({ RotationAndFlip: rotation, DMRotationAndFlip: dm });
    const [camera] = settings.cameras;
    return [
      cameraModel(camera!, settings, { number: 0, longestExposure: 10, turnedBy: undefined, frameFormat: 'mrc' })
        .turnedBy,
      turnsUnclear(camera!),
    ];
  };
  it('is DigitalMicrograph where it is set up so', () => expect(turnedBy(7, 7)).toEqual(['DigitalMicrograph', false]));
  it('is this program where DigitalMicrograph shows the chip as it is', () =>
    expect(turnedBy(2, 0)).toEqual(['this program', false]));
  it('is this program where nothing is known of DigitalMicrograph', () =>
    expect(turnedBy(3, -1)).toEqual(['this program', false]));
  it('must be checked where the two differ', () => expect(turnedBy(3, 1)).toEqual(['this program', true]));

  it.each(['server', 'this program', 'DigitalMicrograph'] as const)(
    'makes no difference to the operator when it is %s',
    async (who) => {
      open = await bench(propertiesOf({ RotationAndFlip: 5 }), { turnedBy: who });
      const fitted = open.camera.fit(full(128, 96, { binning: 2, area: { left: 16, top: 8, right: 48, bottom: 24 } }));
      const frame = await open.camera.acquire(fitted);
      expect(frame.image.shape).toEqual([8, 16]);
      expect(sent('SetK2Parameters2', open.requests).rotationFlip).toBe(who === 'server' ? 5 : 0);
      // Mirrored about the vertical axis and then turned by a quarter counter-clockwise: rows and columns of the chip are exchanged.
      const [column, row] = who === 'DigitalMicrograph' ? [8.5, 4.5] : [4.5, 8.5];
      expect(frame.image.get(0, 0)).toBe(countAt(column, row));
    },
  );
});

describe('the numbers of cameras in the server', () => {
  const numbers = (general: Readonly<Record<string, string>>, given = {}) => {
    const settings = propertiesOf({}, general);
    const cameras = [3, 1, 4].map(cameraIndex).map((index) => ({ ...settings.cameras[0]!, index }));
    return Object.fromEntries(numberCameras(cameras, settings, given));
  };
  it('follow the list', () => expect(numbers({})).toEqual({ 3: 0, 1: 1, 4: 2 }));
  it('leave out those to be ignored', () =>
    expect(numbers({ IgnoreSocketCameras: '0 2' })).toEqual({ 3: 1, 1: 3, 4: 4 }));
  it('can be given', () => expect(numbers({}, { 1: 5 })).toEqual({ 3: 0, 1: 5, 4: 2 }));
});
