import { StoppedError, VirtualClock, metres, micrometres, radians, seconds, vector } from '../../../core/base';
import type { StagePosition } from '../../../core/devices';
import { BaseStage, type MoveCheck, type StageLeg } from '../../../core/kernel';

const reach = { stageLimits: { x: [-900, 900], y: [-900, 900] } as const, largestTilt: 60 };

/** A stage that takes a second for each leg, looks ten times whether it may go on, and writes down what it does. */
class SlowStage extends BaseStage {
  readonly done: string[] = [];
  canMove = true;
  fails = false;
  /** Called in the middle of each leg. */
  meanwhile: () => void = () => {};

  constructor(clock = new VirtualClock()) {
    super(clock, reach, () => new Error('busy'));
  }

  protected readPosition(): Promise<StagePosition> {
    return Promise.resolve({ x: metres(0), y: metres(0), z: metres(0), tilt: radians(0) });
  }

  protected override async begin(): Promise<void> {
    if (!this.canMove) throw new Error('locked');
  }

  protected async perform(leg: StageLeg, check: MoveCheck, signal?: AbortSignal): Promise<void> {
    this.done.push(`go to ${leg.x}`);
    for (let step = 0; step < 10; step++) {
      check();
      await this.clock.delay(seconds(0.1), signal);
      if (step === 4) this.meanwhile();
    }
    if (this.fails) throw new Error('stuck');
    this.done.push(`at ${leg.x}`);
  }

  protected override async halt(leg: StageLeg): Promise<void> {
    await this.clock.delay(seconds(0.5));
    this.done.push(`halted on the way to ${leg.x}`);
  }
}

const backlash = vector(micrometres(-5), micrometres(0));
const move = { x: micrometres(20), backlash };

test('makes the leg against backlash first, and notes when the last one ended', async () => {
  const stage = new SlowStage();
  expect(stage.lastMoved()).toBeUndefined();
  await stage.move(move);
  expect(stage.done).toEqual(['go to 15', 'at 15', 'go to 20', 'at 20']);
  expect(stage.lastMoved()).toBeCloseTo(2, 9);
});

test('refuses a second move while one is under way, and one that leads too far, and goes on', async () => {
  const stage = new SlowStage();
  const first = stage.move(move);
  await expect(stage.move({ x: micrometres(1) })).rejects.toThrow('busy');
  await expect(stage.move({ x: micrometres(901) })).rejects.toMatchObject({ code: 'limits/out-of-range' });
  await first;
  await stage.move({ x: micrometres(1) });
  expect(stage.done.at(-1)).toBe('at 1');
});

test('sends nothing to a stage that cannot move, nor after a STOP', async () => {
  const stage = new SlowStage();
  stage.canMove = false;
  await expect(stage.move(move)).rejects.toThrow('locked');
  await expect(stage.move(move, AbortSignal.abort(new StoppedError()))).rejects.toBeInstanceOf(StoppedError);
  expect(stage.done).toEqual([]);
  expect(stage.lastMoved()).toBeUndefined();
});

test('moves nothing when no axis is named, whether it could or not', async () => {
  const stage = new SlowStage();
  stage.canMove = false;
  await stage.move({ backlash });
  expect(stage.done).toEqual([]);
});

test.each(['signal', 'stop'])(
  'is brought to rest in the middle of a leg by %s, and the next leg is not made',
  async (by) => {
    const stage = new SlowStage();
    const controller = new AbortController();
    let stopped: Promise<void> | undefined;
    stage.meanwhile = () => {
      if (by === 'signal') controller.abort(new StoppedError());
      else stopped = stage.stop().then(() => void stage.done.push('stop has ended'));
    };
    await expect(stage.move(move, controller.signal)).rejects.toBeInstanceOf(StoppedError);
    await stopped;
    expect(stage.done).toEqual(['go to 15', 'halted on the way to 15', ...(by === 'stop' ? ['stop has ended'] : [])]);
    expect(stage.lastMoved()).toBeGreaterThan(0.9);
    stage.meanwhile = () => {};
    await stage.move({ x: micrometres(1) });
    expect(stage.done.at(-1)).toBe('at 1');
  },
);

test('is brought to rest after a leg that went wrong, and says what went wrong', async () => {
  const stage = new SlowStage();
  stage.fails = true;
  await expect(stage.move(move)).rejects.toThrow('stuck');
  expect(stage.done).toEqual(['go to 15', 'halted on the way to 15']);
});

test('has nothing to stop when it stands', async () => {
  const stage = new SlowStage();
  await stage.stop();
  await stage.move({ x: micrometres(3) });
  expect(stage.done).toEqual(['go to 3', 'at 3']);
});
