import {
  type Metres,
  VirtualClock,
  inMicrometres,
  magIndex,
  micrometres,
  radians,
  seconds,
  vector,
} from '../../../core/base';
import {
  BeamShift,
  type Camera,
  type CameraTraits,
  type Driver,
  type Exposure,
  Illumination,
  LensNormalization,
  ProbeModeSelector,
  Scope,
  type SettingDriver,
  type Stage,
  type StageMove,
  type StagePosition,
} from '../../../core/devices';
import { createHooks } from '../../../core/kernel';
import { guardCamera } from '../../../core/kernel/guards/guard-camera';
import { guardDevice } from '../../../core/kernel/guards/guard-device';
import { guardStage } from '../../../core/kernel/guards/guard-stage';
import type { Guarding } from '../../../core/kernel/guards/guarding';
import type { DeviceLimits } from '../../../core/kernel/guards/limits';
import { randomNumbers } from '../../../statistics/support/random-numbers';
import { verifying } from '../../../testing/verifying';

const draws = verifying ? 1_000_000 : 20_000;
const limits: DeviceLimits = {
  magIndexes: new Set([1, 2, 5].map(magIndex)),
  stage: { x: [-900, 950], y: [-800, 850], z: [-200, 200] },
  largestTiltDegrees: 65,
  longestExposureSeconds: 60,
};

function guarding(watch: (call: string) => void = () => {}): Guarding {
  return { hooks: createHooks(), limits, watch, clock: new VirtualClock() };
}

/** A stage that makes every move and remembers the moves. */
function stageUnderTest() {
  const sent: StageMove[] = [];
  const at: StagePosition = { x: micrometres(0), y: micrometres(0), z: micrometres(0), tilt: radians(0) };
  const stage: Driver<Stage> = {
    position: { read: async () => at },
    move: async (move) => void sent.push(move),
    stop: async () => {},
    lastMoved: () => undefined,
  };
  return { stage, sent };
}

const within = (value: Metres | undefined, [low, high]: readonly [number, number]): boolean =>
  value === undefined || (inMicrometres(value) >= low - 1e-6 && inMicrometres(value) <= high + 1e-6);

test(`of ${draws} stage moves drawn at random none is sent outside the limits, nor by way of its backlash`, async () => {
  const { stage, sent } = stageUnderTest();
  const guarded = guardStage(stage, guarding());
  const next = randomNumbers(1);
  const special = [NaN, Infinity, -Infinity, 0, -900e-6, 950e-6, 951e-6];
  const coordinate = (): Metres | undefined =>
    next() < 0.2 ? undefined : ((next() < 0.1 ? special[Math.floor(7 * next())]! : (next() - 0.5) * 3e-3) as Metres);
  let refused = 0;
  for (let draw = 0; draw < draws; draw++) {
    const [x, y, z] = [coordinate(), coordinate(), next() < 0.5 ? undefined : coordinate()];
    const tilt = next() < 0.5 ? undefined : radians((next() - 0.5) * 4);
    const backlash =
      next() < 0.5 ? undefined : vector(((next() - 0.5) * 2e-4) as Metres, ((next() - 0.5) * 2e-4) as Metres);
    const move: StageMove = {
      ...(x !== undefined && { x }),
      ...(y !== undefined && { y }),
      ...(z !== undefined && { z }),
      ...(tilt !== undefined && { tilt }),
      ...(backlash && { backlash }),
    };
    await guarded.move(move).catch((error: { code: string }) => {
      expect(error.code).toBe('limits/out-of-range');
      refused += 1;
    });
  }
  const { stage: range, largestTiltDegrees: tilt } = limits;
  const outside = sent.filter(
    (move) =>
      !within(move.x, range!.x) ||
      !within(move.y, range!.y) ||
      !within(move.z, range!.z!) ||
      (move.backlash &&
        (!within(move.x === undefined ? undefined : ((move.x + move.backlash.x) as Metres), range!.x) ||
          !within(move.y === undefined ? undefined : ((move.y + move.backlash.y) as Metres), range!.y))) ||
      (move.tilt !== undefined && !(Math.abs(move.tilt) <= (tilt! * Math.PI) / 180 + 1e-9)),
  );
  expect(outside).toEqual([]);
  expect(sent.length).toBeGreaterThan(0.05 * draws);
  expect(refused).toBe(draws - sent.length);
});

test('a move that a plugin changed is checked again before it is sent', async () => {
  const { stage, sent } = stageUnderTest();
  const watching = guarding();
  watching.hooks.willMoveStage.tapPromise('test', async (move) => ({ ...move, x: micrometres(5000) }));
  await expect(guardStage(stage, watching).move({ x: micrometres(1) })).rejects.toMatchObject({
    code: 'limits/out-of-range',
    message: expect.stringContaining('5000.00 um') as string,
  });
  expect(sent).toEqual([]);
});

const traits = { index: 4, name: 'camera', width: 4096, height: 2048, binnings: [1, 2, 4] } as unknown as CameraTraits;

test(`of ${draws} exposures drawn at random none is sent that the camera cannot take`, async () => {
  const sent: Exposure[] = [];
  const camera: Camera = {
    traits,
    fit: (wanted) => wanted,
    acquire: async (exposure) => (sent.push(exposure), {} as never),
    stop: async () => {},
  };
  const guarded = guardCamera(camera, guarding());
  const next = randomNumbers(2);
  const whole = (most: number): number => Math.floor((next() - 0.2) * most);
  let refused = 0;
  for (let draw = 0; draw < draws; draw++) {
    const [left, top] = [whole(4000), whole(2000)];
    const exposure: Exposure = {
      binning: [1, 2, 3, 4, 0, -1, NaN][Math.floor(next() * next() * 7)]!,
      area: { left, top, right: left + whole(4000), bottom: top + whole(2000) },
      exposure: seconds(next() < 0.1 ? [NaN, -1, 0, Infinity, 61][Math.floor(5 * next())]! : 70 * next()),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
    };
    await guarded.acquire(exposure).catch((error: { code: string }) => {
      expect(error.code).toBe('limits/out-of-range');
      refused += 1;
    });
  }
  const possible = ({ binning, area, exposure }: Exposure): boolean =>
    traits.binnings.includes(binning) &&
    exposure > 0 &&
    exposure <= 60 &&
    area.left >= 0 &&
    area.top >= 0 &&
    area.left < area.right &&
    area.top < area.bottom &&
    area.right <= 4096 &&
    area.bottom <= 2048;
  expect(sent.filter((exposure) => !possible(exposure))).toEqual([]);
  expect(sent.length).toBeGreaterThan(0.02 * draws);
  expect(refused).toBe(draws - sent.length);
});

describe('the column', () => {
  type Drivers = Driver<Scope> &
    Driver<Illumination> &
    Driver<ProbeModeSelector> &
    Driver<BeamShift> &
    Driver<LensNormalization>;
  type Devices = Scope & Illumination & ProbeModeSelector & BeamShift & LensNormalization;
  const guardColumn = (scope: Drivers, watching: Guarding): Devices => ({
    ...guardDevice(Scope, scope, watching),
    ...guardDevice(Illumination, scope, watching),
    ...guardDevice(ProbeModeSelector, scope, watching),
    ...guardDevice(BeamShift, scope, watching),
    ...guardDevice(LensNormalization, scope, watching),
  });

  /** A column of settings in memory, which notes what the guards pass on to it. */
  function column() {
    const told: string[] = [];
    const setting = (name: string, initial: unknown): SettingDriver<never> => {
      let value = initial;
      return {
        read: async () => value as never,
        write: async (wanted) => void ((value = wanted), told.push(`${name} ${JSON.stringify(wanted)}`)),
      };
    };
    const zero = { x: 0, y: 0 };
    const scope = {
      traits: {},
      spotSizes: 11,
      magIndex: setting('mag index', 1),
      imageShift: setting('image shift', zero),
      beamShift: setting('beam shift', zero),
      defocus: setting('defocus', 0),
      absoluteFocus: setting('absolute focus', 0),
      spotSize: { ...setting('spot size', 3), range: [1, 11] },
      intensity: setting('intensity', 0.5),
      probeMode: setting('probe mode', 'micro'),
      screenDown: setting('screen', false),
      beamBlanked: setting('beam blanking', false),
      highTension: setting('high tension', 3e5),
      normalize: async (group: string) => void told.push(`normalize ${group}`),
      lastNormalized: () => undefined,
    } as unknown as Drivers;
    return { scope, told };
  }

  test.each<[string, (scope: Devices) => Promise<void>]>([
    ['a mag index that is not in the table', (scope) => scope.magIndex.write(magIndex(3))],
    ['spot size 12 of 11', (scope) => scope.spotSize.write(12)],
    ['spot size 0', (scope) => scope.spotSize.write(0)],
    ['an intensity above 1', (scope) => scope.intensity.write(1.01)],
    ['an intensity that is not a number', (scope) => scope.intensity.write(NaN)],
    ['an image shift that is not a number', (scope) => scope.imageShift.write({ x: NaN, y: 0 } as never)],
    ['an infinite beam shift', (scope) => scope.beamShift.write({ x: 0, y: Infinity } as never)],
    ['a defocus that is not a number', (scope) => scope.defocus.write(NaN as never)],
  ])('never gets %s', async (_, write) => {
    const { scope, told } = column();
    const seen: string[] = [];
    await expect(
      write(
        guardColumn(
          scope,
          guarding((call) => void seen.push(call)),
        ),
      ),
    ).rejects.toMatchObject({ code: 'limits/out-of-range' });
    expect([told, seen]).toEqual([[], []]);
  });

  test('gets nothing once STOP was pressed', async () => {
    const { scope, told } = column();
    const guarded = guardColumn(scope, guarding());
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(guarded.magIndex.write(magIndex(2), stopped)).rejects.toThrow('stopped');
    await expect(guarded.normalize('projector', stopped)).rejects.toThrow('stopped');
    expect(told).toEqual([]);
  });

  test('has its hooks called around a change, with what was before and what comes', async () => {
    const { scope, told } = column();
    const watching = guarding();
    const note = (name: string) => async (from: unknown, to: unknown) =>
      void told.push(`${name} ${String(from)} ${String(to)}`);
    watching.hooks.willChangeMagnification.tapPromise('test', note('will'));
    watching.hooks.didChangeMagnification.tapPromise('test', note('did'));
    watching.hooks.didChangeSpot.tapPromise('test', note('spot'));
    watching.hooks.didChangeProbeMode.tapPromise('test', note('probe'));
    const guarded = guardColumn(scope, watching);
    await guarded.magIndex.write(magIndex(5));
    await guarded.spotSize.write(4);
    await guarded.probeMode.write('nano');
    expect(told).toEqual([
      'will 1 5',
      'mag index 5',
      'did 1 5',
      'spot size 4',
      'spot 3 4',
      'probe mode "nano"',
      'probe micro nano',
    ]);
  });

  test('a plugin that refuses a change of magnification keeps it from being sent', async () => {
    const { scope, told } = column();
    const watching = guarding();
    watching.hooks.willChangeMagnification.tapPromise('test', async () => Promise.reject(new Error('not now')));
    await expect(guardDevice(Scope, scope, watching).magIndex.write(magIndex(5))).rejects.toThrow('not now');
    expect(told).toEqual([]);
  });

  test('a failing watcher rejects, it never throws in the middle of a call', async () => {
    const { scope } = column();
    const guarded = guardDevice(Scope, scope, guarding(() => {
      throw new Error('broken off');
    })); // prettier-ignore
    await expect(guarded.highTension.read()).rejects.toThrow('broken off');
    await expect(guarded.defocus.read()).rejects.toThrow('broken off');
  });
});
