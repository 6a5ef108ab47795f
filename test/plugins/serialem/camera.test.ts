import { seconds } from '../../../core/base';
import { describeCamera } from '../../../testing';
import type { Exposure } from '../../../core/devices';
import { until } from '../../support/until';
import { socketCamera } from './make-camera';
import { countAt } from './stand-in-cameras';

const facts = { binning: 'mean', noise: 0, binningTolerance: 0, exposure: 0.5, tooLong: 1000 } as const;
describeCamera('A camera behind SerialEM', () => socketCamera(), facts);
describeCamera(
  'A K3 behind SerialEM',
  () => socketCamera({ K2Type: 3, TietzCameraType: 0, Binnings: '1 2 4 8', CameraSizeX: 6400 }),
  facts,
);
describeCamera(
  'A camera behind SerialEM that only reads itself whole',
  () => socketCamera({ XMustBeMultipleOf: -2 }),
  facts,
);

let open: Awaited<ReturnType<typeof socketCamera>> | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});
const wish = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 2,
  area: { left: 16, top: 8, right: 48, bottom: 40 },
  exposure: seconds(0.5),
  driftSettling: seconds(0.25),
  processing: 'dark subtracted',
  readMode: 'linear',
  ...more,
});
async function take(more: Partial<Exposure> = {}, ...given: Parameters<typeof socketCamera>) {
  open = await socketCamera(...given);
  return open.camera.acquire(open.camera.fit(wish(more)));
}

describe('an image through SerialEM', () => {
  it('is taken by the camera of the site with its settings, which are put back', async () => {
    const frame = await take();
    const { taken, changed } = open!.cameras;
    expect(taken).toEqual([
      {
        set: 'R',
        camera: 2,
        binning: 2,
        edges: [16, 48, 8, 40],
        exposure: 0.5,
        drift: 0.25,
        processing: 1,
        readMode: 0,
        frames: 1,
      },
    ]);
    expect(changed).toBe('');
    expect(frame.image.shape).toEqual([16, 16]);
    expect(frame.image.get(0, 0)).toBe(countAt(17, 9));
    expect(frame.image.get(15, 3)).toBe(countAt(23, 39));
    expect(frame.exposure).toEqual(open!.camera.fit(wish()));
    expect(frame.began).toBeCloseTo(open!.clock.now() - 0.5, 9);
  });

  it('is of a part anywhere on the camera, or about its middle where only that is clear', async () => {
    const area = { left: 0, top: 16, right: 20, bottom: 40 };
    await take({ area });
    expect(open!.cameras.taken[0]!.edges).toEqual([0, 20, 16, 40]);
    await open!.dispose();
    const k3 = await take({ area, binning: 4 }, { K2Type: 3, TietzCameraType: 0 });
    expect(open!.cameras.taken[0]).toMatchObject({ binning: 4, edges: [56, 72, 36, 60], frames: 0, readMode: 0 });
    expect(k3.exposure.area).toEqual({ left: 56, top: 36, right: 72, bottom: 60 });
  });

  it.each(['View', 'Focus', 'Trial', 'Record', 'Preview'] as const)(
    'is taken with the set of %s',
    async (parameterSet) => {
      await take({}, {}, { parameterSet });
      expect(open!.cameras.taken[0]!.set).toBe(
        { View: 'V', Focus: 'F', Trial: 'T', Record: 'R', Preview: 'L' }[parameterSet],
      );
    },
  );

  it.each([
    ['bytes', 0, 0, countAt(17, 9) & 0xff],
    ['counts with a sign', 1, 4, -countAt(17, 9)],
    ['numbers with fractions', 2, 8, countAt(17, 9)],
    ['counts, in rows that are filled up', 6, 6, countAt(17, 9)],
  ] as const)('can be of %s', async (_what, type, padding, expected) => {
    open = await socketCamera();
    Object.assign(open.cameras, { type, padding });
    expect((await open.camera.acquire(open.camera.fit(wish()))).image.get(0, 0)).toBe(expected);
  });

  it('comes in chunks', async () => {
    open = await socketCamera();
    open.cameras.chunk = 100;
    const { image } = await open.camera.acquire(open.camera.fit(wish()));
    expect(image.get(15, 15)).toBe(countAt(47, 39));
    expect((await open.camera.acquire(open.camera.fit(wish()))).image.get(0, 1)).toBe(countAt(19, 9));
  });

  it('has the exposure to which SerialEM rounded it', async () => {
    open = await socketCamera();
    open.cameras.step = 0.2;
    expect((await open.camera.acquire(open.camera.fit(wish()))).exposure.exposure).toBeCloseTo(0.6, 9);
  });
});

describe('no image through SerialEM', () => {
  const refused = async (
    change: Partial<Record<'lowDose' | 'wider' | 'type' | 'empty', number | boolean>>,
    code: string,
  ): Promise<void> => {
    open = await socketCamera();
    const usual = { lowDose: 0, wider: 0, type: 6, empty: false };
    Object.assign(open.cameras, change);
    await expect(open.camera.acquire(open.camera.fit(wish()))).rejects.toMatchObject({ code });
    expect(open.cameras.changed).toBe('');
    Object.assign(open.cameras, usual);
    expect((await open.camera.acquire(open.camera.fit(wish()))).image.get(0, 0)).toBe(countAt(17, 9));
  };
  it('is taken in Low Dose, which would change the column', async () => {
    await refused({ lowDose: 1 }, 'serialem/low-dose');
    expect(open!.cameras.taken).toHaveLength(1);
  });
  it('is used that has another size', () => refused({ wider: 2 }, 'serialem/wrong-image'));
  it('is used that is in colours', () => refused({ type: 16 }, 'serialem/wrong-image'));
  it('is made of an empty buffer', () => refused({ empty: true }, 'serialem/no-image'));
  it('is asked for as frames', async () => {
    open = await socketCamera();
    const exposure = { ...open.camera.fit(wish()), frames: { frameTime: seconds(0.1) } };
    await expect(open.camera.acquire(exposure)).rejects.toMatchObject({ code: 'serialem/bad-exposure' });
    expect(open.cameras.taken).toEqual([]);
  });
  it('is half an image when the connection ends, and the next one is whole', async () => {
    open = await socketCamera();
    open.cameras.action = () => open!.server.hangUp();
    await expect(open.camera.acquire(open.camera.fit(wish()))).rejects.toMatchObject({ code: 'serialem/call-failed' });
    await until('the stand-in lost its client', () => open!.server.clients <= 1);
    expect((await open.camera.acquire(open.camera.fit(wish()))).image.get(0, 0)).toBe(countAt(17, 9));
  });
});
