import { EucentricError, FilteredLogger, Registry, VirtualClock, seconds } from '../../../core/base';
import {
  Menu,
  type OperatorPort,
  type Run,
  Runner,
  type RunnerParts,
  ScriptedOperator,
  createHooks,
  defineItem,
} from '../../../core/kernel';
import type { Calibrations, PropertySuggestion } from '../../../core/store';

/** Calibrations that a result without changes never asks for. */
const noCalibrations = () => ({}) as Calibrations;
const suggestion: PropertySuggestion = { property: 'StageCycleLengthX', value: 61, what: 'cycle', unit: 'um' };
let during: (run: Run) => Promise<void> = async () => {};

const Measure = defineItem({
  id: 'test/measure',
  place: { menu: [], label: 'Measure', summary: 'Measures.' },
  needs: {},
  forecast: 'nothing',
  async run(_, run) {
    await during(run);
    return run.report({ summary: 'Measured.', values: {}, propertySuggestions: [suggestion] });
  },
});

function setUp(offerProperties: RunnerParts['offerProperties'], port: Partial<OperatorPort> = {}) {
  const menu = new Menu(new Registry());
  menu.add(Measure, 'test');
  const said: string[] = [];
  const clock = new VirtualClock();
  const runner = new Runner({
    menu,
    hooks: createHooks(),
    clock,
    log: new FilteredLogger(() => {}),
    isAdministrator: () => false,
    find: () => undefined,
    target: { calibrations: noCalibrations() },
    deviceSettings: () => [],
    remember: async () => {},
    ...(offerProperties && { offerProperties }),
  });
  const operator = Object.assign(new ScriptedOperator(), { log: (text: string) => void said.push(text) }, port);
  return {
    runner,
    said,
    clock,
    start: (fromScript = false) => runner.run('test/measure', { port: operator, fromScript }),
  };
}

afterEach(() => {
  during = async () => {};
});

describe('a number for the configuration', () => {
  test('is offered when the microscope is as it was, and prepared answers decline it', async () => {
    const order: string[] = [];
    during = async (run) => void run.restoreLater('knob', () => void order.push('restored'));
    const answers: boolean[] = [];
    const { start } = setUp(async (suggestions, operator) => {
      order.push('offered');
      expect(suggestions).toEqual([suggestion]);
      answers.push(await operator.confirm({ id: 'write-properties', text: 'Write?', default: false, offer: true }));
      return 'my.yaml';
    });
    expect(await start()).toMatchObject({ summary: 'Measured.', writtenTo: 'my.yaml' });
    expect(order).toEqual(['restored', 'offered']);
    expect(answers).toEqual([false]);
  });

  test('is not offered to a script, nor after a failure', async () => {
    let offers = 0;
    const { start } = setUp(() => {
      offers += 1;
      return Promise.resolve(undefined);
    });
    await start(true);
    during = () => Promise.reject(new Error('broken'));
    await expect(start()).rejects.toThrow('broken');
    expect(offers).toBe(0);
  });

  test('takes nothing from the result when it cannot be written, and the reason is said', async () => {
    const { start, said } = setUp(() =>
      Promise.reject(
        new EucentricError({ code: 'settings/not-valid', message: 'Line 3 is wrong.', hint: 'Correct it.' }),
      ),
    );
    expect(await start()).toMatchObject({ summary: 'Measured.' });
    expect(said.at(-1)).toBe(
      'Nothing was written into the configuration. Line 3 is wrong. Correct it. [settings/not-valid]',
    );
  });

  test('is left when STOP comes during the question; the result stays', async () => {
    const { runner, start, said } = setUp(
      async (_, operator) => {
        await operator.confirm({ id: 'write-properties', text: 'Write?', default: false, offer: true });
        return undefined;
      },
      {
        ask: () => {
          setImmediate(() => runner.stop());
          return new Promise(() => {});
        },
      },
    );
    expect(await start()).toMatchObject({ summary: 'Measured.' });
    expect(said).toEqual([]);
    expect(runner.running).toBeUndefined();
  });
});

describe('two images in turn', () => {
  test('end with the first, for any number of changes', async () => {
    for (const [times, wanted] of [
      [4, 'BABA'],
      [3, 'BABA'],
      [1, 'BA'],
      [0, ''],
    ] as const) {
      let shown = '';
      during = (run) => run.operator.toggleImages({ buffers: ['A', 'B'], times, interval: seconds(0.25) });
      const { start, clock } = setUp(undefined, { showImage: (buffer) => void (shown += buffer) });
      await start();
      expect(shown).toBe(wanted);
      expect(clock.now()).toBeCloseTo(0.25 * wanted.length, 9);
    }
  });

  test('take no time where nobody would see them', async () => {
    during = (run) => run.operator.toggleImages({ buffers: ['A', 'B'], times: 10, interval: seconds(0.25) });
    const { start, clock } = setUp(undefined);
    await start();
    expect(clock.now()).toBe(0);
  });
});
