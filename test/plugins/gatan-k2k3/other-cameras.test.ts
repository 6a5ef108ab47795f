import { seconds } from '../../../core/base';
import type { Exposure } from '../../../core/devices';
import { gatanCameras } from '../../../plugins/gatan-k2k3/gatan-cameras';
import { parseSettings } from '../../../core/settings';
import { type Bench, bench, countAt, propertiesOf } from './setup';
import { codesOf, sentOf } from './sent';

let open: Bench | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const oneView = { K2Type: 0, OneViewType: 1, OnlyOneShutter: 1, BuiltInSettling: 0.1 };
const rio = { ...oneView, OneViewType: 2 };
const orius = { K2Type: 0, Name: 'Orius', DMGainReferenceName: 'Orius 1 Gain', BuiltInSettling: 0.25 };
const ultraScan = { K2Type: 0, Name: 'UltraScan', DMGainReferenceName: 'US1000XP 1', BuiltInSettling: 0.25 };
const full = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 2,
  area: { left: 0, top: 0, right: 64, bottom: 48 },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'linear',
  ...more,
});
type Lines = Readonly<Record<string, string | number>>;
async function start(lines: Lines, more: Parameters<typeof bench>[1] = {}, general: Lines = {}): Promise<Bench> {
  open = await bench(propertiesOf({ Retractable: 0, ...lines }, general), more);
  return open;
}
const image = () => sentOf('GetAcquiredImage', open!.requests);
const parameters = () => sentOf('SetK2Parameters2', open!.requests);

describe('a OneView', () => {
  it('is read in its mode for images, without what only a K2 or K3 has', async () => {
    const { any } = await start(oneView);
    const frame = await any.acquire(any.fit(full({ processing: 'dark subtracted' })));
    expect(codesOf(open!.requests)).toEqual([9, 29, 6]);
    expect(parameters()).toMatchObject({
      readMode: -3,
      hardwareProcessing: 0,
      rotationFlip: 0,
      flags: 0,
      doseFractions: false,
      saveFrames: false,
    });
    expect(image()).toMatchObject({ processing: 1, binning: 2, left: 0, top: 0, right: 32, bottom: 24, width: 32 });
    expect(frame.image.get(0, 0)).toBe(countAt(1, 1));
    expect([any.traits.directDetector, any.traits.frames, any.traits.allowsPostActions]).toEqual([
      false,
      undefined,
      false,
    ]);
  });

  it('has its parts cut out by the server, in binned pixels of a chip of unbinned ones', async () => {
    const { any } = await start(oneView);
    const frame = await any.acquire(any.fit(full({ area: { left: 16, top: 8, right: 48, bottom: 40 } })));
    expect(parameters()).toMatchObject({ flags: 8, fullSizes: 64 + 100_000 * 48, reducedSizes: 0 });
    expect(image()).toMatchObject({ left: 8, top: 4, right: 24, bottom: 20 });
    expect(frame.image.get(0, 0)).toBe(countAt(17, 9));
  });

  it.each([
    ['a OneView at binning 1', oneView, {}, 1, 0.001, 0.04],
    ['a OneView at binning 2', oneView, {}, 2, 0.001, 0.01],
    ['a OneView, in its steps', oneView, {}, 1, 0.1234, 0.12],
    ['a OneView at binning 4, in its steps', oneView, {}, 4, 0.1234, 0.125],
    ['a OneView of a site with its own steps', oneView, { OneViewDeltaExposures: '0.05' }, 1, 0.1234, 0.1],
    ['a Rio of 4K', { ...rio, CameraSizeX: 4096, CameraSizeY: 4096 }, {}, 1, 0.001, 0.05],
    ['a Rio of 3K', { ...rio, CameraSizeX: 3072, CameraSizeY: 3072 }, {}, 2, 0.001, 0.017],
    ['a Rio of 2K', { ...rio, CameraSizeX: 2048, CameraSizeY: 2048 }, {}, 4, 0.001, 0.067],
    [
      'a Rio of 3K with its own least',
      { ...rio, CameraSizeX: 3072, CameraSizeY: 3072 },
      { RioMinExposures: '0.1 0.03' },
      4,
      0.001,
      0.03,
    ],
  ] as const)('takes exposures as it can: %s', async (_what, lines, general, binning, wanted, exposure) => {
    const { any } = await start(lines, {}, general);
    expect(any.fit(full({ binning, exposure: seconds(wanted) })).exposure).toBeCloseTo(exposure, 9);
  });

  it('settles by itself with one shutter, and not with two', async () => {
    const { any } = await start(oneView);
    await any.acquire(any.fit(full({ driftSettling: seconds(0.5) })));
    expect(image().settling).toBeCloseTo(0.4, 9);
    await open!.dispose();
    const two = await start({ ...oneView, OnlyOneShutter: 0 });
    const before = two.clock.now();
    await two.any.acquire(two.any.fit(full({ driftSettling: seconds(0.5) })));
    expect(image().settling).toBe(0);
    expect(two.clock.now() - before).toBeCloseTo(0.5, 9);
  });

  it('shows images continuously in its own readout', async () => {
    const { camera, server } = await start(oneView);
    const stop = new AbortController();
    let shown = 0;
    await camera.watch(camera.fit(full()), () => void (++shown === 2 && stop.abort()), stop.signal);
    expect(codesOf(open!.requests)).toEqual([9, 29, 6, 6, 30]);
    expect(image().processing).toBe(2 | 64 | 128);
    expect(server.viewing).toBe(false);
  });

  it('of the kind of the Metro has modes of its own', async () => {
    const { any } = await start({ ...oneView, OneViewType: 5 });
    await any.acquire(any.fit(full({ readMode: 'counting' })));
    expect(parameters().readMode).toBe(-22);
    await any.acquire(any.fit(full({ readMode: 'linear' })));
    expect(parameters().readMode).toBe(-21);
  });
});

describe('a CCD', () => {
  it('is set to have no modes, and is read in binned pixels by two shutters', async () => {
    const { any } = await start(orius);
    const fitted = any.fit(full({ driftSettling: seconds(0.6), area: { left: 16, top: 8, right: 48, bottom: 40 } }));
    const frame = await any.acquire(fitted);
    expect(codesOf(open!.requests)).toEqual([9, 10, 6]);
    expect(sentOf('SetReadMode', open!.requests)).toEqual({ mode: -1, scaling: 1 });
    expect(image()).toMatchObject({ left: 8, top: 4, right: 24, bottom: 20, binning: 2, shutter: 1, processing: 2 });
    // The camera settles a quarter of a second by itself.
    expect(image().settling).toBeCloseTo(0.35, 9);
    expect(frame.image.get(0, 0)).toBe(countAt(17, 9));
    expect(frame.began).toBeCloseTo(open!.clock.now() + 1 + 0.25 + 0.35, 9);
    expect(any.traits).toMatchObject({ builtInSettling: 0.25, directDetector: false, allowsPostActions: true });
  });

  it('takes exposures to the millisecond, not shorter than the site says', async () => {
    const { any } = await start({ ...orius, MinimumExposure: 0.02 });
    expect(any.fit(full({ exposure: seconds(0.123_4) })).exposure).toBeCloseTo(0.123, 9);
    expect(any.fit(full({ exposure: seconds(0.001) })).exposure).toBeCloseTo(0.02, 9);
  });

  it('gives counts with a sign, or without where the site says so', async () => {
    const { any } = await start(orius);
    expect((await any.acquire(any.fit(full()))).image.data).toBeInstanceOf(Int16Array);
    await open!.dispose();
    const { any: other } = await start({ ...orius, MakesUnsignedImages: 1 });
    expect((await other.acquire(other.fit(full()))).image.data).toBeInstanceOf(Uint16Array);
  });

  it.each([
    ['an Orius', orius, 2 | 64 | 128 | 8],
    ['an UltraScan', ultraScan, 2 | 64],
    ['a CCD of a site that uses it', { ...orius, UseContinuousMode: '1 0 3' }, 2 | 64 | (3 << 3)],
  ] as const)('shows images continuously: %s', async (_what, lines, bits) => {
    const { camera } = await start(lines);
    const stop = new AbortController();
    let shown = 0;
    await camera.watch(camera.fit(full()), () => void (++shown === 2 && stop.abort()), stop.signal);
    expect(image().processing).toBe(bits);
  });

  it.each([
    ['one that is not known for it', { ...orius, Name: 'CCD', DMGainReferenceName: 'CCD' }],
    ['a site that does not use it', { ...orius, UseContinuousMode: '0' }],
  ] as const)('has no continuous mode: %s', async (_what, lines) => {
    const { any } = await start(lines);
    expect('watch' in any || 'deferredSum' in any).toBe(false);
  });

  it.each([
    ['a CCD', orius],
    ['a OneView', oneView],
  ] as const)('refuses frames of %s with the reason, before anything is sent', async (_what, lines) => {
    const { any } = await start(lines);
    const wish = { ...any.fit(full()), frames: { frameTime: seconds(0.1) } };
    await expect(any.acquire(wish)).rejects.toMatchObject({
      code: 'gatan/bad-exposure',
      message: expect.stringContaining('divides those of a K2 or K3 alone') as string,
    });
    expect(codesOf(open!.requests)).toEqual([]);
  });
});

describe('the cameras of DigitalMicrograph', () => {
  const chosen = (...cameras: readonly Lines[]): readonly string[] => {
    const text = [
      'SerialEMProperties',
      `ActiveCameraList ${cameras.map((_, at) => at).join(' ')}`,
      ...cameras.flatMap((lines, at) => [
        `CameraProperties ${at}`,
        `Name camera ${at}`,
        ...Object.entries(lines).map(([name, value]) => `${name} ${value}`),
        'EndCameraProperties',
      ]),
      '',
    ].join('\n');
    return gatanCameras(parseSettings(text, 'SerialEMproperties.txt').settings.cameras).map(({ name }) => name);
  };
  it('are those that no other program has', () =>
    expect(
      chosen(
        {},
        { FEICameraType: 3 },
        { OneViewType: 1 },
        { PluginName: 'Other' },
        { STEMCamera: 1 },
        { DECameraType: 2 },
      ),
    ).toEqual(['camera 0', 'camera 2']));
  it('are reached as the K3 is', () =>
    expect(chosen({}, { K2Type: 3, UseSocket: 1 }, { OneViewType: 1, UseSocket: 1 })).toEqual([
      'camera 1',
      'camera 2',
    ]));
  it('are reached by the socket where there is one', () =>
    expect(chosen({}, { OneViewType: 1, UseSocket: 1 })).toEqual(['camera 1']));
});
