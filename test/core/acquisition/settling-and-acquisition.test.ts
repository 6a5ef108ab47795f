import ndarray from 'ndarray';
import {
  cameraIndex,
  identity,
  type ImageShiftUnits,
  magIndex,
  type Matrix,
  metres,
  radians,
  rotation,
  seconds,
  StoppedError,
  type Vector,
  vector,
  VirtualClock,
} from '../../../core/base';
import {
  type Camera,
  type CameraTraits,
  type Driver,
  type Exposure,
  type Frame,
  Scope,
  Stage,
} from '../../../core/devices';
import { RollingBuffers } from '../../../core/kernel';
import { SettlingTimes, WaitingAcquisition } from '../../../core/acquisition';
import { NetImageShiftControl } from '../../../core/optics';
import { imageShiftLimit } from '../../../app/instrument/device-limits';
import { guarded, heldSetting } from '../../support/guarded';
import { type Given, camera, imageShiftMatrix, optics } from '../optics/instrument';

const shift = (x: number, y: number): Vector<ImageShiftUnits> => vector(x as ImageShiftUnits, y as ImageShiftUnits);

function bench({
  given = {},
  traits = {},
  toSpecimen = identity,
  offset = shift(0, 0),
  deliver,
}: {
  given?: Given;
  traits?: Partial<CameraTraits>;
  toSpecimen?: Matrix;
  offset?: Vector<ImageShiftUnits>;
  deliver?: readonly [number, number];
} = {}) {
  const clock = new VirtualClock();
  const scope = {
    magIndex: heldSetting(Scope.settings.magIndex, magIndex(7)),
    imageShift: heldSetting(Scope.settings.imageShift, shift(0, 0)),
    normalized: undefined as number | undefined,
    lastNormalized: () => (scope.normalized === undefined ? undefined : seconds(scope.normalized)),
  };
  const stage = {
    moved: undefined as number | undefined,
    lastMoved: () => (stage.moved === undefined ? undefined : seconds(stage.moved)),
    position: heldSetting(Stage.settings.position, { x: metres(1e-6), y: metres(0), z: metres(0), tilt: radians(0) }),
  };
  const cameraTraits: CameraTraits = {
    index: cameraIndex(0),
    name: 'Camera',
    width: 64,
    height: 48,
    binnings: [1, 2, 4],
    directDetector: false,
    behindFilter: false,
    stem: false,
    shortestExposure: seconds(0.01),
    deadTime: seconds(0),
    startupDelay: seconds(0.3),
    builtInSettling: seconds(0),
    allowsPostActions: false,
    ...traits,
  };
  const requests: number[] = [];
  const device: Camera = {
    traits: cameraTraits,
    fit: (wanted) => ({
      ...wanted,
      area: { ...wanted.area, right: wanted.area.right - (wanted.area.right % wanted.binning) },
    }),
    acquire: async (exposure): Promise<Frame> => {
      requests.push(clock.now());
      const { area, binning } = exposure;
      const [rows, columns] = deliver ?? [
        Math.floor((area.bottom - area.top) / binning),
        Math.floor((area.right - area.left) / binning),
      ];
      return {
        image: ndarray(new Uint16Array(rows * columns), [rows, columns]),
        exposure,
        camera: cameraIndex(0),
        began: clock.now(),
      };
    },
    stop: async () => {},
  };
  const site = optics({
    imageShifts: [{ magIndex: magIndex(7), camera: cameraIndex(0), matrix: imageShiftMatrix(2, 84, toSpecimen) }],
    ...given,
    properties: {
      cameras: [
        camera(0, { measured: [{ magIndex: magIndex(7), rotation: 84, pixelNanometres: 2 }], stem: cameraTraits.stem }),
      ],
      stemMagnifications: [{ index: magIndex(7), magnification: 8000 }],
      ...given.properties,
    },
  });
  const settling = new SettlingTimes(site, clock, { normalization: scope, stage });
  const cameras = { selected: device };
  const offsetOf = { promise: async () => offset } as never;
  const limits = { imageShift: imageShiftLimit(() => ({ optics: site, cameras, offsetOf })) };
  const column = guarded(Scope, scope as unknown as Driver<Scope>, { limits });
  const control = new NetImageShiftControl({
    scope: column,
    cameras,
    optics: site,
    settling,
    clock,
    offsetOf: async () => offset,
  });
  const buffers = new RollingBuffers();
  const acquisition = new WaitingAcquisition({
    scope,
    stage,
    cameras,
    optics: site,
    settling,
    imageShift: control,
    buffers,
  });
  const exposure: Exposure = {
    binning: 2,
    area: { left: 0, top: 0, right: 64, bottom: 48 },
    exposure: seconds(0.1),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'linear',
  };
  return { clock, scope, stage, settling, control, acquisition, buffers, exposure, requests, traits: cameraTraits };
}

describe('net image shift', () => {
  test('reads and writes the column less its offset', async () => {
    const { control, scope } = bench({ offset: shift(10, -20) });
    expect(await control.net.read()).toEqual(shift(-10, 20));
    await control.write(shift(1, 2));
    expect(scope.imageShift.value).toEqual(shift(11, -18));
    expect(await control.net.read()).toEqual(shift(1, 2));
  });
  test('refuses what lies outside the limits before anything is sent, and says by how much', async () => {
    const { control, scope } = bench();
    await expect(control.write(shift(0, 16))).rejects.toMatchObject({
      code: 'image-shift/out-of-range',
      message: expect.stringMatching(/16\.00 um.*15\.00 um/) as string,
    });
    await expect(control.write(shift(NaN, 0))).rejects.toMatchObject({ code: 'image-shift/out-of-range' });
    expect(scope.imageShift.writes).toEqual([]);
    expect(control.checkLimits(shift(0, 16), magIndex(7))).toMatch(/16\.00 um/);
    expect(control.checkLimits(shift(NaN, 0), magIndex(7))).toMatch(/not a number/);
    expect(control.checkLimits(shift(0, 14), magIndex(7))).toBeUndefined();
  });
  test('gives back what it found even outside the limits', async () => {
    const { control, scope } = bench();
    scope.imageShift.value = shift(30, 0);
    const found = await control.net.read();
    await control.write(shift(1, 0));
    await control.net.write(found);
    expect(scope.imageShift.value).toEqual(shift(30, 0));
    await expect(control.net.write(shift(30.01, 0))).rejects.toMatchObject({ code: 'image-shift/out-of-range' });
  });
  test('notes the delay times its factor, and never shortens a later one', async () => {
    const { control, settling, clock } = bench();
    await control.write(shift(4, 0), { delayFactor: 2 });
    expect(settling.imageShiftTimeout).toBeCloseTo(8, 9);
    await control.write(shift(4.5, 0), { delayFactor: 1 });
    expect(settling.imageShiftTimeout).toBeCloseTo(8, 9);
    await clock.delay(seconds(100));
    await control.write(shift(5, 0), { delayFactor: 0.75 });
    expect(settling.imageShiftTimeout).toBeCloseTo(100.375, 9);
  });
  test('notes the delay although the column failed, since it may still have moved', async () => {
    const { control, scope, settling } = bench();
    scope.imageShift.write = async () => {
      throw new Error('wire cut');
    };
    await expect(control.write(shift(3, 0))).rejects.toThrow('wire cut');
    expect(settling.imageShiftTimeout).toBeCloseTo(3, 9);
  });
  test('does nothing once stopped', async () => {
    const { control, scope } = bench();
    await expect(control.write(shift(3, 0), { signal: AbortSignal.abort(new StoppedError()) })).rejects.toThrow(
      StoppedError,
    );
    expect(scope.imageShift.writes).toEqual([]);
  });
});

describe('readiness for an exposure', () => {
  test('is at once when nothing moved', () => {
    const { settling, traits } = bench();
    expect(settling.readyAt(traits, magIndex(7))).toBe(0);
  });
  test('is the latest of image shift, normalization and stage, less what the camera takes anyway', () => {
    const { settling, scope, stage, traits } = bench();
    settling.imageShiftRestsAt(seconds(3));
    expect(settling.readyAt(traits, magIndex(7))).toBeCloseTo(3 + 0.8 - 0.3, 9);
    scope.normalized = 2.5;
    expect(settling.readyAt(traits, magIndex(7))).toBeCloseTo(4.5 + 0.5, 9);
    stage.moved = 4;
    expect(settling.readyAt(traits, magIndex(7))).toBeCloseTo(6 + 0.5, 9);
  });
  test('counts the settling that a camera does by itself', () => {
    const { settling, traits } = bench({ traits: { builtInSettling: seconds(0.2) } });
    settling.imageShiftRestsAt(seconds(3));
    expect(settling.readyAt(traits, magIndex(7))).toBeCloseTo(3.3, 9);
    const one = bench({
      traits: { builtInSettling: seconds(0.2) },
      given: { properties: { cameras: [camera(0, { oneShutter: true })] } },
    });
    one.settling.imageShiftRestsAt(seconds(3));
    expect(one.settling.readyAt(one.traits, magIndex(7))).toBeCloseTo(3.5, 9);
  });
  test('uses the delay of low magnification there', () => {
    const { settling, scope, traits } = bench({
      given: { shifts: { normalizationDelay: { regular: seconds(2), lowMagnification: seconds(5) } } },
    });
    scope.normalized = 0;
    expect(settling.readyAt(traits, magIndex(7))).toBeCloseTo(2.5, 9);
    expect(settling.readyAt(traits, magIndex(3))).toBeCloseTo(5.5, 9);
  });
  test('counts no more than the cap of a camera that begins late', () => {
    const slow = { startupDelay: seconds(3) };
    const capped = bench({
      traits: slow,
      given: { properties: { cameras: [camera(0, { startupCap: seconds(1.4) })] } },
    });
    capped.settling.imageShiftRestsAt(seconds(3));
    expect(capped.settling.readyAt(capped.traits, magIndex(7))).toBeCloseTo(3 + 0.8 - 1.4, 9);
    const free = bench({ traits: slow });
    free.settling.imageShiftRestsAt(seconds(3));
    expect(free.settling.readyAt(free.traits, magIndex(7))).toBeCloseTo(0.8, 9);
  });
  test('leaves the start-up of a scanning camera out when image shift comes last', () => {
    const { settling, scope, traits } = bench({ traits: { stem: true } });
    settling.imageShiftRestsAt(seconds(3));
    expect(settling.readyAt(traits, magIndex(7))).toBeCloseTo(3, 9);
    scope.normalized = 2;
    expect(settling.readyAt(traits, magIndex(7))).toBeCloseTo(4.5, 9);
  });
});

describe('taking an image', () => {
  test('waits until everything rests, then puts the image into A with its context', async () => {
    const { acquisition, control, requests, exposure, buffers } = bench();
    await control.write(shift(2, 1));
    const taken = await acquisition.take(exposure, { title: 'Test' });
    expect(requests[0]).toBeCloseTo(2 + 0.5, 9);
    expect(taken).toMatchObject({
      buffer: 'A',
      context: { magIndex: 7, magnification: 8000, netImageShift: shift(2, 1), stage: { x: 1e-6 }, title: 'Test' },
    });
    expect(taken.context.pixelSize! * 1e9).toBeCloseTo(4, 9);
    expect(buffers.get('A')!.frame).toBe(taken.frame);
  });
  test('asks the camera what it accepts and expects that size', async () => {
    const { acquisition, exposure } = bench();
    const taken = await acquisition.take({ ...exposure, binning: 4, area: { left: 0, top: 0, right: 63, bottom: 47 } });
    expect(taken.frame.image.shape).toEqual([11, 15]);
  });
  test('refuses an image of another size and keeps it out of the buffers', async () => {
    const { acquisition, exposure, buffers } = bench({ deliver: [24, 31] });
    await expect(acquisition.take(exposure)).rejects.toMatchObject({
      code: 'camera/unexpected-size',
      message: expect.stringContaining('31 x 24') as string,
    });
    expect(buffers.all()).toEqual([]);
  });
  test('is stopped while it waits, before the camera is asked', async () => {
    const { acquisition, control, exposure, requests } = bench();
    await control.write(shift(5, 0));
    const stop = new AbortController();
    const taking = acquisition.take(exposure, { signal: stop.signal });
    stop.abort(new StoppedError());
    await expect(taking).rejects.toThrow(StoppedError);
    expect(requests).toEqual([]);
  });
  test('takes an image also where nothing is known about pixels', async () => {
    const given: Given = { properties: { magnifications: [], cameras: [camera(0)] }, imageShifts: [] };
    const { acquisition, exposure } = bench({ given, toSpecimen: rotation(3) });
    expect((await acquisition.take(exposure)).context.pixelSize).toBeUndefined();
  });
});
