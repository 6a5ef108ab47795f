import { EucentricError, Registry, StoppedError, seconds } from '../../../core/base';
import { judge } from '../../../core/judgement';
import { Menu, type Run } from '../../../core/kernel';
import { type CalibrationResult, put, remove } from '../../../core/store';
import { Site } from '../store/site';
import { type Knob, Turn, act, setUp, sites } from './run/turning';

const turnAnd = (then: (run: Run) => Promise<CalibrationResult | void>) => async (run: Run, knob: Knob) => {
  await run.preserve(knob.position);
  await knob.position.write(5, run.signal);
  return then(run);
};

describe('a run leaves what it preserved as it was', () => {
  test('after success', async () => {
    const { start, knob } = setUp();
    act.during = turnAnd(async (run) => run.report({ summary: 'Done.', values: { five: 5 } }));
    expect(await start()).toMatchObject({ item: 'test/turn', values: { five: 5 } });
    expect(knob.writes).toEqual([5, 1]);
  });

  test('after failure, with the failure reported', async () => {
    const { start, knob } = setUp();
    act.during = turnAnd(async () => {
      throw new EucentricError({ code: 'test/failed', message: 'It failed.', hint: '' });
    });
    await expect(start()).rejects.toMatchObject({ code: 'test/failed' });
    expect(knob.value).toBe(1);
  });

  test('after STOP, which does not count as a failure', async () => {
    const { start, knob, runner } = setUp();
    act.during = turnAnd(async (run) => {
      runner.stop();
      await run.clock.delay(seconds(10), run.signal);
    });
    await expect(start()).rejects.toBeInstanceOf(StoppedError);
    expect(knob.value).toBe(1);
    expect(runner.running).toBeUndefined();
  });

  test('and says what could not be put back when the device is gone', async () => {
    const { start, knob } = setUp();
    act.during = turnAnd(async () => {
      knob.broken = true;
      throw new Error('Connection lost');
    });
    const error: EucentricError = await start().then(
      () => Promise.reject(new Error('should fail')),
      (reason: EucentricError) => reason,
    );
    expect(error.code).toBe('run/not-restored');
    expect(error.message).toContain('knob: The knob is gone');
    expect((error.cause as Error).message).toBe('Connection lost');
  });

  test('and then names the cause of the failure first, with its hint and code', async () => {
    const { start, knob } = setUp();
    act.during = turnAnd(async () => {
      knob.broken = true;
      throw new EucentricError({ code: 'test/dark', message: 'The image is dark.', hint: 'Open the valves.' });
    });
    await expect(start()).rejects.toMatchObject({
      code: 'run/not-restored',
      cause: { code: 'test/dark' },
      message: [
        'The image is dark.',
        '  Open the valves. [test/dark]',
        'Not everything could be put back as it was before the run:',
        '  - knob: The knob is gone',
      ].join('\n'),
    });
  });

  test('and after STOP does not say that all is as it was', async () => {
    const { start, knob, runner } = setUp();
    act.during = turnAnd(async (run) => {
      knob.broken = true;
      runner.stop();
      await run.clock.delay(seconds(10), run.signal);
    });
    const error = (await start().catch((reason: unknown) => reason)) as EucentricError;
    expect(error.code).toBe('run/not-restored');
    expect(error.message).toMatch(/^Turn was stopped\.\nNot everything could be put back/);
    expect(error.message).not.toContain('as it was before.');
  });

  test('and writes nothing to what never changed, even where it could not be written', async () => {
    const { start, knob } = setUp();
    act.during = async (run) => {
      await run.preserve(knob.position);
      knob.broken = true;
      throw new EucentricError({ code: 'test/refused', message: 'The first move is refused.', hint: '' });
    };
    await expect(start()).rejects.toMatchObject({ code: 'test/refused' });
    expect(knob.writes).toEqual([]);
  });

  test('but for what only operators change, which it neither reads nor gives back', async () => {
    const { start, knob } = setUp();
    const traits = { ...knob.position.traits, operatorsOnly: true as const };
    act.during = async (run) => {
      await run.preserve({ ...knob.position, traits });
      // The operator does this while the item runs.
      await knob.position.write(7);
      return run.report({ summary: 'Done.', values: {} });
    };
    await start();
    expect(knob.writes).toEqual([7]);
  });

  test('and an error of a hook after it does not take its place', async () => {
    const { start, hooks } = setUp();
    hooks.didRun.tapPromise('test', () => Promise.reject(new Error('The hook failed')));
    act.during = turnAnd(() => Promise.reject(new Error('Failed')));
    await expect(start()).rejects.toThrow(/^Failed$/);
    act.during = turnAnd(async (run) => run.report({ summary: 'Done.', values: {} }));
    await expect(start()).rejects.toThrow('The hook failed');
  });
});

describe('the end of a run', () => {
  test('after success too it says what could not be put back', async () => {
    const { start, knob } = setUp();
    act.during = turnAnd(async (run) => {
      knob.broken = true;
      return run.report({ summary: 'Done.', values: {} });
    });
    await expect(start()).rejects.toMatchObject({ code: 'run/not-restored' });
  });

  test('is reported to the hooks once everything is restored, with its outcome', async () => {
    const { start, hooks, knob } = setUp();
    const told: unknown[] = [];
    hooks.didRun.tapPromise('test', async (item, outcome) => void told.push([item, outcome, knob.value]));
    act.during = turnAnd(async (run) => run.report({ summary: 'Done.', values: {} }));
    await start();
    act.during = turnAnd(() => Promise.reject(new Error('Failed')));
    await start().catch(() => {});
    expect(told).toEqual([
      ['test/turn', 'done', 1],
      ['test/turn', 'failed', 1],
    ]);
  });
});

test('what could not be put back in the course of a run is tried once more at its end', async () => {
  const { start, knob } = setUp();
  act.during = async (run) => {
    const held = await run.preserve(knob.position);
    await knob.position.write(5, run.signal);
    knob.broken = true;
    try {
      await held[Symbol.asyncDispose]();
    } finally {
      knob.broken = false;
    }
  };
  await expect(start()).rejects.toMatchObject({ code: 'run/restore-failed', message: 'knob: The knob is gone' });
  expect(knob.value).toBe(1);
});

describe('one run at a time', () => {
  test('a second item is refused with the name of the first, one that touches nothing is not', async () => {
    const { start, runner, port, menu } = setUp();
    act.during = async (run) => {
      await expect(runner.run('test/turn', { port })).rejects.toMatchObject({ code: 'run/busy' });
      expect(menu.entries(false).map(({ label, reason }) => [label, reason])).toEqual([
        ['Turn', 'something else is running'],
        ['Look', undefined],
      ]);
      expect(await runner.run('test/look', { port })).toMatchObject({ summary: 'Seen.' });
      expect(runner.running).toBe('Turn');
      return run.report({ summary: '', values: {} });
    };
    await start();
    expect(runner.running).toBeUndefined();
  });
});

describe('results', () => {
  const offset = { spot: 3, micro: 1, nano: 2 };
  const storing = async () => {
    const site = new Site();
    sites.push(site);
    const calibrations = await site.calibrations();
    const parts = setUp();
    parts.target.calibrations = calibrations;
    return { ...parts, calibrations, offsets: () => calibrations.records('C2SpotOffset').all() };
  };
  const accept =
    (changes = [put('C2SpotOffset', offset)]) =>
    async (run: Run) =>
      run.accept({ summary: 'Stored.', values: {}, changes });

  test('are offered to the hooks, applied, remembered and reported', async () => {
    const { start, hooks, remembered, calibrations, offsets } = await storing();
    calibrations.records('C2SpotOffset').put({ spot: 3, micro: 7, nano: 8 });
    const order: unknown[] = [];
    const told = (what: string) => async (result: CalibrationResult) =>
      void order.push([what, offsets()[0]!.micro, result.changes, remembered.length]);
    hooks.willStore.tapPromise('test', told('willStore'));
    hooks.didStore.tapPromise('test', told('didStore'));
    act.during = accept();
    const result = await start();
    const changes = [{ record: 'C2SpotOffset', values: offset, replaced: { spot: 3, micro: 7, nano: 8 } }];
    expect(order).toEqual([
      ['willStore', 7, changes, 0],
      ['didStore', 1, changes, 1],
    ]);
    expect(result!.changes).toEqual(changes);
    expect(remembered).toEqual([result]);
  });

  test('that are refused are never stored, and end in an error with number, limit and next step', async () => {
    const { start, remembered, offsets, port } = await storing();
    const said = jest.spyOn(port, 'log');
    const reason = (verdict: 'doubtful' | 'refused') =>
      ({ kind: 'misfit', verdict, what: 'Misfit', number: 9, limit: 2, unit: '', why: 'Why.', change: 'Do.' }) as const;
    const accepting = (verdict: 'doubtful' | 'refused') => (run: Run) =>
      run.accept({
        summary: 'Stored.',
        values: {},
        quality: { ...judge(reason(verdict)) },
        changes: [put('C2SpotOffset', offset)],
      });
    act.during = accepting('refused');
    await expect(start()).rejects.toMatchObject({
      code: 'run/refused',
      message: 'The result was refused and nothing was stored. Misfit: 9, limit 2. Why.',
      hint: expect.stringMatching(/^Do\./) as unknown,
      reasons: [reason('refused')],
    });
    expect([offsets(), remembered]).toEqual([[], []]);
    act.during = accepting('doubtful');
    expect((await start())!.quality).toEqual({ verdict: 'doubtful', reasons: [reason('doubtful')] });
    expect(offsets()).toEqual([offset]);
    expect(said.mock.calls.flat()).toEqual([
      'REFUSED: Misfit: 9, limit 2. Why. Do.',
      'DOUBTFUL: Misfit: 9, limit 2. Why. Do.',
    ]);
  });

  test('are taken back when the history refuses them', async () => {
    const { start, hooks, refuse, calibrations, offsets } = await storing();
    const told = jest.fn();
    hooks.didStore.tapPromise('test', async () => void told());
    refuse.with = new EucentricError({ code: 'test/full', message: 'The disk is full.', hint: '' });
    act.during = accept();
    await expect(start()).rejects.toMatchObject({ code: 'test/full' });
    expect(offsets()).toEqual([]);
    expect(calibrations.unsaved).toBe(false);
    expect(told).not.toHaveBeenCalled();
  });

  test('are taken back when one of their changes does not fit the file', async () => {
    const { start, remembered, offsets } = await storing();
    act.during = accept([put('C2SpotOffset', offset), put('C2SpotOffset', { spot: 99, micro: 1, nano: 2 })]);
    await expect(start()).rejects.toMatchObject({ code: 'store/value-not-storable' });
    expect(offsets()).toEqual([]);
    expect(remembered).toEqual([]);
  });

  test('that change a record which is not declared are refused before anything is done', async () => {
    const { start, hooks, remembered, offsets } = await storing();
    const asked = jest.fn();
    hooks.willStore.tapPromise('test', async () => void asked());
    act.during = (run) =>
      run.accept({
        summary: '',
        values: {},
        changes: [put('C2SpotOffset', offset), remove('CrossoverIntensity', { spot: 3 })],
      });
    await expect(start()).rejects.toMatchObject({
      code: 'plugin/undeclared-record',
      message: expect.stringContaining('CrossoverIntensity') as string,
    });
    expect(offsets()).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
    expect(remembered).toEqual([]);
  });

  test('a hook can refuse', async () => {
    const { start, hooks, remembered, offsets } = await storing();
    hooks.willStore.tapPromise('test', async () => {
      throw new EucentricError({ code: 'test/refused', message: 'No.', hint: '' });
    });
    act.during = accept();
    await expect(start()).rejects.toMatchObject({ code: 'test/refused' });
    expect(offsets()).toEqual([]);
    expect(remembered).toHaveLength(0);
  });

  test('nothing is stored after STOP', async () => {
    const { start, runner, offsets } = await storing();
    act.during = async (run) => {
      runner.stop();
      return accept()(run);
    };
    await expect(start()).rejects.toBeInstanceOf(StoppedError);
    expect(offsets()).toEqual([]);
  });
});

test('an unknown item is answered with the nearest name', async () => {
  const { runner, port } = setUp();
  await expect(runner.run('test/trun', { port })).rejects.toMatchObject({
    code: 'menu/unknown-item',
    hint: expect.stringContaining('test/turn') as unknown,
  });
});

test('an item whose needs nobody provides is shown with the reason and cannot run', async () => {
  const menu = new Menu(new Registry());
  menu.add(Turn, 'test');
  expect(menu.entries()[0]).toMatchObject({ enabled: false, reason: 'needs Knob, which no plugin in use provides' });
});
