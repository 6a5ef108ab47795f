import { fill, h, icon } from '../base/dom';
import { formatDuration, inWords } from '../base/format';
import { renderMarkdown } from '../base/markdown';
import type { Store } from '../base/store';
import type { CostState, ForecastState, ItemState } from '../../protocol/state';

/** Card of the chosen item: its work, needs, questions and effects on the microscope, and the button that starts it. */
export function createItemCard(store: Store): HTMLElement {
  const card = h('section', { class: 'card item', 'aria-label': 'Chosen item' });
  let shown = '';
  store.watch(['selected', 'menu', 'guide', 'run', 'people', 'me', 'connected'], () => {
    const item = store.shared.menu?.find(({ id }) => id === store.local.selected);
    const { run } = store.shared;
    card.hidden = !item || run?.item === item.id;
    const first = store.shared.guide?.flatMap(({ items }) => items).find(({ id }) => id === item?.id)?.first;
    const key = JSON.stringify([item, first, run !== undefined, store.inControl, store.local.me?.role]);
    if (card.hidden || !item || key === shown) return;
    const focused = card.contains(document.activeElement);
    shown = key;
    fill(card, ...contents(store, item));
    if (focused) card.querySelector<HTMLElement>('.start')?.focus();
  });
  return card;
}

/** Reason why this page cannot start the item now; undefined when it can. */
function whyNotNow(store: Store, { enabled, reason, administratorOnly }: ItemState): string | undefined {
  if (!enabled) return `Cannot run now: ${reason ?? 'not available'}.`;
  if (!store.inControl)
    return store.local.me?.role === 'observer' ? 'You can only watch.' : 'Take control above to start it.';
  return administratorOnly && !store.isAdministrator ? 'Only an administrator may start it.' : undefined;
}

function contents(store: Store, item: ItemState): readonly (HTMLElement | undefined)[] {
  const { menu, label, summary, enabled, questions, stores, results, script, toggle, checked } = item;
  const forecast = h('div', { class: 'forecast' });
  if (enabled) {
    store.connection.ask({ do: 'forecast', item: item.id }).then(
      (known) => fill(forecast, ...forecastLines(known)),
      () => fill(forecast),
    );
  }
  const may = store.inControl && enabled && (!item.administratorOnly || store.isAdministrator);
  const why = whyNotNow(store, item);
  return [
    menu.length > 0 ? h('p', { class: 'crumbs' }, menu.join(' \u203a ')) : undefined,
    h('h2', {}, label),
    h('p', { class: 'summary' }, summary),
    why ? h('p', { class: 'why notice' }, icon('lock'), why) : undefined,
    ...neededFor(store, item),
    forecast,
    h(
      'button',
      {
        type: 'button',
        class: 'primary start',
        disabled: !may,
        onclick: () => void store.do({ do: 'run', item: item.id }),
      },
      toggle ? (checked ? `Switch ${label} off` : `Switch ${label} on`) : `Start ${label}`,
    ),
    item.help ? helpOf(store, item) : undefined,
    questions.length > 0
      ? details('What it asks', h('ul', {}, ...questions.map((question) => h('li', {}, question.summary))))
      : undefined,
    Object.keys(results).length > 0
      ? details(
          'What it gives',
          h(
            'dl',
            {},
            ...Object.entries(results).flatMap(([name, about]) => [h('dt', {}, inWords(name)), h('dd', {}, about)]),
          ),
        )
      : undefined,
    stores.length > 0 || script
      ? details(
          'For experts',
          h(
            'p',
            {},
            [
              stores.length > 0 ? `Stores ${stores.join(', ')}.` : '',
              script ? `Script command ${script}.` : '',
              `Id ${item.id}.`,
            ]
              .filter(Boolean)
              .join(' '),
          ),
        )
      : undefined,
  ];
}

/** Needs of an item: devices, and earlier calibrations that are missing. */
function neededFor(store: Store, { id, needs }: ItemState): readonly HTMLElement[] {
  const first = store.shared.guide?.flatMap(({ items }) => items).find((item) => item.id === id)?.first ?? [];
  if (needs.length === 0 && first.length === 0) return [];
  const link = (label: string): HTMLElement => {
    const other = store.shared.menu?.find((item) => item.label === label);
    return other
      ? h('button', { type: 'button', class: 'link', onclick: () => store.set({ selected: other.id }) }, label)
      : h('span', {}, label);
  };
  return [
    h('h3', {}, 'What it needs'),
    ...(needs.length > 0
      ? [h('p', { class: 'fine-print' }, `${needs.join(', ').replace(/^./, (letter) => letter.toUpperCase())}.`)]
      : []),
    ...(first.length > 0
      ? [
          h(
            'p',
            { class: 'why' },
            'Recommended first: ',
            ...first.flatMap((label, index) => (index === 0 ? [link(label)] : [', ', link(label)])),
          ),
        ]
      : []),
  ];
}

/** The help page of the item, fetched when it is opened. */
function helpOf(store: Store, { id }: ItemState): HTMLElement {
  const page = h('div', { class: 'help' });
  const opened = details('Help', page);
  opened.classList.add('help-page');
  opened.addEventListener('toggle', () => {
    if (!opened.open || page.hasChildNodes()) return;
    store.connection.ask({ do: 'help', item: id }).then(
      (text) => page.append(renderMarkdown(text)),
      (error: unknown) => {
        opened.open = false;
        store.tell(error);
      },
    );
  });
  return opened;
}

const details = (title: string, content: HTMLElement): HTMLDetailsElement =>
  h('details', {}, h('summary', {}, title), content);

function forecastLines({ atMost, dependsOn, changes, unknown, ...least }: ForecastState): readonly HTMLElement[] {
  const { images } = least;
  const heading = h('h3', {}, 'What it will do');
  if (unknown !== undefined) return [heading, h('p', { class: 'why' }, `Cannot be estimated yet. ${unknown}`)];
  if (images === undefined) return [];
  if (images === 0 && !atMost && changes.length === 0) return [heading, h('p', {}, 'Takes no images, moves nothing.')];
  const from = (text: (cost: CostState) => string | undefined): string => {
    const [low, high] = [text(least), atMost && text(atMost)];
    return high === undefined || high === low
      ? (low ?? '')
      : low === undefined
        ? `at most ${high}`
        : `${low} to ${high}`;
  };
  const rows: (readonly [string, string])[] = [
    ['Images', from((cost) => cost.images?.toString())],
    ['Time', from(({ duration }) => (duration ? formatDuration(duration) : undefined))],
    ['Beam on specimen', from(({ exposure }) => (exposure ? `${Number(exposure.toPrecision(2))} s` : undefined))],
    ['Dose', from(({ dose }) => dose)],
    ['Changes (restored afterwards)', changes.join(', ')],
    ['Depends on', dependsOn ?? ''],
  ];
  return [
    heading,
    h(
      'dl',
      {},
      ...rows.filter(([, text]) => text !== '').flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)]),
    ),
  ];
}
