import {
  CombinedError,
  Disposables,
  EucentricError,
  KeyLetters,
  RealClock,
  Registry,
  StoppedError,
  type Token,
  VirtualClock,
  optional,
  seconds,
  errorContents,
  isNotAvailable,
  token,
} from '../../../core/base';

interface Horn {
  blow(): string;
}
const Horn = token<Horn>('Horn');

describe('tokens and the registry', () => {
  test('what is provided is found, and the owner is known', () => {
    const registry = new Registry();
    expect(registry.provide(Horn, { blow: () => 'toot' }, 'brass')).toBeUndefined();
    expect(registry.get(Horn).blow()).toBe('toot');
    expect(registry.ownerOf(Horn)).toBe('brass');
  });

  test('a second claim names the first owner and changes nothing', () => {
    const registry = new Registry();
    registry.provide(Horn, { blow: () => 'first' }, 'brass');
    expect(registry.provide(Horn, { blow: () => 'second' }, 'wood')).toBe('brass');
    expect(registry.get(Horn).blow()).toBe('first');
  });

  test('a missing token is named, an optional one is undefined', () => {
    const registry = new Registry();
    expect(() => registry.get(Horn)).toThrow('Horn');
    expect(registry.get(optional(Horn))).toBeUndefined();
    expect(registry.missing([Horn, optional(Horn)])).toEqual([Horn]);
  });

  test('registries do not share what they hold', () => {
    new Registry().provide(Horn, { blow: () => '' }, 'one');
    expect(new Registry().has(Horn)).toBe(false);
  });

  test('a value of the wrong type does not compile', () => {
    const registry = new Registry();
    // @ts-expect-error -- a number is not a horn
    registry.provide(Horn, 7, 'brass');
    // @ts-expect-error -- a token of a horn is not a token of a number
    const wrong: Token<number> = Horn;
    expect(wrong).toBeDefined();
  });
});

describe('virtual time', () => {
  test('a delay moves the clock to its end at once', async () => {
    const clock = new VirtualClock();
    // An hour of real time would be over the limit of the test.
    await clock.delay(seconds(3600));
    expect(clock.now()).toBe(3600);
  });

  test('is dated by a calendar of its own, or by one that is given: people date things in real time', async () => {
    const own = new VirtualClock(new Date('2026-03-01T10:00:00Z'));
    await own.delay(seconds(60));
    expect(own.date()).toEqual(new Date('2026-03-01T10:01:00Z'));
    const given = new VirtualClock(() => new Date('2026-03-01T10:00:00Z'));
    await given.delay(seconds(60));
    expect(given.date()).toEqual(new Date('2026-03-01T10:00:00Z'));
  });

  test('that passes faster than real time leaves the date alone', async () => {
    const today = new Date('2026-03-01T10:00:00Z');
    const others = ['performance', 'setImmediate', 'setTimeout', 'clearTimeout'] as const;
    jest.useFakeTimers({ now: today, doNotFake: [...others, 'nextTick', 'queueMicrotask'] });
    try {
      const fast = new RealClock(100_000);
      await fast.delay(seconds(3600));
      // Timers of Node may end a millisecond early, which is 100 s at this speed.
      expect(fast.now()).toBeGreaterThan(3600 - 200);
      expect(fast.date()).toEqual(today);
    } finally {
      jest.useRealTimers();
    }
  });

  test('of several delays the earliest ends first', async () => {
    const clock = new VirtualClock();
    const order: number[] = [];
    await Promise.all([5, 1, 3].map((each) => clock.delay(seconds(each)).then(() => order.push(each))));
    expect(order).toEqual([1, 3, 5]);
    expect(clock.now()).toBe(5);
  });

  test.each([new VirtualClock(), new RealClock()])('an abort ends a delay with the reason', async (clock) => {
    const controller = new AbortController();
    const waiting = clock.delay(seconds(1000), controller.signal);
    controller.abort(new StoppedError('Test'));
    await expect(waiting).rejects.toThrow('Test was stopped');
    await expect(clock.delay(seconds(1), controller.signal)).rejects.toThrow('stopped');
    expect(clock.now()).toBeLessThan(1000);
  });
});

describe('undoing', () => {
  test('is last-in first-out, goes on after a failure, and happens once', async () => {
    const done: string[] = [];
    const undos = new Disposables();
    undos.add(() => void done.push('first'));
    undos.add(() => {
      throw new Error('broken');
    });
    undos.add(async () => void done.push('third'));
    await expect(undos.dispose()).rejects.toThrow(AggregateError);
    await undos.dispose();
    expect(done).toEqual(['third', 'first']);
  });

  test('one of them can be run sooner', async () => {
    const done: number[] = [];
    const undos = new Disposables();
    const one = undos.add(() => void done.push(1));
    await one();
    await undos.dispose();
    expect(done).toEqual([1]);
  });
});

describe('errors', () => {
  test('keep code and hint, also those of rooms with their own classes', () => {
    expect(errorContents(new EucentricError({ code: 'a/b', message: 'm', hint: 'h' }))).toMatchObject({
      code: 'a/b',
      message: 'm',
      hint: 'h',
    });
    expect(errorContents(Object.assign(new Error('m'), { code: 'imaging/x', hint: 'h' }))).toMatchObject({
      code: 'imaging/x',
      hint: 'h',
    });
    expect(errorContents(new TypeError('x is undefined')).code).toBe('program/unexpected');
    expect(errorContents('text').code).toBe('program/unexpected');
  });

  test('several are shown together', () => {
    const error = new CombinedError({ code: 'a/b', message: 'Two failed:', hint: '' }, [
      new Error('one'),
      new Error('two'),
    ]);
    expect(error.message).toBe('Two failed:\n  - one\n  - two');
  });
});

test('debug letters: any entry but 0 switches general output on, letters are case-sensitive', () => {
  const keys = new KeyLetters('iK');
  expect([keys.has('1'), keys.has('i'), keys.has('k'), keys.has('K')]).toEqual([true, true, false, true]);
  keys.set('0');
  expect([keys.has('1'), keys.get()]).toEqual([false, '0']);
});

test.each([
  ['fei/not-on-this-wire', true],
  ['fei/not-on-this-column', true],
  ['fei/no-answer', false],
  ['fei/not-on-this-column-today', false],
])('what neither wire nor column has is known by its code: %s', (code, expected) => {
  expect(isNotAvailable(new EucentricError({ code, message: 'Not so.', hint: 'Try again.' }))).toBe(expected);
});
