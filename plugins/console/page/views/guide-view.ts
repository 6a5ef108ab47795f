import { fill, h, icon } from '../base/dom';
import type { Store } from '../base/store';
import type { CoverageTable, FindingState, GuideStep } from '../../protocol/state';

type Item = GuideStep['items'][number];
const words: Readonly<Record<Item['state'], string>> = {
  done: 'Done',
  partly: 'In part',
  never: 'To do',
  stale: 'Old',
  doubtful: 'In doubt',
  unavailable: 'Not available yet',
};
const notBuilt = 'Not built yet';
const icons = {
  done: 'check',
  partly: 'check',
  never: 'circle',
  stale: 'clock',
  doubtful: 'warn',
  unavailable: 'lock',
} as const;

/**
 * Guide through a first setup: the order of work, what is done, what is old or doubtful; each step is one click from
 * its item.
 */
export function createGuideView(store: Store): HTMLElement {
  const list = h('ol', { class: 'steps' });
  const contradictions = h('section', { class: 'card contradictions', 'aria-label': 'Contradictions' });
  const table = h('section', { class: 'card coverage', 'aria-label': 'Magnifications' });
  const sum = h('p', { class: 'sum', role: 'status' });
  store.watch(['guide', 'findings'], () => {
    const steps = store.shared.guide ?? [];
    const items = steps.flatMap((step) => step.items);
    const count = (state: Item['state']): number => items.filter((item) => item.state === state).length;
    const findings = store.shared.findings?.length ?? 0;
    const parts = [
      `${count('done')} of ${items.length} done`,
      ...(count('partly') > 0 ? [`${count('partly')} in part`] : []),
      `${count('stale')} old`,
      `${count('doubtful')} in doubt`,
      ...(findings > 0 ? [`${findings} ${findings === 1 ? 'contradiction' : 'contradictions'}`] : []),
    ];
    sum.textContent = parts.join(', ');
    fill(list, ...steps.map((step, index) => stepOf(store, step, index + 1)));
  });
  store.watch(['coverage'], () => {
    const tables = store.shared.coverage ?? [];
    table.hidden = tables.length === 0;
    fill(table, h('h2', {}, 'Magnifications'), ...tables.map((each) => coverageOf(store, each)));
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
      h('p', { class: 'lead' }, 'The order in which an instrument is set up. Each step builds on those before it.'),
      sum,
    ),
    contradictions,
    list,
    table,
  );
}

function findingOf(store: Store, { severity, message, reason, redo, place }: FindingState): HTMLElement {
  const item = store.shared.menu?.find(({ id }) => id === redo);
  const again = item
    ? h(
        'button',
        { type: 'button', class: 'link', onclick: () => open(store, item.id, item.label, place) },
        place === undefined ? `Run ${item.label} again` : `Run ${item.label} again at ${place}`,
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

/** Opens an item, and names the place where it should be run. */
function open(store: Store, id: string, label: string, place: string | undefined): void {
  const notice = {
    text: `Go to ${place} first`,
    hint: `${label} measures at the present magnification.`,
    kind: 'fine',
  } as const;
  store.set({ view: 'calibrate', selected: id, ...(place !== undefined && { notice }) });
}

/** A table of one camera, folded up until it is opened. */
function coverageOf(store: Store, { name, columns, rows }: CoverageTable): HTMLElement {
  const covered = columns.map((_, at) => rows.filter(({ cells }) => cells[at]!.text !== '').length);
  const summary = columns.map(({ label }, at) => `${label} ${covered[at]}`).join(', ');
  return h(
    'details',
    {},
    h('summary', {}, `${name}: ${rows.length} magnifications (${summary})`),
    h(
      'table',
      { class: 'values' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'Magnification'),
          ...columns.map(({ item, label }) =>
            h(
              'th',
              { scope: 'col' },
              h(
                'button',
                { type: 'button', class: 'link', onclick: () => store.set({ view: 'calibrate', selected: item }) },
                label,
              ),
            ),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        ...rows.map(({ magIndex, magnification, cells }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row', title: `mag index ${magIndex}` }, `${magnification}x`),
            ...cells.map(({ state, text, why }) =>
              h('td', { class: state, title: why }, text === '' ? '\u2013' : icon(icons[state]), ` ${text}`),
            ),
          ),
        ),
      ),
    ),
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
    h(
      'span',
      { class: 'note' },
      first.length > 0 ? `${note}. ` : note,
      first.length > 0 ? h('em', {}, `First: ${first.join(', ')}.`) : undefined,
    ),
  );
}
