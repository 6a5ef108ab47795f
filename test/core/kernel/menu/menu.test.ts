import { Registry, token } from '../../../../core/base';
import { Cameras, LensNormalization } from '../../../../core/devices';
import { Menu, defineItem, defineTask, defineToggle } from '../../../../core/kernel';

interface Knob {
  on: boolean;
}
const Knob = token<Knob>('Knob');

const listOf = (id: string, menu: readonly string[]) =>
  defineItem({
    id,
    place: { menu, label: 'List Calibrations', summary: 'Lists.' },
    needs: {},
    forecast: 'nothing',
    run: async () => {},
  });

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

describe('an item is found', () => {
  const menu = new Menu(new Registry());
  menu.add(listOf('x/focus/list-calibrations', ['Focus']), 'x');
  menu.add(listOf('x/beam/list-calibrations', ['Beam']), 'x');
  const save = defineItem({
    id: 'x/save',
    needs: {},
    script: 'SaveAll',
    forecast: 'nothing',
    run: async () => {},
  });
  menu.add(save, 'x', { menu: [], label: 'Save', summary: 'Saves.', aliases: ['x/administration/save'] });

  test.each(['x/save', 'save', 'SAVE', 'saveall', 'x/administration/save'])(
    'by its id, label, script or earlier id: %s',
    (name) => {
      expect(menu.find(name).id).toBe('x/save');
    },
  );

  test('and two of one label are reported with both ids', () => {
    expect(() => menu.find('List Calibrations')).toThrow(
      expect.objectContaining({
        code: 'menu/ambiguous-item',
        message: expect.stringMatching(/x\/focus\/list-calibrations and x\/beam\/list-calibrations/) as string,
      }) as Error,
    );
    expect(menu.find('beam/list-calibrations').id).toBe('x/beam/list-calibrations');
  });

  test('before a task of the same name, which its place names; tasks stand beside the menu', () => {
    const both = new Menu(new Registry());
    const place = { menu: ['Focus'], label: 'Autofocus', summary: 'Focuses.' };
    const common = { place, needs: {}, script: 'Autofocus', forecast: 'nothing', run: async () => {} } as const;
    both.add(defineTask({ ...common, id: 'x/tasks/autofocus', changes: () => [] }), 'x');
    expect(both.find('autofocus').id).toBe('x/tasks/autofocus');
    both.add(defineItem({ ...common, id: 'x/focus/autofocus' }), 'x');
    both.addUnavailable({ ...place, id: 'x/tasks/later', label: 'Later', kind: 'task', reason: 'not built yet' }, 'x');
    for (const name of ['autofocus', 'Autofocus', 'AUTOFOCUS']) expect(both.find(name).id).toBe('x/focus/autofocus');
    expect(both.find('tasks/autofocus')).toMatchObject({ task: true, changes: [] });
    expect(both.entries().map(({ id }) => id)).toEqual(['x/focus/autofocus']);
    expect(both.tasks().map(({ id, reason }) => [id, reason])).toEqual([
      ['x/tasks/autofocus', undefined],
      ['x/tasks/later', 'not built yet'],
    ]);
  });

  test('and one that is not there with the nearest', () => {
    expect(codeOf(() => menu.find('sav'))).toBe('menu/unknown-item');
  });
});

test('an item without a place is refused, and one whose id is taken', () => {
  const menu = new Menu(new Registry());
  const nowhere = defineItem({ id: 'x/nowhere', needs: {}, forecast: 'nothing', run: async () => {} });
  expect(codeOf(() => menu.add(nowhere, 'x'))).toBe('plugin/no-place');
  menu.add(listOf('x/list', []), 'x');
  expect(codeOf(() => menu.add(listOf('x/list', []), 'y'))).toBe('plugin/duplicate-claim');
});

test('a toggle shows its state, and its item says what is missing', () => {
  const registry = new Registry();
  const menu = new Menu(registry);
  const toggle = defineToggle({
    id: 'x/knob',
    place: { menu: [], label: 'Knob', summary: 'Switches the knob.' },
    needs: { knob: Knob },
    read: ({ knob }) => knob.on,
    write: ({ knob }, on) => {
      knob.on = on;
    },
    says: { on: 'On.', off: 'Off.' },
  });
  menu.add(toggle, 'x');
  expect(menu.find('x/knob')).toMatchObject({
    enabled: false,
    reason: 'needs Knob, which no plugin in use provides',
    toggle: true,
    checked: false,
  });
  const knob = { on: true };
  registry.provide(Knob, knob, 'test');
  expect(menu.find('x/knob')).toMatchObject({ enabled: true, checked: true });
  knob.on = false;
  expect(menu.find('x/knob').checked).toBe(false);
});

test('an item whose device the instrument lacks gives the reason of the plugin, until another plugin provides the device', () => {
  const registry = new Registry();
  const menu = new Menu(registry);
  const item = defineItem({
    id: 'x/cycle',
    place: { menu: [], label: 'Cycle', summary: 'Cycles the lenses.' },
    needs: { normalization: LensNormalization, knob: Knob },
    forecast: 'nothing',
    run: async () => {},
  });
  menu.add(item, 'x');
  registry.lack(LensNormalization, 'the lenses relax by themselves');
  expect(menu.find('x/cycle').reason).toBe(
    'needs the lens normalization: the lenses relax by themselves; needs Knob, which no plugin in use provides',
  );
  registry.provide(LensNormalization, { normalize: async () => {}, lastNormalized: () => undefined }, 'other');
  registry.provide(Knob, { on: true }, 'other');
  expect(menu.find('x/cycle').reason).toBeUndefined();
  expect(registry.lacks).toEqual([]);
});

test('an item that excludes scanning cameras is greyed while one is selected', () => {
  const registry = new Registry();
  const menu = new Menu(registry);
  const selected = { traits: { stem: false } };
  registry.provide(Cameras, { all: [], selected, select: async () => {} } as unknown as Cameras, 'test');
  const item = defineItem({
    id: 'x/shift',
    place: { menu: [], label: 'Shift', summary: 'Shifts.' },
    needs: {},
    not: ['stem'],
    forecast: 'nothing',
    run: async () => {},
  });
  menu.add(item, 'x');
  expect(menu.find('x/shift').enabled).toBe(true);
  selected.traits.stem = true;
  expect(menu.find('x/shift')).toMatchObject({ enabled: false, reason: 'not with a STEM camera' });
});
