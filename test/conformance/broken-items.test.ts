import { builtInPlugins } from '../../app/built-in-plugins';
import { type EucentricError, electronVolts, micrometres } from '../../core/base';
import { EnergyFilter, Scope, type Setting, device, quantity } from '../../core/devices';
import { LiveImage } from '../../core/acquisition';
import {
  ImageBuffers,
  LowDose,
  type PluginHost,
  type Run,
  defineItem,
  definePlugin,
  defineTask,
} from '../../core/kernel';
import { RefusedError } from '../../core/judgement';
import { Settings } from '../../core/settings';
import type { Quality } from '../../core/store';
import { UserSettings } from '../../core/user-settings';
import { runItem, virtualInstrument } from '../support/virtual-instrument';
import { describeRuns } from './describe-menu-item';

/** Declares a suite without running it, then runs it here; the names of the tests that fail. */
async function failuresOf(declare: () => void): Promise<readonly string[]> {
  const steps: { readonly before: (() => unknown)[]; readonly after: (() => unknown)[] } = { before: [], after: [] };
  const tests: { readonly name: string; readonly run: () => unknown }[] = [];
  const kept = { test: globalThis.test, beforeAll: globalThis.beforeAll, afterAll: globalThis.afterAll };
  Object.assign(globalThis, {
    test: (name: string, run: () => unknown) => void tests.push({ name, run }),
    beforeAll: (run: () => unknown) => void steps.before.push(run),
    afterAll: (run: () => unknown) => void steps.after.push(run),
  });
  try {
    declare();
  } finally {
    Object.assign(globalThis, kept);
  }
  const failed: string[] = [];
  for (const step of steps.before) await step();
  for (const { name, run } of tests) {
    try {
      await run();
    } catch {
      failed.push(name);
    }
  }
  for (const step of steps.after) await step();
  expect(tests.length).toBeGreaterThan(4);
  return failed;
}

const leavesEverything: unknown = expect.stringMatching(/^runs to its end, .* leaves every setting as it was/);

/** A device of a plugin from outside, with one setting. */
interface PhasePlate {
  readonly voltage: Setting<number>;
}
const PhasePlate = device<PhasePlate>('PhasePlate', {
  called: 'the phase plate',
  part: 'column',
  settings: { voltage: quantity({ label: 'Phase voltage', unit: '', decimals: 1, range: [-10, 10] }) },
});
const sent: number[] = [];
let voltage = 0;

/** Working state that an item may change. */
interface WorkingState {
  readonly settings: Settings;
  readonly users: UserSettings;
  readonly lowDose: LowDose;
  readonly live: LiveImage;
  readonly buffers: ImageBuffers;
}

/** Work of the items of this file; each test sets its own. */
const behaviour: {
  filter?: (filter: EnergyFilter, run: Pick<Run, 'preserve'>) => Promise<void>;
  plate?: (plate: PhasePlate, run: Pick<Run, 'preserve'>) => Promise<void>;
  task?: (use: { readonly plate: PhasePlate; readonly scope: Scope }) => Promise<Quality | undefined | void>;
  state?: (use: WorkingState, run: Pick<Run, 'setUserSetting' | 'restoreLater'>) => Promise<void> | void;
} = {};

const place = (label: string) => ({ menu: [], label, summary: `Is ${label}.` });

const filterItem = defineItem({
  id: 'test/filter-item',
  place: place('Filter Item'),
  needs: { filter: EnergyFilter },
  forecast: ({ filter }) => ({ duration: { least: 0, most: 60 }, moves: [filter.slitInserted, filter.energyLoss] }),
  run: async ({ filter }, run) => {
    await behaviour.filter!(filter, run);
    return run.report({ summary: 'Done.', values: {} });
  },
});

const plateItem = defineItem({
  id: 'test/plate-item',
  place: place('Plate Item'),
  needs: { plate: PhasePlate },
  forecast: ({ plate }) => ({ duration: { least: 0, most: 60 }, moves: [plate.voltage] }),
  run: async ({ plate }, run) => {
    await behaviour.plate!(plate, run);
    return run.report({ summary: 'Done.', values: {} });
  },
});

const task = defineTask({
  id: 'test/tasks/plate-task',
  place: place('Plate Task'),
  needs: { plate: PhasePlate, scope: Scope },
  changes: ({ plate }) => [plate.voltage],
  forecast: ({ plate, scope }) => ({ duration: { least: 0, most: 60 }, moves: [plate.voltage, scope.defocus] }),
  run: async (use, run) => {
    const quality = await behaviour.task!(use);
    return run.report({ summary: 'Done.', values: {}, ...(quality && { quality }) });
  },
});

const stateItem = defineItem({
  id: 'test/state-item',
  place: place('State Item'),
  needs: { settings: Settings, users: UserSettings, lowDose: LowDose, live: LiveImage, buffers: ImageBuffers },
  sets: ['TargetDefocus'],
  forecast: () => ({ duration: { least: 0, most: 60 }, moves: [] }),
  run: async (use, run) => {
    await behaviour.state?.(use, run);
    return run.report({ summary: 'Done.', values: {} });
  },
});

const plugin = definePlugin({
  id: 'broken-items',
  summary: 'Items that are made wrong on purpose.',
  apply(host: PluginHost) {
    host.provide(PhasePlate, {
      voltage: {
        read: async () => voltage,
        write: async (value) => {
          sent.push(value);
          voltage = value;
        },
      },
    });
    host.menuItem(filterItem);
    host.menuItem(plateItem);
    host.menuItem(stateItem);
    host.menuItem(task);
  },
});

const given = {
  configuration: 'krios-k3.yaml',
  edit: (yaml: string) => yaml.replace(/^plugins:\n/m, 'plugins:\n  broken-items: {}\n'),
  beyondTheMenu: true,
  keepsResult: false,
};

beforeAll(() => Object.assign(builtInPlugins, { 'broken-items': () => plugin }));
beforeEach(() => {
  voltage = 0;
  sent.length = 0;
});

describe('an item that takes the slit in and puts the energy loss to 100 eV', () => {
  const change = async ({ slitInserted, energyLoss }: EnergyFilter): Promise<void> => {
    await slitInserted.write(!(await slitInserted.read()));
    await energyLoss.write(electronVolts(100));
  };

  test('without giving anything back is caught', async () => {
    behaviour.filter = change;
    expect(await failuresOf(() => describeRuns('test/filter-item', given))).toContainEqual(leavesEverything);
  });

  test('and keeps them first passes', async () => {
    behaviour.filter = async (filter, run) => {
      await run.preserve(filter.slitInserted, filter.energyLoss);
      await change(filter);
    };
    expect(await failuresOf(() => describeRuns('test/filter-item', given))).toEqual([]);
  });
});

describe('a new device of a plugin', () => {
  test('is never sent NaN, nor a value outside its range', async () => {
    behaviour.plate = async (plate) => {
      for (const value of [Infinity, 10.5, '5' as never])
        await plate.voltage.write(value).catch((error: EucentricError) => refused.push(error.code));
      await plate.voltage.write(NaN);
    };
    const refused: string[] = [];
    expect(await failuresOf(() => describeRuns('test/plate-item', given))).toContainEqual(leavesEverything);
    expect(refused.slice(0, 3)).toEqual(Array(3).fill('limits/out-of-range'));
    expect(sent).toEqual([]);
  });

  test('that an item leaves changed is caught', async () => {
    behaviour.plate = async ({ voltage: setting }) => setting.write((await setting.read()) + 1);
    expect(await failuresOf(() => describeRuns('test/plate-item', given))).toContainEqual(leavesEverything);
  });

  test('that an item changes and gives back passes', async () => {
    behaviour.plate = async ({ voltage: setting }, run) => {
      await run.preserve(setting);
      await setting.write(5);
    };
    expect(await failuresOf(() => describeRuns('test/plate-item', given))).toEqual([]);
    expect(sent).toContain(5);
  });
});

describe('a task that changes a setting', () => {
  const failures = (work: NonNullable<typeof behaviour.task>): Promise<readonly string[]> => {
    behaviour.task = work;
    return failuresOf(() => describeRuns('test/tasks/plate-task', given));
  };

  test('and leaves what it declares passes: kept when it ends well, put back after STOP and a failure', async () => {
    expect(await failures(async ({ plate }) => plate.voltage.write((await plate.voltage.read()) + 1))).toEqual([]);
    expect(sent).toContain(1);
  });

  test('and leaves another one changed, too, is caught', async () => {
    const found = await failures(async ({ plate, scope }) => {
      await plate.voltage.write((await plate.voltage.read()) + 1);
      await scope.defocus.write(micrometres(-3.25));
    });
    expect(found).toContainEqual(leavesEverything);
  });

  test('is not kept with a result that was refused, and the history has nothing of it', async () => {
    behaviour.task = async ({ plate }) => {
      await plate.voltage.write(5);
      return { verdict: 'refused', reasons: [] };
    };
    await using instrument = await virtualInstrument({ ...given, configuration: given.configuration });
    const run = runItem(instrument, 'plate-task');
    await expect(run).rejects.toBeInstanceOf(RefusedError);
    expect([sent, voltage, await instrument.history.list()]).toEqual([[5, 0], 0, []]);
  });

  test('says in the history what it changed, and does not count among the items of the menu', async () => {
    behaviour.task = ({ plate }) => plate.voltage.write(5);
    await using instrument = await virtualInstrument({ ...given, configuration: given.configuration });
    const { session, history } = instrument;
    expect(session.menu().map(({ id }) => id)).not.toContain('test/tasks/plate-task');
    expect(session.tasks().find(({ id }) => id === 'test/tasks/plate-task')).toMatchObject({
      enabled: true,
      changes: ['phase voltage'],
    });
    const { said } = await runItem(instrument, 'plate-task');
    expect(said).toContain('Phase voltage: 5, was 0.');
    expect(await history.list()).toMatchObject([
      { item: 'test/tasks/plate-task', changes: [], changed: [{ name: 'phase voltage', before: 0, after: 5 }] },
    ]);
  });
});

describe('an item that works with parameter sets, user settings, Low Dose, buffers and the live image', () => {
  const failures = (state: NonNullable<typeof behaviour.state>, more = {}): Promise<readonly string[]> => {
    behaviour.state = state;
    return failuresOf(() => describeRuns('test/state-item', { ...given, sample: 2, ...more }));
  };
  const stopped: unknown = expect.stringMatching(/^stopped at /);
  const inLowDose: unknown = expect.stringMatching(/^in Low Dose it is refused/);

  test.each<[string, NonNullable<typeof behaviour.state>]>([
    [
      'a parameter set',
      ({ settings }) => void settings.changeParameterSet(0 as never, 'Trial', { exposure: 0.77 as never }),
    ],
    ['a user setting that it does not name', async ({ users }) => void (await users.set('TiltDelay', 2))],
    ['a user setting for now', ({ users }) => void users.setForNow('TiltDelay', 3)],
    ['an area of Low Dose', ({ lowDose }) => lowDose.change('Trial', { spotSize: 9 })],
    ['the number of buffers that roll', ({ buffers }) => void (buffers.rollCount = 7)],
  ])('and leaves %s changed is caught', async (_what, change) => {
    expect(await failures(change)).toContainEqual(leavesEverything);
  });

  test('and ends the live image for ever is caught', async () => {
    const found = await failures(({ live }) => live.stop());
    expect(found).toContainEqual(stopped);
    expect(found).not.toContainEqual(leavesEverything);
  });

  test('and leaves Low Dose in another area, or off, is caught', async () => {
    const elsewhere = ({ lowDose }: WorkingState) => (lowDose.on ? lowDose.goTo('Record') : undefined);
    expect(await failures(elsewhere, { inLowDose: true })).toContainEqual(inLowDose);
    const off = ({ lowDose }: WorkingState) => lowDose.turnOff();
    expect(await failures(off, { inLowDose: true })).toContainEqual(inLowDose);
  });

  test('and sets one for good that it names, or puts back what it changes, is not', async () => {
    const good = await failures(
      async ({ settings, users }, run) => {
        const undo = settings.changeParameterSet(0 as never, 'Trial', { exposure: 0.77 as never });
        run.restoreLater('the parameter set', undo);
        await run.setUserSetting('TargetDefocus', users.get('TargetDefocus') === -1 ? -2 : -1);
      },
      { inLowDose: true },
    );
    expect(good).toEqual([]);
  });

  test('and asks the run to set one that it does not name is refused', async () => {
    const codes: unknown[] = [];
    const found = await failures((_use, run) =>
      run.setUserSetting('TiltDelay', 2).then(
        () => undefined,
        (error: unknown) => void codes.push((error as EucentricError).code),
      ),
    );
    expect([new Set(codes), found]).toEqual([new Set(['run/undeclared-setting']), []]);
  });
});
