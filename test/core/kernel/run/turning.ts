import { FilteredLogger, Registry, VirtualClock } from '../../../../core/base';
import { type Setting, device, wholeNumber } from '../../../../core/devices';
import {
  Menu,
  type OperatorPort,
  type Run,
  Runner,
  ScriptedOperator,
  createHooks,
  defineItem,
} from '../../../../core/kernel';
import type { CalibrationResult, Calibrations } from '../../../../core/store';
import type { Site } from '../../store/site';

/** A device of one setting. */
export interface Knob {
  readonly position: Setting<number>;
}
const Knob = device<Knob>('Knob', {
  called: 'the knob',
  part: 'column',
  settings: { position: wholeNumber({ label: 'Knob' }) },
});

class MemoryKnob implements Knob {
  value = 1;
  readonly writes: number[] = [];
  broken = false;
  readonly position: Setting<number> = {
    name: 'knob',
    traits: Knob.settings.position,
    read: async () => this.value,
    write: async (value) => {
      if (this.broken) throw new Error('The knob is gone');
      this.value = value;
      this.writes.push(value);
    },
  };
}

/** Behaviour of the item Turn in the test that runs. */
export const act: { during: (run: Run, knob: Knob) => Promise<CalibrationResult | void> } = { during: async () => {} };

/** An item that does what the test gives it. */
export const Turn = defineItem({
  id: 'test/turn',
  place: { menu: [], label: 'Turn', summary: 'Turns the knob.' },
  needs: { knob: Knob },
  stores: ['C2SpotOffset'],
  questions: { 'how far': { kind: 'number', why: 'For the test.' } },
  forecast: 'nothing',
  run: ({ knob }, run) => act.during(run, knob),
});

const Look = defineItem({
  id: 'test/look',
  place: { menu: [], label: 'Look', summary: 'Looks.' },
  needs: {},
  anytime: true,
  forecast: 'nothing',
  run: async (_, run) => run.report({ summary: 'Seen.', values: {} }),
});

/** Folders that the end of the test removes. */
export const sites: Site[] = [];
afterEach(() => {
  for (const site of sites.splice(0)) site.remove();
});

/** A runner with the items Turn and Look, and the knob that Turn turns. */
export function setUp(port: OperatorPort = new ScriptedOperator({}, { defaults: true })) {
  const registry = new Registry();
  const knob = new MemoryKnob();
  registry.provide(Knob, knob, 'test');
  const menu = new Menu(registry);
  menu.add(Turn, 'test');
  menu.add(Look, 'test');
  const remembered: CalibrationResult[] = [];
  const refuse: { with?: Error } = {};
  // Only a run that stores something asks for calibrations.
  const target = {} as { calibrations: Calibrations };
  const hooks = createHooks();
  const runner = new Runner({
    menu,
    hooks,
    clock: new VirtualClock(),
    log: new FilteredLogger(() => {}),
    isAdministrator: () => false,
    find: () => undefined,
    deviceSettings: () => [],
    target,
    remember: async (result) => {
      if (refuse.with) throw refuse.with;
      remembered.push(result);
    },
  });
  return {
    runner,
    menu,
    knob,
    hooks,
    remembered,
    refuse,
    target,
    port,
    start: () => runner.run('test/turn', { port }),
  };
}
