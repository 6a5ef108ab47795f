import { fill, h, icon, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';
import { switchTheme } from '../base/theme';
import { drawerButton } from './drawer';

const views = [
  ['calibrate', 'Calibrate', 'm'],
  ['guide', 'Guide', 'g'],
  ['history', 'History', 'h'],
  ['setup', 'Setup', 'p'],
  ['configuration', 'Configuration', ''],
] as const;

/** The bar at the top: the site, the run, STOP, and the person in control. */
export function createTopBar(store: Store): HTMLElement {
  const title = h('span', { class: 'instrument' });
  const simulated = h(
    'span',
    { class: 'tag simulated', hidden: true, title: 'A virtual microscope; no instrument is connected' },
    'Simulation',
  );
  const tabs = views.map(([view, label, key]) =>
    h(
      'button',
      { type: 'button', class: 'tab', title: key ? `${label} (${key})` : label, onclick: () => store.set({ view }) },
      label,
    ),
  );
  const running = h('span', { class: 'running', role: 'status' });
  const stop = h(
    'button',
    { type: 'button', class: 'stop', title: 'Stop whatever runs (Esc)', onclick: () => void store.do({ do: 'stop' }) },
    icon('stop'),
    'STOP',
  );
  const people = h('div', { class: 'people' });
  const theme = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': 'Light or dark', title: 'Light or dark', onclick: switchTheme },
    icon('sun'),
  );
  const carried = h('span', { class: 'tag unsaved', hidden: true });
  store.watch(['instrument', 'connected'], () => {
    const text = store.shared.instrument?.title ?? '';
    setText(title, text.replace(/^Eucentric \S+: /, ''));
    document.title = text ? `${text.replace(/^Eucentric \S+: /, '')} \u2013 Eucentric` : 'Eucentric';
    simulated.hidden = !store.shared.instrument?.simulated;
    document.body.dataset['connected'] = String(store.local.connected);
  });
  store.watch(['view'], () =>
    tabs.forEach((tab, index) =>
      setAttribute(tab, 'aria-current', views[index]![0] === store.local.view ? 'page' : undefined),
    ),
  );
  store.watch(['run', 'action', 'live', 'me', 'connected', 'keyRefused'], () => {
    const { run, action, live } = store.shared;
    stop.disabled = !store.busy || run?.stopping === true || store.local.me?.role === 'observer';
    const waits = run?.waiting.length ? ' needs your answer' : '';
    const shows = live?.set === undefined ? undefined : `Live: ${live.set}`;
    const doing = run ? undefined : (action?.what ?? shows);
    setText(
      running,
      !store.local.connected
        ? store.local.keyRefused
          ? 'This key is no longer valid: open the address that the program printed at its start'
          : 'Connection lost; trying again'
        : run
          ? `${run.label}${run.stopping ? ' is stopping' : waits}`
          : (doing ?? 'Idle'),
    );
    running.dataset['state'] = !store.local.connected
      ? 'lost'
      : run
        ? waits
          ? 'waits'
          : 'runs'
        : doing
          ? 'runs'
          : 'idle';
  });
  store.watch(['instrument'], () => {
    const count = store.shared.instrument?.carriedOver ?? 0;
    carried.hidden = count === 0;
    setText(carried, `${count} unsaved from before`);
    setAttribute(
      carried,
      'title',
      `${count} ${count === 1 ? 'value' : 'values'} of an earlier session in use, not saved. Save Calibrations keeps them.`,
    );
  });
  store.watch(['people', 'me', 'connected'], () => fill(people, ...peopleOf(store)));
  return h(
    'header',
    { class: 'bar' },
    // First, and never shrinking: whatever the width of the window, it is on the screen.
    stop,
    h('span', { class: 'brand' }, 'Eucentric'),
    title,
    simulated,
    carried,
    h('nav', { 'aria-label': 'Views' }, ...tabs),
    h('div', { class: 'tail' }, running, people, drawerButton(), theme),
  );
}

function peopleOf(store: Store): readonly HTMLElement[] {
  const { me, connected } = store.local;
  const all = store.shared.people;
  if (!me || !all || !connected) return [];
  const nameOf = (id: number | undefined): string | undefined => all.people.find((each) => each.id === id)?.name;
  const others = all.people.filter(({ id }) => id !== me.id);
  const company =
    others.length > 0
      ? [
          h(
            'span',
            { class: 'company', title: others.map(({ name, role }) => `${name} (${role})`).join(', ') },
            `${others.length} other ${others.length === 1 ? 'browser' : 'browsers'}`,
          ),
        ]
      : [];
  const holder = nameOf(all.operator);
  const has = holder === undefined ? [] : [h('span', { class: 'role' }, `${holder} is in control`)];
  if (me.role === 'observer') return [...company, ...has, h('span', { class: 'role' }, 'View only')];
  if (store.inControl) {
    const { asks } = all;
    const give =
      asks === undefined
        ? []
        : [
            h(
              'button',
              {
                type: 'button',
                class: 'primary',
                onclick: () => void store.do({ do: 'control', take: false, to: asks }),
              },
              `Give control to ${nameOf(asks) ?? 'the one who asks'}`,
            ),
          ];
    return [...company, ...give, ownName(store, `In control: ${nameOf(me.id) ?? me.role}`)];
  }
  return [
    ...company,
    ...has,
    h(
      'button',
      { type: 'button', class: 'primary', onclick: () => void store.do({ do: 'control', take: true }) },
      holder === undefined ? 'Take control' : 'Take over control',
    ),
  ];
}

/** The name of this person; a click changes it, and the browser remembers it. */
function ownName(store: Store, text: string): HTMLElement {
  const rename = (): void => {
    const given = window.prompt('Your name, as others see it:')?.trim();
    if (!given) return;
    localStorage.setItem('name', given);
    void store.do({ do: 'name', name: given });
  };
  return h(
    'button',
    { type: 'button', class: 'quiet role in-control', title: 'Change the name that others see', onclick: rename },
    text,
  );
}
