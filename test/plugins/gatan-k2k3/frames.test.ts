import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nanometres, seconds } from '../../../core/base';
import type { Exposure, FrameSaving, FrameSeries } from '../../../core/devices';
import { type GatanFunctions, gatanFunctions } from '../../../plugins/gatan-k2k3/protocol/functions';
import { type RequestOf, decodeMessage, unpackText } from '../../../wires';
import { until } from '../../support/until';
import { type Bench, bench, countAt, propertiesOf } from './setup';

let folder: string;
let under: Bench;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'eucentric-frames-'))));
afterEach(async () => {
  await under.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const whole = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 2,
  area: { left: 0, top: 0, right: 128, bottom: 96 },
  exposure: seconds(0.5),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'counting',
  ...more,
});
const site = (
  lines: Readonly<Record<string, string | number>> = {},
  general: Readonly<Record<string, string | number>> = {},
) => propertiesOf({ Retractable: 0, ...lines }, general);
const divided = (frameTime: number, saving?: Partial<FrameSaving>): FrameSeries => ({
  frameTime: seconds(frameTime),
  ...(saving && { saving: { folder, name: 'run1', ...saving } }),
});
const codes = (): readonly number[] => under.requests.map((request) => request.readInt32LE(4)).slice(5);
function sent<Name extends keyof GatanFunctions>(name: Name): RequestOf<GatanFunctions[Name]> {
  const { code, request } = gatanFunctions[name];
  return decodeMessage(
    name,
    under.requests.filter((each) => each.readInt32LE(4) === code).at(-1)!,
    request,
  ) as RequestOf<GatanFunctions[Name]>;
}

/** Reads a stack by the description of the format alone: columns, rows, frames, ångströms a pixel, and counts with row 0 at the top. */
function readStack(file: string) {
  const bytes = readFileSync(file);
  const [columns, rows, count, mode] = [0, 4, 8, 12].map((at) => bytes.readInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  expect([mode, bytes.toString('latin1', 208, 211), bytes.length]).toEqual([
    6,
    'MAP',
    1024 + 2 * columns * rows * count,
  ]);
  const at = (frame: number, row: number, column: number): number =>
    bytes.readUInt16LE(1024 + 2 * ((frame * rows + (rows - 1 - row)) * columns + column));
  return { columns, rows, count, pixelSize: bytes.readFloatLE(40) / columns, at };
}

describe('the frames of an exposure', () => {
  it('have a time that the detector gives, and fill the exposure', async () => {
    under = await bench(site());
    const fitted = (exposure: number, frameTime: number) => {
      const { exposure: total, frames } = under.camera.fit(
        whole({ exposure: seconds(exposure), frames: divided(frameTime) }),
      );
      return [total / frames!.frameTime, frames!.frameTime / 0.000665779];
    };
    for (const [exposure, frameTime, count] of [
      [1, 0.1, 10],
      [0.03, 0.1, 1],
      [1, 0.0001, 75],
      [1e5, 1, 299],
      [0.26, 0.05, 5],
    ] as const) {
      const [frames, steps] = fitted(exposure, frameTime);
      expect(frames).toBeCloseTo(count, 6);
      expect(steps! % 1).toBeCloseTo(Math.round(steps!) - Math.floor(steps!), 6);
      expect(steps).toBeGreaterThanOrEqual(20 - 1e-6);
    }
    const once = under.camera.fit(whole({ frames: divided(0.1, { returnAfter: 3 }) }));
    expect(under.camera.fit(once)).toEqual(once);
    expect(under.camera.fit(whole({ frames: divided(0.1, { returnAfter: 9 }) })).frames!.saving).toEqual({
      folder,
      name: 'run1',
    });
  });

  it.each([
    ['K3', {}, 0.000665779, 0.0133156],
    ['K2 Summit', { K2Type: 1 }, 0.0025, 0.025],
    ['K2 Base', { K2Type: 2 }, 0.1138, 0.1138],
  ] as const)('of a %s are reported', async (_detector, lines, step, shortestFrame) => {
    under = await bench(site(lines));
    expect(under.camera.traits.frames).toEqual({ step, shortestFrame });
  });

  it('are added up, after a start that each of them puts off', async () => {
    under = await bench(site());
    const { camera, clock } = under;
    const frame = await camera.acquire(camera.fit(whole({ frames: divided(0.1) })));
    expect(frame.frames).toEqual({ count: 5, saved: 0, doseRate: expect.any(Number) as number });
    expect(frame.image.get(0, 0)).toBe(5 * countAt(0.5, 0.5));
    expect(frame.image.get(47, 63)).toBe(5 * countAt(63.5, 47.5));
    expect(frame.began).toBeCloseTo(clock.now() + 1 + 5 * 0.005, 9);
    expect(codes()).toEqual([9, 29, 6, 40]);
    expect(sent('SetK2Parameters2')).toMatchObject({ doseFractions: true, saveFrames: false, align: false });
    expect(sent('SetK2Parameters2').frameTime).toBeCloseTo(0.1, 3);
    // Of the ramp: its mean over the chip, in every frame.
    expect(frame.frames!.doseRate! * frame.exposure.frames!.frameTime).toBeCloseTo(countAt(32, 24), 0);
  });

  it('of a K2 are read in pixels of the chip, whatever the binning', async () => {
    under = await bench(site({ K2Type: 1 }));
    const { camera } = under;
    const area = { left: 16, top: 8, right: 80, bottom: 72 };
    const frame = await camera.acquire(camera.fit(whole({ binning: 4, area, frames: divided(0.25) })));
    expect(sent('GetAcquiredImage')).toMatchObject({
      left: 8,
      top: 4,
      right: 40,
      bottom: 36,
      width: 16,
      height: 16,
      binning: 2,
    });
    expect(sent('SetK2Parameters2')).toMatchObject({
      // DigitalMicrograph reads frames of the whole chip; the server cuts the part out.
      flags: 1 + 8,
      reducedSizes: 16 + 100000 * 16,
      fullSizes: 64 + 100000 * 48,
    });
    expect(frame.image.get(0, 0)).toBe(2 * countAt(9, 5));
  });

  it('of a part need a server that cuts them, and nothing is asked for without it', async () => {
    under = await bench(site(), { identity: { pluginVersion: 117, version: 50331, build: 2300 } });
    const { camera } = under;
    const area = { left: 16, top: 8, right: 80, bottom: 72 };
    await expect(camera.acquire(camera.fit(whole({ area, frames: divided(0.25) })))).rejects.toMatchObject({
      code: 'gatan/old-server',
      message: expect.stringContaining('a part of Test in frames needs 118') as string,
    });
    expect(codes()).toEqual([]);
    await camera.acquire(camera.fit(whole({ frames: divided(0.25) })));
  });

  it.each(['server', 'this program', 'DigitalMicrograph'] as const)(
    'are saved as the operator sees the image that is turned by %s',
    async (turnedBy) => {
      under = await bench(site({ RotationAndFlip: 5 }), { turnedBy });
      const { camera } = under;
      const frame = await camera.acquire(camera.fit(whole({ frames: divided(0.1, { pixelSize: nanometres(0.123) }) })));
      expect(frame.frames).toMatchObject({ count: 5, saved: 5 });
      expect(codes()).toEqual([9, 27, 29, 6, 26, 40]);
      expect(sent('SetK2Parameters2')).toMatchObject({ rotationFlip: 0, saveFrames: true });
      expect(unpackText(sent('SetupFileSaving2').array)).toEqual([folder, 'run1']);
      const stack = readStack(join(folder, 'run1.mrc'));
      const [rows, columns] = frame.image.shape as [number, number];
      expect([stack.rows, stack.columns, stack.count]).toEqual([rows, columns, 5]);
      expect(stack.pixelSize).toBeCloseTo(1.23, 5);
      for (const [row, column] of [
        [0, 0],
        [0, columns - 1],
        [rows - 1, 0],
        [7, 20],
      ] as const) {
        const total = [0, 1, 2, 3, 4].reduce((sum, at) => sum + stack.at(at, row, column), 0);
        expect(total).toBe(frame.image.get(row, column));
      }
    },
  );

  it('are not taken when they could not be saved', async () => {
    under = await bench(site());
    const { camera } = under;
    const take = (saving: Partial<FrameSaving>) => camera.acquire(camera.fit(whole({ frames: divided(0.1, saving) })));
    await expect(take({ folder: join(folder, 'missing') })).rejects.toMatchObject({
      code: 'gatan/cannot-save',
      message: expect.stringMatching(
        /^DigitalMicrograph at .* cannot save the frames: the folder does not exist; no image was taken\.$/,
      ) as string,
    });
    writeFileSync(join(folder, 'taken.mrc'), 'mine');
    await expect(take({ name: 'taken' })).rejects.toMatchObject({
      code: 'gatan/cannot-save',
      message: expect.stringContaining('the file exists already') as string,
    });
    await expect(take({ folder: join(folder, 'taken.mrc') })).rejects.toMatchObject({
      message: expect.stringContaining('is a file') as string,
    });
    expect(codes()).not.toContain(6);
    expect(readFileSync(join(folder, 'taken.mrc'), 'utf8')).toBe('mine');
    for (const name of ['', '../up', 'a/b'])
      await expect(take({ name })).rejects.toMatchObject({ code: 'gatan/bad-exposure' });
    expect(codes().filter((code) => code === 27)).toHaveLength(3);
  });

  it('that were lost while they were saved are an error, not an image', async () => {
    under = await bench(site(), { exposing: async () => rmSync(folder, { recursive: true, force: true }) });
    const { camera } = under;
    await expect(camera.acquire(camera.fit(whole({ frames: divided(0.1, {}) })))).rejects.toMatchObject({
      code: 'gatan/not-saved',
      message: expect.stringContaining('saved only 0 frames') as string,
    });
  });
});

describe('an early return', () => {
  it('gives the sum of the first frames at once and that of all of them later, once', async () => {
    under = await bench(site());
    const { camera } = under;
    await expect(camera.deferredSum()).rejects.toMatchObject({ code: 'gatan/no-deferred-sum' });
    const first = await camera.acquire(camera.fit(whole({ frames: divided(0.1, { returnAfter: 2 }) })));
    expect(first.image.get(0, 0)).toBe(2 * countAt(0.5, 0.5));
    expect(first.frames).toMatchObject({ count: 5 });
    expect(first.frames).not.toHaveProperty('saved');
    expect(sent('SetupFileSaving2')).toMatchObject({ flags: 0x4080, grabAndSum: 2 });
    const sum = await camera.deferredSum();
    expect(sum.image.get(0, 0)).toBe(5 * countAt(0.5, 0.5));
    expect([sum.began, sum.exposure]).toEqual([first.began, first.exposure]);
    expect(codes()).toEqual([9, 27, 29, 6, 40, 39, 37]);
    expect(readStack(join(folder, 'run1.mrc')).count).toBe(5);
    await expect(camera.deferredSum()).rejects.toMatchObject({ code: 'gatan/no-deferred-sum' });
  });

  it('is not asked for together with synchronous saving', async () => {
    under = await bench(site({}, { K2SynchronousSaving: 1 }));
    const { camera } = under;
    await camera.acquire(camera.fit(whole({ frames: divided(0.1, {}) })));
    expect(sent('SetupFileSaving2').flags).toBe(0x20);
    await camera.acquire(camera.fit(whole({ frames: divided(0.1, { name: 'run2', returnAfter: 1 }) })));
    expect(sent('SetupFileSaving2').flags).toBe(0x4080);
    await camera.deferredSum();
    expect(readdirSync(folder).sort()).toEqual(['run1.mrc', 'run2.mrc']);
  });
});

describe('continuous mode', () => {
  it('hands over images until it is stopped, then leaves the camera idle on the same connection', async () => {
    under = await bench(site());
    const { camera, server } = under;
    const stop = new AbortController();
    const counts: number[] = [];
    await camera.watch(
      camera.fit(whole({ exposure: seconds(0.1) })),
      async (frame) => {
        expect(server.viewing).toBe(true);
        counts.push(frame.image.get(0, 0));
        if (counts.length === 3) stop.abort();
      },
      stop.signal,
    );
    expect(counts).toEqual(Array.from({ length: 3 }, () => countAt(0.5, 0.5)));
    expect(codes()).toEqual([9, 29, 6, 6, 6, 30]);
    const bits = under.requests.filter((each) => each.readInt32LE(4) === 6).map((each) => each.readInt32LE(20));
    expect(bits).toEqual([2 | 8 | 64 | 128 | 2048, 2 | 8 | 64 | 128, 2 | 8 | 64 | 128]);
    expect(server.viewing).toBe(false);
    expect((await camera.acquire(camera.fit(whole()))).image.get(0, 0)).toBe(countAt(0.5, 0.5));
  });

  it('is ended by a stop of the camera, and when what watches fails', async () => {
    under = await bench(site());
    const { camera, server } = under;
    let shown = 0;
    const watching = camera.watch(camera.fit(whole()), () => void shown++, new AbortController().signal);
    await until('two images were shown', () => shown >= 2);
    await camera.stop();
    await watching;
    expect(server.viewing).toBe(false);
    const failing = camera.watch(
      camera.fit(whole()),
      () => Promise.reject(new Error('no room')),
      new AbortController().signal,
    );
    await expect(failing).rejects.toThrow('no room');
    expect(server.viewing).toBe(false);
    expect(codes().at(-1)).toBe(30);
    await expect(
      camera.watch(camera.fit(whole({ frames: divided(0.1) })), () => {}, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'gatan/bad-exposure' });
  });
});
