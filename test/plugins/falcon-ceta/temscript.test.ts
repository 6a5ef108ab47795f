import { seconds } from '../../../core/base';
import type { Exposure } from '../../../core/devices';
import { corrections, readModes, restrictedSizes } from '../../../plugins/falcon-ceta/transport';
import { ceta } from './cameras';
import { ramp, temscriptCamera } from './temscript-cameras';

type Under = Awaited<ReturnType<typeof temscriptCamera>>;
let under: Under;
afterEach(() => under.dispose());
const wish = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 2,
  area: { left: 0, top: 0, right: 64, bottom: 64 },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'linear',
  ...more,
});
const acquire = (more: Partial<Exposure> = {}) => under.camera.acquire(under.camera.fit(wish(more)));

it('sends its settings in the names of the server, and reads them again', async () => {
  under = await temscriptCamera(ceta);
  await acquire({ area: { left: 20, top: 20, right: 40, bottom: 40 }, processing: 'unprocessed' });
  expect(under.server.writes).toEqual([
    {
      path: 'camera_param/BM-Ceta',
      body: { image_size: 'HALF', binning: 2, 'exposure(s)': 0.5, correction: 'UNPROCESSED' },
    },
  ]);
});

it('keeps rows and columns as the operator sees them', async () => {
  under = await temscriptCamera(ceta);
  const { image } = await acquire({ binning: 1 });
  expect([image.get(0, 0), image.get(0, 63), image.get(63, 0), image.get(63, 63)]).toEqual([0, 630, 6300, 6930]);
});

it('keeps counts below zero and beyond 16 bits: none is wrapped around or cut off', async () => {
  const bright = (type: 'INT16' | 'UINT16' | 'INT32', count: number) =>
    temscriptCamera(ceta, {
      camera: { pixelType: type, picture: (_, columns, rows) => new Array<number>(columns * rows).fill(count) },
    });
  for (const [type, count] of [
    ['INT16', -7],
    ['INT16', 32767],
    ['UINT16', 65535],
    ['INT32', 70000],
    ['INT32', -3],
  ] as const) {
    under = await bright(type, count);
    expect((await acquire()).image.get(5, 5)).toBe(count);
    await under.dispose();
  }
  under = await bright('INT16', 0);
});

it('takes and says the nearest to what only other wires have, and refuses it on the wire itself', async () => {
  under = await temscriptCamera(ceta);
  expect(under.camera.fit(wish({ processing: 'dark subtracted', readMode: 'counting' }))).toMatchObject({
    processing: 'gain normalized',
    readMode: 'linear',
  });
  expect(
    (await under.camera.acquire(wish({ processing: 'dark subtracted', readMode: 'counting' }))).exposure,
  ).toMatchObject({ processing: 'gain normalized', readMode: 'linear' });
  const requests = under.server.requests;
  const shot = {
    name: 'BM-Ceta',
    binning: 1,
    restrictedSize: restrictedSizes.full,
    exposure: 1,
    correction: corrections.dark,
    readMode: readModes.linear,
  };
  await expect(under.wire.acquire(shot)).rejects.toMatchObject({ code: 'falcon-ceta/not-on-this-wire' });
  await expect(under.wire.setInserted('BM-Ceta')).rejects.toMatchObject({ code: 'falcon-ceta/not-on-this-wire' });
  expect(under.server.requests).toBe(requests);
});

it('takes no image when the camera will not have the exposure', async () => {
  under = await temscriptCamera(ceta, { camera: { shortest: 0.7 } });
  await expect(acquire()).rejects.toMatchObject({
    code: 'falcon-ceta/setting-not-taken',
    message: expect.stringContaining('exposure(s) 0.5 became 0.7') as string,
  });
  expect(under.server.exposures).toEqual([]);
});

it('throws away an image that is not as large as it says', async () => {
  under = await temscriptCamera(ceta, { camera: { picture: (...given) => ramp(ceta)(...given).slice(1), width: 60 } });
  await expect(acquire()).rejects.toMatchObject({ code: 'falcon-ceta/wrong-image' });
});

it('says that the software has no such camera', async () => {
  under = await temscriptCamera(ceta);
  await expect(
    temscriptCamera({ ...ceta, scriptingName: 'BM-Orius' }, { camera: { name: 'BM-Ceta' } }),
  ).rejects.toMatchObject({ code: 'falcon-ceta/unknown-camera' });
});
