import { VirtualClock, cameraIndex, magIndex, seconds } from '../../../core/base';
import type { Camera, CameraTraits, Exposure, Frame } from '../../../core/devices';
import { LiveImages } from '../../../core/acquisition';
import { RollingBuffers } from '../../../core/kernel';
import { parseSettings } from '../../../core/settings';
import { image } from '../../../imaging';

const { settings } = parseSettings(
  'ActiveCameraList: [0]\ncameras:\n  - { index: 0, Name: Ceta, CameraSizeX: 64, CameraSizeY: 64, PixelSizeInMicrons: 14, Binnings: [1, 2] }\n',
  'i.yaml',
);
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A camera that delivers numbered images when the test wants it to, as a stream or one by one. */
function bench({ stream = false } = {}) {
  const clock = new VirtualClock(new Date(0));
  let waiting: ((failure?: Error) => void) | undefined;
  let taken = 0;
  const log: string[] = [];
  const frame = (exposure: Exposure): Frame => ({
    image: image(Uint16Array.of(++taken), 1, 1),
    exposure,
    camera: cameraIndex(0),
    began: clock.now(),
  });
  const next = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      waiting = (failure) => (failure ? reject(failure) : resolve());
      signal?.addEventListener(
        'abort',
        () => {
          waiting = undefined;
          reject(signal.reason as Error);
        },
        { once: true },
      );
    });
  const camera: Camera = {
    traits: { index: cameraIndex(0), width: 64, height: 64, name: 'Ceta' } as CameraTraits,
    fit: (wanted) => wanted,
    acquire: async (exposure, signal) => {
      log.push('acquire');
      await next(signal);
      return frame(exposure);
    },
    stop: () => Promise.resolve(),
    ...(stream && {
      watch: async (exposure: Exposure, show: (each: Frame) => void | Promise<void>, signal: AbortSignal) => {
        log.push('watch');
        try {
          for (;;) {
            await next(signal);
            await show(frame(exposure));
          }
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      },
    }),
  };
  const buffers = new RollingBuffers();
  const live = new LiveImages({
    cameras: { selected: camera },
    settings,
    buffers,
    clock,
    context: () => Promise.resolve({ magIndex: magIndex(5), magnification: 1000 }),
    warn: (text) => void log.push(text),
  });
  const deliver = async (failure?: Error): Promise<void> => {
    while (!waiting) await tick();
    const give = waiting;
    waiting = undefined;
    give(failure);
    await tick();
    await tick();
  };
  const shown = (): readonly number[] => buffers.all().map((each) => each.frame.image.data[0]!);
  return { live, buffers, deliver, shown, log, clock };
}

describe.each([{ stream: false }, { stream: true }])('a live image from a camera with stream: $stream', (options) => {
  test('rolls the buffers once and then shows each image in place of the last', async () => {
    const { live, deliver, shown, buffers, log } = bench(options);
    const first = live.start('View');
    await deliver();
    expect((await first).frame.image.data[0]).toBe(1);
    expect(live.running).toBe('View');
    await deliver();
    await deliver();
    expect(shown()).toEqual([3]);
    expect(buffers.get('A')!.context).toMatchObject({ title: 'Live: View', live: true });
    await live.stop();
    expect(live.running).toBeUndefined();
    expect(log.filter((line) => line === 'watch')).toHaveLength(options.stream ? 1 : 0);
  });

  test('is shown beside a question of a run that holds the camera, and goes on as it was after the run', async () => {
    const { live, deliver } = bench(options);
    const first = live.start('View');
    await deliver();
    await first;
    const release = await live.yieldCamera();
    await expect(live.start('Record')).rejects.toMatchObject({ code: 'live/camera-busy' });
    const beside = live.showBeside('Trial');
    await deliver();
    const end = await beside;
    expect(live.running).toBe('Trial');
    await end();
    expect(live.running).toBeUndefined();
    release();
    await deliver();
    expect(live.running).toBe('View');
    await end();
    expect(live.running).toBe('View');
    await live.stop();
  });

  test('has what is found in each image drawn over it, as long as somebody asked for that', async () => {
    const { live, deliver, buffers } = bench(options);
    const drawing = (found: number) => ({ outlines: [], numbers: [{ label: 'Found', text: String(found) }] });
    const beside = live.showBeside('Trial', ({ frame }) => drawing(frame.image.data[0]!));
    await deliver();
    const end = await beside;
    expect(buffers.get('A')!.context.drawing).toEqual(drawing(1));
    await deliver();
    expect(buffers.get('A')!.context.drawing).toEqual(drawing(2));
    await end();
    void live.start('Trial').catch(() => undefined);
    await deliver();
    expect(buffers.get('A')!.context.drawing).toBeUndefined();
    await live.stop();
  });

  test('leaves its place to the next image that is taken', async () => {
    const { live, deliver, shown, buffers } = bench(options);
    void live.start('View').catch(() => undefined);
    await deliver();
    await live.stop();
    const held = buffers.get('A')!;
    const { live: _, ...context } = held.context;
    buffers.add(held.frame, context);
    expect(shown()).toHaveLength(1);
    buffers.add(held.frame, context);
    expect(shown()).toHaveLength(2);
  });

  test('gives the camera to a run and goes on after it; nobody can start it meanwhile', async () => {
    const { live, deliver, shown } = bench(options);
    void live.start('Focus').catch(() => undefined);
    await deliver();
    const release = await live.yieldCamera();
    const inner = await live.yieldCamera();
    expect(live.running).toBeUndefined();
    await expect(live.start('View')).rejects.toMatchObject({ code: 'live/camera-busy' });
    release();
    release();
    expect(live.running).toBeUndefined();
    inner();
    expect(live.running).toBe('Focus');
    await deliver();
    expect(shown()[0]).toBeGreaterThan(1);
    await live.stop();
  });

  test('stays off after a run where it was off before', async () => {
    const { live } = bench(options);
    (await live.yieldCamera())();
    expect(live.running).toBeUndefined();
  });

  test('changes to another set, and ends with a message where the camera fails', async () => {
    const { live, deliver, log } = bench(options);
    void live.start('View').catch(() => undefined);
    await deliver();
    const other = live.start('Trial');
    await deliver();
    await other;
    expect(live.running).toBe('Trial');
    await deliver(new Error('no cooling'));
    await tick();
    expect(live.running).toBeUndefined();
    expect(log.at(-1)).toMatch(/live image has ended: no cooling/);
  });

  test('that cannot begin throws what the camera says', async () => {
    const { live, deliver } = bench(options);
    const first = live.start('View');
    const ended = expect(first).rejects.toThrow('no cooling');
    await deliver(new Error('no cooling'));
    await ended;
    expect(live.running).toBeUndefined();
  });
});

test('the rate is that of the images since the first', async () => {
  const { live, deliver, clock } = bench();
  void live.start('View').catch(() => undefined);
  await deliver();
  for (let k = 0; k < 4; k++) {
    await clock.delay(seconds(0.5));
    await deliver();
  }
  expect(live.rate).toEqual({ images: 5, perSecond: 2 });
  await live.stop();
});

test('a live image of a simulated clock leaves the event loop to others between two images', async () => {
  const clock = new VirtualClock(new Date(0));
  let [turns, work] = [0, 0];
  const between: number[] = [];
  const camera: Camera = {
    traits: { index: cameraIndex(0), width: 64, height: 64, name: 'Ceta' } as CameraTraits,
    fit: (wanted) => wanted,
    acquire: async (exposure) => {
      between.push(turns);
      turns = 0;
      // The virtual microscope computes an image, and nothing else runs meanwhile.
      for (let step = 0; step < 2e7; step++) work += step % 7;
      await clock.delay(exposure.exposure);
      return { image: image(Uint16Array.of(1), 1, 1), exposure, camera: cameraIndex(0), began: clock.now() };
    },
    stop: () => Promise.resolve(),
  };
  const live = new LiveImages({
    cameras: { selected: camera },
    settings,
    buffers: new RollingBuffers(),
    clock,
    context: () => Promise.resolve({ magIndex: magIndex(5), magnification: 1000 }),
    warn: () => {},
  });
  let runs = true;
  const turn = (): void => {
    turns += 1;
    if (runs) setImmediate(turn);
  };
  setImmediate(turn);
  await live.start('View');
  while (between.length < 6) await tick();
  await live.stop();
  runs = false;
  // A socket needs some turns for one answer.
  expect(Math.min(...between.slice(1))).toBeGreaterThan(20);
  expect(work).toBeGreaterThan(0);
});
