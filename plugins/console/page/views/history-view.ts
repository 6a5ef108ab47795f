import { fill, h } from '../base/dom';
import { formatError, formatValue, formatWhen, inWords, nameOf } from '../base/format';
import type { Store } from '../base/store';
import type { HistoryRow } from '../../protocol/state';
import { drawPlot } from '../base/plot';
import { matrixCard } from '../run/matrix-card';
import { showTrend } from '../run/trend';

const keeping = {
  saving: '. Save the calibrations to keep it.',
  itself: ' and is saved by itself.',
  session: ' for this session.',
} as const satisfies Readonly<Record<HistoryRow['keptBy'], string>>;

/** All calibrations over months, with their conditions; any value can be restored. */
export function createHistoryView(store: Store): HTMLElement {
  const which = h('select', { id: 'history-item' });
  const list = h('div', { class: 'entries' });
  const detail = h('div', { class: 'detail' });
  let rows: readonly HistoryRow[] = [];
  let chosen: string | undefined;
  const shown = (): readonly HistoryRow[] => rows.filter(({ item }) => which.value === '' || item === which.value);
  const show = (): void => {
    const all = shown();
    fill(
      list,
      all.length === 0
        ? h(
            'p',
            { class: 'why' },
            'Nothing was measured yet. Every accepted calibration appears here, with its conditions.',
          )
        : table(all, chosen, (id) => {
            chosen = id;
            show();
          }),
    );
    const row = all.find(({ id }) => id === chosen) ?? all[0];
    fill(detail, ...(row ? detailOf(store, row, all, load) : []));
  };
  const load = (): void => {
    store.connection.ask({ do: 'history' }).then(
      (found) => {
        rows = found;
        const items = [...new Map(rows.map(({ item, label }) => [item, label]))].sort((a, b) =>
          a[1].localeCompare(b[1]),
        );
        const before = which.value;
        fill(
          which,
          h('option', { value: '' }, 'All calibrations'),
          ...items.map(([item, label]) => h('option', { value: item, selected: item === before }, label)),
        );
        show();
      },
      () => undefined,
    );
  };
  which.addEventListener('change', show);
  store.watch(['view', 'outcome', 'connected'], () => {
    if (store.local.view === 'history' && store.local.connected) load();
  });
  return h(
    'div',
    { class: 'view page history' },
    h(
      'header',
      { class: 'page-head' },
      h('h1', {}, 'History'),
      h('p', { class: 'lead' }, 'What was measured when, and under which conditions.'),
      h('div', { class: 'row' }, h('label', { for: 'history-item' }, 'Calibration'), which),
    ),
    h('div', { class: 'split' }, list, detail),
  );
}

function table(rows: readonly HistoryRow[], chosen: string | undefined, choose: (id: string) => void): HTMLElement {
  const line = (row: HistoryRow, index: number): HTMLElement => {
    const isChosen = row.id === chosen || (index === 0 && !rows.some(({ id }) => id === chosen));
    return h(
      'tr',
      { 'aria-current': isChosen ? 'true' : undefined, onclick: () => choose(row.id) },
      h('td', {}, h('button', { type: 'button', class: 'link', onclick: () => choose(row.id) }, formatWhen(row.when))),
      h('td', {}, row.label, row.simulated ? h('span', { class: 'tag simulated' }, 'simulated') : undefined),
      h('td', { class: 'number' }, row.conditions['magnification'] ?? ''),
      h('td', { class: 'verdict' }, row.kind === 'restored' ? 'restored' : (row.verdict ?? '')),
      h('td', {}, row.who),
    );
  };
  return h(
    'table',
    { class: 'values' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ...['When', 'Calibration', 'At', 'Verdict', 'Who'].map((name) =>
          h('th', { scope: 'col', class: name === 'At' ? 'number' : '' }, name),
        ),
      ),
    ),
    h('tbody', {}, ...rows.map(line)),
  );
}

function detailOf(
  store: Store,
  row: HistoryRow,
  all: readonly HistoryRow[],
  reload: () => void,
): readonly (HTMLElement | undefined)[] {
  const trend = h('div', { class: 'trend' });
  const earlier = all.slice(all.indexOf(row)).filter(({ item }) => item === row.item);
  queueMicrotask(() => void showTrend(trend, earlier));
  const plots = h('div', { class: 'plots' });
  if (row.plots > 0) queueMicrotask(() => void showPlots(store, row.id, plots));
  const inMatrix = new Set(row.matrix?.elements.map(({ name }) => name));
  const values = Object.entries(row.values).filter(([name]) => !inMatrix.has(name));
  const may = store.inControl && store.isAdministrator;
  const restore: Restore = (which, place) => () =>
    void store.do({ do: 'restore', entry: row.id, which, ...place }).then((done) => {
      if (!done) return;
      store.set({
        notice: { text: `The value is restored${keeping[row.keptBy]}`, hint: '', kind: 'fine' },
      });
      reload();
    });
  return [
    h(
      'section',
      { class: 'card' },
      h('h2', {}, row.label),
      h('p', { class: 'summary' }, row.summary),
      ...row.reasons.map((reason) => h('p', { class: 'hint' }, reason)),
      h('p', { class: 'fine-print' }, `${formatWhen(row.when)}, ${row.who}${row.simulated ? ', simulated' : ''}`),
      trend,
      h('h3', {}, 'Values'),
      row.matrix ? matrixCard(row.matrix) : undefined,
      h(
        'dl',
        {},
        ...values.flatMap(([name, value]) => [
          h('dt', {}, nameOf(name, row.units[name])),
          h(
            'dd',
            { class: 'number' },
            formatValue(value, row.errors[name]),
            row.errors[name] === undefined
              ? undefined
              : h('span', { class: 'error' }, ` \u00b1 ${formatError(row.errors[name])}`),
            row.units[name] === undefined ? undefined : h('span', { class: 'unit' }, ` ${row.units[name]}`),
          ),
        ]),
      ),
      ...(row.changed.length > 0
        ? [h('h3', {}, 'Changed at the microscope'), ...row.changed.map((text) => h('p', {}, text))]
        : []),
      plots,
      h('h3', {}, 'Conditions'),
      h(
        'dl',
        {},
        ...Object.entries(row.conditions).flatMap(([name, text]) => [h('dt', {}, inWords(name)), h('dd', {}, text)]),
      ),
      ...restoring(row, may, restore),
    ),
  ];
}

/** Draws the plots that an entry has. */
async function showPlots(store: Store, entry: string, parent: HTMLElement): Promise<void> {
  const found = await store.connection.ask({ do: 'history-plots', entry }).catch(() => []);
  // Another entry may have been chosen meanwhile.
  if (!parent.isConnected) return;
  for (const plot of found) {
    const place = h('div', {});
    parent.append(place);
    drawPlot(place, plot, { height: 170 });
  }
}

type Restore = (which: 'value' | 'replaced', place?: RestorePlace) => () => void;
interface RestorePlace {
  readonly at?: { readonly magIndex?: number; readonly camera?: number };
  readonly anyway?: true;
}

/** The buttons with which a value is restored, or the reason why there are none. */
function restoring(row: HistoryRow, may: boolean, restore: Restore): readonly (HTMLElement | undefined)[] {
  const { notRestorable, obstacle, inUse, replaces } = row;
  if (notRestorable !== undefined) return [h('p', { class: 'why' }, notRestorable)];
  const button = (text: string, which: 'value' | 'replaced', place?: RestorePlace): HTMLElement =>
    h('button', { type: 'button', disabled: !may, onclick: restore(which, place) }, text);
  const value = inUse
    ? []
    : obstacle
      ? [
          obstacle.elsewhere &&
            button(`Restore at ${obstacle.elsewhere.label}`, 'value', { at: placeOf(obstacle.elsewhere) }),
          button('Restore anyway', 'value', { anyway: true }),
        ]
      : [button('Restore this value', 'value')];
  const earlier = replaces
    ? button('Restore the previous value', 'replaced', obstacle ? { anyway: true } : undefined)
    : undefined;
  return [
    inUse ? h('p', { class: 'why' }, 'This value is in use.') : undefined,
    obstacle ? h('p', { class: 'why' }, `Measured under other conditions: ${obstacle.text}.`) : undefined,
    h('div', { class: 'row' }, ...value, earlier),
    may ? undefined : h('p', { class: 'why' }, 'An administrator in control can restore values.'),
  ];
}

const placeOf = ({ magIndex, camera }: { readonly magIndex?: number; readonly camera?: number }) => ({
  ...(magIndex !== undefined && { magIndex }),
  ...(camera !== undefined && { camera }),
});
