import { type EucentricError, StoppedError } from '../../../../core/base';
import { type Run, ScriptedOperator } from '../../../../core/kernel';
import { act, setUp } from './turning';

describe('questions', () => {
  const ask = async (run: Run) => {
    const far = await run.operator.number({
      id: 'how far',
      text: 'How far?',
      default: 2,
      minimum: 0,
      maximum: 10,
      unit: 'turns',
    });
    return run.report({ summary: '', values: { far } });
  };

  test('take prepared answers, or the default', async () => {
    act.during = ask;
    expect(await setUp(new ScriptedOperator({ 'how far': '7' })).start()).toMatchObject({ values: { far: 7 } });
    expect(await setUp().start()).toMatchObject({ values: { far: 2 } });
  });

  test.each([
    ['11', 'at most 10 turns'],
    ['-1', 'at least 0'],
    ['abc', '"abc" is not an answer to "how far": a number is expected.'],
    ['0,5', '"0,5" is not an answer to "how far": it has a comma; write it with a decimal point, as 0.5.'],
    ['1e999', '"1e999" is not an answer'],
  ])('refuse %s', async (answer, why) => {
    act.during = ask;
    await expect(setUp(new ScriptedOperator({ 'how far': answer })).start()).rejects.toThrow(why);
  });

  test('without an answer say how to give one', async () => {
    act.during = ask;
    await expect(setUp(new ScriptedOperator()).start()).rejects.toMatchObject({
      code: 'run/no-answer',
      hint: expect.stringContaining("--answer 'how far=...'") as unknown,
    });
  });

  test('do not offer answers or defaults where only a person can act', async () => {
    const scripted = new ScriptedOperator({}, { defaults: true });
    const { signal } = new AbortController();
    for (const acting of [scripted.button(['Go on'], signal), scripted.mark('A', 'line', signal)]) {
      const error = (await acting.catch((reason: unknown) => reason)) as EucentricError;
      expect(error.code).toBe('run/no-answer');
      expect(error.hint).not.toMatch(/--answer|--defaults/);
      expect(error.hint).toContain('eucentric start');
    }
  });

  test('that the item does not declare are an error of the item', async () => {
    act.during = async (run) => void (await run.operator.confirm({ id: 'surprise', text: '?', default: true }));
    await expect(setUp().start()).rejects.toMatchObject({ code: 'plugin/undeclared-question' });
  });

  test('end when the run is stopped', async () => {
    act.during = ask;
    const { runner, start } = setUp({
      ...new ScriptedOperator(),
      ask: () => new Promise(() => {}),
      log() {},
      progress() {},
      status() {},
      image() {},
      button: async () => '',
      mark: async () => ({ from: { x: 0, y: 0 } }),
    });
    const running = start();
    setTimeout(() => runner.stop(), 5);
    await expect(running).rejects.toBeInstanceOf(StoppedError);
  });
});
