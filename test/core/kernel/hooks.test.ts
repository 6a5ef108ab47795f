import { programFolders, textOf, typescriptIn } from '../../architecture/source-files';
import { EucentricError, imageShiftUnits, magIndex, vector } from '../../../core/base';
import { type TappableHooks, createHooks, tappingSide } from '../../../core/kernel';

describe('hooks', () => {
  test('a failing tap is reported with plugin and hook', async () => {
    const hooks = createHooks();
    tappingSide(hooks, 'odd-plugin').willRun.tap(async () => {
      throw new TypeError('x is undefined');
    });
    await expect(hooks.willRun.promise('an/item')).rejects.toMatchObject({
      code: 'plugin/tap-failed',
      message: expect.stringMatching(/odd-plugin.*willRun.*x is undefined/) as unknown,
    });
  });

  test('a refusal keeps its code and says who refused', async () => {
    const hooks = createHooks();
    tappingSide(hooks, 'guard').willRun.tap(() => {
      throw new EucentricError({ code: 'guard/no', message: 'Not now.', hint: 'Later.' });
    });
    await expect(hooks.willRun.promise('an/item')).rejects.toMatchObject({
      code: 'guard/no',
      hint: 'Later.',
      message: 'Not now. (plugin guard, hook willRun)',
    });
  });

  test('values pass from tap to tap in order', async () => {
    const hooks = createHooks();
    for (const plugin of ['one', 'two']) {
      tappingSide(hooks, plugin).imageShiftOffset.tap((offset, magIndex) =>
        vector(imageShiftUnits(offset.x * 10 + magIndex), offset.y),
      );
    }
    expect(await hooks.imageShiftOffset.promise(vector(imageShiftUnits(1), imageShiftUnits(0)), magIndex(3))).toEqual({
      x: 133,
      y: 0,
    });
  });

  test('an asynchronous tap is waited for', async () => {
    const hooks = createHooks();
    let done = false;
    tappingSide(hooks, 'slow').didStore.tap(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      done = true;
    });
    await hooks.didStore.promise({
      item: '',
      summary: '',
      values: {},
      standardErrors: {},
      conditions: {},
      changes: [],
    });
    expect(done).toBe(true);
  });

  test('a plugin can tap, and nothing else', () => {
    const side = tappingSide(createHooks(), 'curious');
    expect(Object.isFrozen(side)).toBe(true);
    expect(Object.keys(side.willRun)).toEqual(['tap']);
    const typed = (hooks: TappableHooks): void => {
      // @ts-expect-error -- plugins do not call hooks
      void hooks.willRun.promise;
    };
    expect(typed).toBeDefined();
  });
});

test('every hook is called somewhere: a plugin that taps one does not wait for ever', () => {
  const called = typescriptIn(programFolders)
    .filter((file) => file !== 'core/kernel/hooks.ts')
    .map(textOf)
    .join('\n');
  const silent = Object.keys(createHooks()).filter(
    (name) => !new RegExp(`\\b${name}\\??\\.(promise|call)`).test(called),
  );
  expect(silent).toEqual([]);
});
