import { StoppedError, seconds } from '../../../core/base';
import { type Exposure, fitExposure } from '../../../core/devices';
import { type FeiCameraModel, cameraConstraints, sentExposure } from '../../../plugins/falcon-ceta/camera-model';
import { ceta, falcon4, rampCamera } from './cameras';

const wish = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 1,
  area: { left: 0, top: 0, right: 64, bottom: 64 },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'linear',
  ...more,
});

/** Seconds that become of a wish, within 0.011 and 30 s of the camera software. */
function constrained(model: FeiCameraModel, counts: boolean, exposure: number): number {
  const limits = { counts, processings: [], shortestExposure: 0.011, longestExposure: 30 };
  const readMode = counts ? 'counting' : 'linear';
  return fitExposure(wish({ exposure: seconds(exposure), readMode }), cameraConstraints(model, limits)).exposure;
}

describe('exposures', () => {
  it('of a Falcon are whole readouts, and whole groups of them when it counts', () => {
    expect(constrained(falcon4, false, 0.5) / 0.004021).toBeCloseTo(124, 6);
    expect(constrained(falcon4, true, 0.5) / (7 * 0.004021)).toBeCloseTo(18, 6);
    expect(constrained(falcon4, true, 0)).toBeCloseTo(7 * 0.004021, 9);
    expect(constrained(falcon4, false, 1000)).toBeLessThanOrEqual(30);
    expect(constrained(ceta, false, 0.12345)).toBe(0.12345);
  });

  it('are sent a little longer where counting loses readouts', () => {
    const falcon3 = { detector: 'Falcon 3', readoutInterval: 0.02495 } as const;
    expect(sentExposure(falcon3, true, 64 * 0.02495) / 0.02495).toBeCloseTo(66, 6);
    expect(sentExposure(falcon3, false, 64 * 0.02495) / 0.02495).toBeCloseTo(64, 6);
    expect(sentExposure(falcon4, true, 31 * 0.004021) / 0.004021).toBeCloseTo(32, 6);
    expect(sentExposure(falcon4, true, 126 * 0.004021) / 0.004021).toBeCloseTo(131, 6);
    expect(sentExposure(ceta, false, 0.7)).toBe(0.7);
  });

  it('obey the limits of the camera software as well', async () => {
    const { camera } = await rampCamera(ceta, { shortestExposure: 0.1, longestExposure: 2, counts: false });
    expect(camera.fit(wish({ exposure: seconds(0.01) })).exposure).toBe(0.1);
    expect(camera.fit(wish({ exposure: seconds(10) })).exposure).toBe(2);
  });
});

it('reads all, half or a quarter about its centre, whichever holds what is wished', async () => {
  const { camera, wire } = await rampCamera(ceta);
  for (const [left, top, right, bottom, size] of [
    [24, 24, 40, 40, 2],
    [26, 30, 30, 40, 2],
    [23, 24, 40, 40, 1],
    [16, 16, 48, 48, 1],
    [0, 0, 20, 20, 0],
  ] as const) {
    await camera.acquire(camera.fit(wish({ area: { left, top, right, bottom } })));
    expect(wire.shots.at(-1)!.restrictedSize).toBe(size);
  }
});

it('sends what it was asked for, in numbers of FEI', async () => {
  const { camera, wire } = await rampCamera(falcon4);
  await camera.acquire(camera.fit(wish({ binning: 2, readMode: 'counting', processing: 'unprocessed' })));
  expect(wire.shots).toEqual([
    {
      name: 'BM-Falcon',
      binning: 2,
      restrictedSize: 0,
      exposure: expect.closeTo(131 * 0.004021, 9) as number,
      correction: 2,
      readMode: 1,
    },
  ]);
});

it('inserts itself when it is out, and waits for that', async () => {
  const { camera, wire, clock } = await rampCamera({ ...ceta, retractable: true });
  wire.inserted = false;
  await camera.acquire(camera.fit(wish()));
  expect(wire.inserted).toBe(true);
  expect(clock.now()).toBeGreaterThanOrEqual(5 + 0.8 + 0.5);
});

it('takes nothing while it is held off', async () => {
  const { camera, clock } = await rampCamera(falcon4);
  camera.holdUntil(clock.now() + 3);
  const { began } = await camera.acquire(camera.fit(wish()));
  expect(began).toBeGreaterThanOrEqual(3);
  await expect(camera.acquire(camera.fit(wish()))).resolves.toBeDefined();
});

it('does not even begin when it is stopped while it settles', async () => {
  const { camera, wire } = await rampCamera(ceta);
  const stop = new AbortController();
  const taking = camera.acquire(camera.fit(wish({ driftSettling: seconds(3) })), stop.signal);
  stop.abort(new StoppedError());
  await expect(taking).rejects.toBeInstanceOf(StoppedError);
  expect(wire.shots).toEqual([]);
});

describe('what goes wrong', () => {
  it('a camera that the software does not have is named', async () => {
    const { camera, wire } = await rampCamera({ ...ceta, scriptingName: 'BM-Cete' });
    wire.lookUp = () => Promise.resolve(undefined);
    await expect(camera.connect()).rejects.toMatchObject({
      code: 'falcon-ceta/unknown-camera',
      message: expect.stringContaining('BM-Cete') as string,
    });
  });

  it('an image of another size is thrown away', async () => {
    const { camera, wire } = await rampCamera(ceta);
    wire.acquire = () => Promise.resolve({ width: 63, height: 64, data: new Uint16Array(63 * 64) });
    await expect(camera.acquire(camera.fit(wish()))).rejects.toMatchObject({ code: 'falcon-ceta/wrong-image' });
  });

  it('a refusal says what may be behind it', async () => {
    const { camera, wire } = await rampCamera(falcon4);
    wire.acquire = () => Promise.reject(new Error('dose protector'));
    await expect(camera.acquire(camera.fit(wish()))).rejects.toMatchObject({
      code: 'falcon-ceta/call-failed',
      message: expect.stringContaining('dose protector') as string,
    });
  });

  it('an image that never comes is given up on', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { camera, wire } = await rampCamera(ceta);
      wire.acquire = () => new Promise(() => {});
      const taking = camera.acquire(camera.fit(wish())).catch((error: unknown) => error);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      await jest.advanceTimersByTimeAsync(62_000);
      expect(await taking).toMatchObject({ code: 'falcon-ceta/no-answer' });
    } finally {
      jest.useRealTimers();
    }
  });
});
