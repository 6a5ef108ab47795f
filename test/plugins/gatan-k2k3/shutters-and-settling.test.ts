import { seconds } from '../../../core/base';
import type { Exposure, Frame } from '../../../core/devices';
import { type Bench, bench, countAt, propertiesOf } from './setup';
import { codesOf, sentOf } from './sent';

let open: Bench | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const full = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 2,
  area: { left: 0, top: 0, right: 128, bottom: 96 },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'counting',
  ...more,
});
const identity = { pluginVersion: 120, version: 50331, build: 2300 } as const;
type Lines = Readonly<Record<string, string | number>>;

async function take(lines: Lines, exposure = full(), more: Parameters<typeof bench>[1] = {}): Promise<Frame> {
  open = await bench(propertiesOf({ Retractable: 0, ...lines }), more);
  return open.camera.acquire(open.camera.fit(exposure));
}
const image = () => sentOf('GetAcquiredImage', open!.requests);
const parameters = () => sentOf('SetK2Parameters2', open!.requests);

describe('the shutter of an image', () => {
  it.each([
    ['the one that blanks the beam, which is 1 where the site says nothing', {}, {}, 1],
    ['the one that the site names', { BeamBlankShutter: 0 }, {}, 0],
    [
      'left to DigitalMicrograph where that cannot choose',
      {},
      { identity: { ...identity, selectsShutter: false } },
      -1,
    ],
    ['left to DigitalMicrograph where the site says that it cannot', { CanDriveDMBeamShutter: 0 }, {}, -1],
  ] as const)('is %s', async (_what, lines, more, shutter) => {
    await take(lines, full(), more);
    expect(image().shutter).toBe(shutter);
  });

  it.each([
    ['beam', 1],
    ['film', 0],
    ['dual', 0],
  ] as const)(
    'is the one behind the specimen where both are used, and where only that is: %s',
    async (shutter, number) => {
      const ccd = { K2Type: 0, OnlyOneShutter: 0 };
      await take(ccd, full({ shutter, readMode: 'linear' }));
      expect(open!.camera.traits.shutters).toEqual(['beam', 'film', 'dual']);
      expect(image().shutter).toBe(number);
    },
  );

  it.each([
    ['a camera with one shutter', { K2Type: 0, OnlyOneShutter: 1 }, ['beam']],
    ['a camera without any', { NoShutter: 2 }, ['none']],
    ['a OneView', { K2Type: 0, OneViewType: 1, OnlyOneShutter: 0 }, ['beam']],
    ['a camera whose shutter cannot be chosen', { K2Type: 0, OnlyOneShutter: 0, CanDriveDMBeamShutter: 0 }, ['beam']],
  ] as const)('is the only one of %s', async (_what, lines, shutters) => {
    open = await bench(propertiesOf({ Retractable: 0, ...lines }));
    expect(open.camera.traits.shutters).toEqual(shutters);
  });

  it('is the one that is closed between images, so that the image is not black', async () => {
    const frame = await take({ SetAlternateShutterNormallyClosed: 1, BeamBlankShutter: 1 });
    expect(open!.server.closedShutter(0)).toBe(1);
    expect(frame.image.get(0, 0)).toBe(countAt(0.5, 0.5));
  });
});

describe('drift settling', () => {
  it.each([
    ['K3', {}, 0.3, 451 * 0.000665779],
    ['K2', { K2Type: 1 }, 0.301, 0.3025],
  ] as const)('of a %s is in whole readouts, never shorter than asked', async (_what, lines, asked, settling) => {
    const frame = await take(lines, full({ driftSettling: seconds(asked) }));
    expect(image().settling).toBeCloseTo(settling, 9);
    expect(open!.source.requests[0]!.settling).toBeCloseTo(settling, 9);
    expect(frame.exposure.driftSettling).toBe(asked);
  });

  it.each([
    ['DigitalMicrograph', {}, { identity: { ...identity, settles: false } }],
    ['the camera, as the site says', { CanDriveDMDriftSettling: 0 }, {}],
    ['the camera, which has no shutter', { NoShutter: 1 }, {}],
  ] as const)('is waited for by the program where %s cannot', async (_what, lines, more) => {
    open = await bench(propertiesOf({ Retractable: 0, ...lines }), more);
    const { camera, clock } = open;
    const before = clock.now();
    const frame = await camera.acquire(camera.fit(full({ driftSettling: seconds(0.7) })));
    expect(image().settling).toBe(0);
    expect(clock.now() - before).toBeCloseTo(0.7, 9);
    expect(frame.began).toBeCloseTo(before + 0.7 + 1, 9);
  });
});

describe('the corrections of the detector itself', () => {
  it.each(['unprocessed', 'dark subtracted', 'gain normalized'] as const)(
    'are made whatever processing follows: %s',
    async (processing) => {
      await take({ K2Type: 1 }, full({ processing }));
      expect(parameters().hardwareProcessing).toBe(6);
      expect(open!.source.requests[0]!.correctedInCamera).toBe(true);
    },
  );

  it('are none of a simulated camera', async () => {
    await take({ K2Type: 1, Name: 'K2 Faux' });
    expect(parameters().hardwareProcessing).toBe(0);
  });

  it.each([
    ['a K3', {}, 0, 1],
    ['a K3', {}, 48, 49],
    ['a K3 that the site leaves alone', {}, -1, -1],
    ['a K2', { K2Type: 1 }, 0, 0],
  ] as const)('of defects are made in %s, whatever else is chosen', async (_what, lines, given, corrections) => {
    await take({ ...lines, BasicCorrections: given });
    expect(image().corrections).toBe(corrections);
  });
});

describe('a part of a K3', () => {
  const part = { left: 32, top: 16, right: 96, bottom: 80 };
  it('is cut out of the whole by the server', async () => {
    const frame = await take({}, full({ area: part }));
    expect(parameters()).toMatchObject({ flags: 1 + 8, fullSizes: 64 + 100_000 * 48 });
    expect(frame.image.get(0, 0)).toBe(countAt(16.5, 8.5));
    const fine = await open!.camera.acquire(open!.camera.fit(full({ binning: 1, area: part })));
    expect(parameters()).toMatchObject({ flags: 8, fullSizes: 64 + 100_000 * 48, reducedSizes: 0 });
    expect(fine.image.shape).toEqual([64, 64]);
    expect(fine.image.get(0, 0)).toBe(countAt(16.25, 8.25));
  });

  it('is cut out of a chip that DigitalMicrograph shows turned, in its sizes there', async () => {
    const frame = await take({ RotationAndFlip: 1 }, full({ area: part }));
    expect(parameters()).toMatchObject({ flags: 1 + 8, fullSizes: 48 + 100_000 * 64 });
    expect(frame.image.shape).toEqual([32, 32]);
  });

  it('is not cut when it is the whole', async () => {
    await take({});
    expect(parameters().flags).toBe(1);
  });

  it('is read by the detector where its edges suit it', async () => {
    const lines = { CameraSizeX: 128, CoordsMustBeMultiple: 1, XMustBeMultipleOf: 32, YMustBeMultipleOf: 16 };
    const frame = await take(
      { ...lines, CameraSizeY: 96, RotationAndFlip: 0 },
      full({ binning: 1, area: { left: 32, top: 16, right: 96, bottom: 80 } }),
    );
    expect(parameters().flags).toBe(0);
    expect(frame.image.get(0, 0)).toBe(countAt(16.25, 8.25));
  });
});

describe('correlated double sampling of a K3', () => {
  it('doubles its readouts and divides the counts of linear mode by the ratio of the site', async () => {
    const lines = { K3CDSLinearRatio: 1.6, LinearToCountingRatio: 350 };
    await take(lines, full({ readMode: 'linear', driftSettling: seconds(0.1) }), { doubleSampling: true });
    expect(parameters().flags & 0x40).toBe(0x40);
    expect(parameters().scaling).toBeCloseTo(1 / 350 / 1.6 + 10 * Math.round(8.192 / (2 * 0.000665779)), 9);
    expect(image().settling).toBeCloseTo(76 * 2 * 0.000665779, 9);
    expect(open!.camera.traits.frames!.step).toBeCloseTo(2 * 0.000665779, 12);
  });

  it('is not asked for without the option', async () => {
    await take({ K3CDSLinearRatio: 1.6 });
    expect(parameters().flags).toBe(1);
    expect(codesOf(open!.requests)).toEqual([9, 29, 6]);
  });
});
