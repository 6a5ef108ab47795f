import { fill, h, icon } from '../base/dom';
import type { Store } from '../base/store';
import type { FindingState, GuideStep } from '../../protocol/state';

type Item = GuideStep['items'][number];
const words: Readonly<Record<Item['state'], string>> = {
  done: 'Done',
  never: 'To do',
  stale: 'Old',
  doubtful: 'In doubt',
  unavailable: 'Not now',
};
const notBuilt = 'Not built yet';
const icons = { done: 'check', never: 'circle', stale: 'clock', doubtful: 'warn', unavailable: 'lock' } as const;

/**
 * Guide through a first setup: the order of work, what is done, what is old or doubtful; each step is one click from
 * its item.
 */
export function createGuideView(store: Store): HTMLElement {
  const list = h('ol', { class: 'steps' });
  const contradictions = h('section', { class: 'card contradictions', 'aria-label': 'Contradictions' });
  const sum = h('p', { class: 'sum', role: 'status' });
  store.watch(['guide'], () => {
    const steps = store.shared.guide ?? [];
    const items = steps.flatMap((step) => step.items);
    const count = (state: Item['state']): number => items.filter((item) => item.state === state).length;
    sum.textContent = `${count('done')} of ${items.length} done, ${count('stale')} old, ${count('doubtful')} in doubt`;
    fill(list, ...steps.map((step, index) => stepOf(store, step, index + 1)));
  });
  store.watch(['findings', 'menu'], () => {
    const findings = store.shared.findings ?? [];
    contradictions.hidden = findings.length === 0;
    fill(contradictions, h('h2', {}, 'Contradictions'), ...findings.map((finding) => findingOf(store, finding)));
  });
  return h(
    'div',
    { class: 'view page guide' },
    h(
      'header',
      { class: 'page-head' },
      h('h1', {}, 'Guide'),
      h('p', { class: 'lead' }, 'The order in which an instrument is set up. Every step rests on those before it.'),
      sum,
    ),
    contradictions,
    list,
  );
}

function findingOf(store: Store, { severity, message, reason, redo }: FindingState): HTMLElement {
  const item = store.shared.menu?.find(({ id }) => id === redo);
  const again = item
    ? h(
        'button',
        { type: 'button', class: 'link', onclick: () => store.set({ view: 'calibrate', selected: item.id }) },
        `Run ${item.label} again`,
      )
    : h('span', {}, `Look at ${redo} in the configuration`);
  return h(
    'article',
    { class: `problem ${severity}` },
    h('p', {}, icon('warn'), ` ${message}`),
    h('p', { class: 'hint' }, reason),
    h('p', { class: 'hint' }, again),
  );
}

function stepOf(store: Store, { title, why, items }: GuideStep, number: number): HTMLElement {
  const done = items.filter(({ state }) => state === 'done').length;
  const [here, absent] = [items.filter(({ note }) => note !== notBuilt), items.filter(({ note }) => note === notBuilt)];
  return h(
    'li',
    { class: 'step card' },
    h(
      'div',
      { class: 'step-head' },
      h('span', { class: 'number' }, String(number)),
      h('div', {}, h('h2', {}, title), h('p', { class: 'why' }, why)),
      h('span', { class: 'count' }, `${done} of ${items.length}`),
    ),
    h(
      'ul',
      {},
      ...here.map((item) => itemOf(store, item)),
      absent.length > 0
        ? h('li', { class: 'absent' }, `Not built yet: ${absent.map(({ label }) => label).join(', ')}`)
        : undefined,
    ),
  );
}

function itemOf(store: Store, { id, label, state, note, first }: Item): HTMLElement {
  const open = (): void => store.set({ view: 'calibrate', selected: id });
  return h(
    'li',
    { class: `guide-item ${state}` },
    h('span', { class: 'state' }, icon(icons[state]), words[state]),
    h('button', { type: 'button', class: 'link', onclick: open }, label),
    h('span', { class: 'note' }, note, first.length > 0 ? h('em', {}, ` First: ${first.join(', ')}.`) : undefined),
  );
}
