import { fill, h, icon, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';
import { switchTheme } from '../base/theme';

const views = [
  ['calibrate', 'Calibrate', 'm'],
  ['guide', 'Guide', 'g'],
  ['history', 'History', 'h'],
  ['configuration', 'Configuration', ''],
] as const;

/** The bar at the top: the site, the run, STOP, and the person in control. */
export function createTopBar(store: Store): HTMLElement {
  const title = h('span', { class: 'instrument' });
  const simulated = h(
    'span',
    { class: 'badge simulated', hidden: true, title: 'A virtual microscope; no instrument is connected' },
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
    { type: 'button', class: 'stop', title: 'Stop what runs (Esc)', onclick: () => void store.do({ do: 'stop' }) },
    icon('stop'),
    'STOP',
  );
  const people = h('div', { class: 'people' });
  const theme = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': 'Light or dark', title: 'Light or dark', onclick: switchTheme },
    icon('sun'),
  );
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
  store.watch(['run', 'me', 'connected'], () => {
    const { run } = store.shared;
    stop.disabled = !run || run.stopping || store.local.me?.role === 'observer';
    const waits = run?.waiting.length ? ', needs your answer' : '';
    setText(
      running,
      !store.local.connected
        ? 'Connection lost; trying again'
        : run
          ? `${run.label}${run.stopping ? ' is stopping' : waits}`
          : 'Idle',
    );
    running.dataset['state'] = !store.local.connected ? 'lost' : run ? (waits ? 'waits' : 'runs') : 'idle';
  });
  store.watch(['people', 'me', 'connected'], () => fill(people, ...peopleOf(store)));
  return h(
    'header',
    { class: 'bar' },
    h('span', { class: 'brand' }, 'Eucentric'),
    title,
    simulated,
    h('nav', { 'aria-label': 'Views' }, ...tabs),
    h('span', { class: 'spring' }),
    running,
    people,
    theme,
    stop,
  );
}

function peopleOf(store: Store): readonly HTMLElement[] {
  const { me, connected } = store.local;
  const all = store.shared.people;
  if (!me || !all || !connected) return [];
  const others = all.people.length - 1;
  const company =
    others > 0 ? [h('span', { class: 'company' }, `${others} other ${others === 1 ? 'browser' : 'browsers'}`)] : [];
  if (me.role === 'observer') return [...company, h('span', { class: 'role' }, 'View only')];
  if (store.inControl)
    return [
      ...company,
      h('span', { class: 'role in-control' }, me.role === 'administrator' ? 'In control, administrator' : 'In control'),
    ];
  const taken = all.operator !== undefined;
  return [
    ...company,
    h(
      'button',
      { type: 'button', class: 'primary', onclick: () => void store.do({ do: 'control', take: true }) },
      taken ? 'Take over control' : 'Take control',
    ),
  ];
}
