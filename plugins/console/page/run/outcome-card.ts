import { fill, h, icon } from '../base/dom';
import { formatChange, formatDuration, formatError, formatValue, inWords, nameOf } from '../base/format';
import type { Store } from '../base/store';
import type { OutcomeState } from '../../protocol/state';
import { colourOf } from '../../protocol/verdict';
import { matrixCard } from './matrix-card';
import { createTrend } from './trend';

/** Result of the last run: its values with their errors beside the previous ones, and the next actions. */
export function createOutcomeCard(store: Store): HTMLElement {
  const card = h('section', { class: 'card outcome', 'aria-label': 'Result' });
  let dismissed = 0;
  let shown = '';
  const show = (): void => {
    const { outcome, run, instrument } = store.shared;
    card.hidden = !outcome || run !== undefined || outcome.number === dismissed;
    const key = JSON.stringify([outcome, instrument?.unsaved, instrument?.administrator, store.inControl]);
    if (card.hidden || !outcome || key === shown) return;
    shown = key;
    fill(
      card,
      ...contents(store, outcome, () => {
        dismissed = outcome.number;
        show();
      }),
    );
    card.parentElement?.scrollTo({ top: 0 });
  };
  store.watch(['outcome', 'run', 'instrument', 'people', 'me'], show);
  return card;
}

function contents(store: Store, outcome: OutcomeState, dismiss: () => void): readonly (HTMLElement | undefined)[] {
  const { end, summary, hint, code, verdict, remarks, values, matrix, tables, stored, stores, writtenTo } = outcome;
  const { keptBy = 'saving' } = outcome;
  // A path that the summary names is not shown a second time.
  const unsaid = values.filter(({ name, value }) => name !== 'path' || !summary.includes(String(value)));
  const doubtful = colourOf(verdict) === 'caution';
  const kind = end === 'failed' ? 'trouble' : end === 'stopped' || doubtful ? 'caution' : 'fine';
  const heading = headingOf(outcome);
  return [
    h(
      'header',
      { class: 'card-head' },
      h('span', { class: `badge ${kind}` }, icon(kind === 'fine' ? 'check' : kind === 'caution' ? 'warn' : 'cross')),
      h('h2', {}, heading),
      h(
        'button',
        { type: 'button', class: 'quiet close', 'aria-label': 'Close the result', onclick: dismiss },
        icon('cross'),
      ),
    ),
    h('p', { class: 'summary', role: 'status' }, summary),
    hint ? h('p', { class: 'hint' }, hint) : undefined,
    ...remarks.filter((remark) => !summary.includes(remark)).map((remark) => h('p', { class: 'hint' }, remark)),
    matrix ? matrixCard(matrix) : undefined,
    unsaid.length > 0 ? valueTable(unsaid) : undefined,
    ...tables.map(rowTable),
    end === 'done' ? createTrend(store, outcome.item, outcome.number) : undefined,
    h(
      'p',
      { class: 'fine-print' },
      [
        stored ? kept[keptBy] : stores && end === 'done' ? 'Nothing was stored.' : '',
        writtenTo === undefined ? '' : `Written into ${writtenTo}, used from the next start.`,
        `It took ${formatDuration(outcome.seconds)}.`,
        code ? `[${code}]` : '',
      ]
        .filter(Boolean)
        .join(' '),
    ),
    stored && keptBy === 'saving' ? saving(store) : undefined,
  ];
}

const kept = {
  saving: 'Kept in memory and in the history.',
  itself: 'Kept in the short-term file and in the history.',
  session: 'In use for this session, and kept in the history.',
} as const satisfies Readonly<Record<NonNullable<OutcomeState['keptBy']>, string>>;

function headingOf({ end, label, verdict }: OutcomeState): string {
  if (end === 'stopped') return `${label} was stopped`;
  if (end === 'failed') return `${label} did not succeed`;
  return verdict ? `${label}: ${verdict}` : label;
}

function valueTable(values: OutcomeState['values']): HTMLElement {
  const hasBefore = values.some(({ before }) => before !== undefined);
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'Value'),
    h('th', { scope: 'col', class: 'number' }, 'Now'),
    hasBefore ? h('th', { scope: 'col', class: 'number' }, 'Before') : undefined,
  );
  const rows = values.map(({ name, about, unit, value, error, before }) =>
    h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row', title: about },
        nameOf(name, unit),
        unit ? h('span', { class: 'unit' }, ` (${unit})`) : undefined,
      ),
      h(
        'td',
        { class: 'number' },
        typeof value === 'number' ? formatValue(value, error) : value === true ? 'yes' : value === false ? 'no' : value,
        error === undefined ? undefined : h('span', { class: 'error' }, ` \u00b1 ${formatError(error)}`),
      ),
      hasBefore
        ? h(
            'td',
            { class: 'number' },
            before === undefined || typeof value !== 'number' ? '' : formatValue(before, error),
            before === undefined || typeof value !== 'number'
              ? undefined
              : h('span', { class: 'change' }, ` ${formatChange(before, value)}`),
          )
        : undefined,
    ),
  );
  return h('table', { class: hasBefore ? 'values compared' : 'values' }, h('thead', {}, head), h('tbody', {}, ...rows));
}

function rowTable({ name, columns, rows }: OutcomeState['tables'][number]): HTMLElement {
  const cell = (value: number | string): HTMLElement =>
    h(
      'td',
      { class: typeof value === 'number' ? 'number' : '' },
      typeof value === 'number' ? formatValue(value) : value,
    );
  const table = (): HTMLElement =>
    h(
      'table',
      { class: 'values' },
      h('caption', {}, inWords(name)),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...columns.map((column) =>
            h(
              'th',
              { scope: 'col', class: 'number' },
              nameOf(column.name, column.unit),
              column.unit ? h('span', { class: 'unit' }, ` (${column.unit})`) : undefined,
            ),
          ),
        ),
      ),
      h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map(cell)))),
    );
  return h(
    'div',
    { class: 'rows' },
    h('div', { class: 'scrolling', tabindex: 0, role: 'group', 'aria-label': inWords(name) }, table()),
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', onclick: () => showLarge(inWords(name), table()) }, 'Enlarge'),
      copyButton(() => tabSeparated(columns, rows)),
    ),
  );
}

/** The table in a window of its own, as wide as the screen allows. */
function showLarge(title: string, table: HTMLElement): void {
  const dialog = h(
    'dialog',
    { class: 'large', 'aria-label': title, 'data-popover': true },
    h('div', { class: 'scrolling', tabindex: 0 }, table),
    h('div', { class: 'row' }, h('button', { type: 'button', onclick: () => dialog.close() }, 'Close')),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** The rows with all figures, for a spreadsheet. */
const tabSeparated = (
  columns: OutcomeState['tables'][number]['columns'],
  rows: OutcomeState['tables'][number]['rows'],
): string =>
  [columns.map(({ name, unit }) => (unit ? `${name} (${unit})` : name)), ...rows]
    .map((row) => row.join('\t'))
    .join('\n');

function copyButton(text: () => string): HTMLElement {
  const button = h('button', { type: 'button', title: 'For a spreadsheet, with all figures' }, 'Copy');
  button.addEventListener('click', () => {
    // Browsers have it on this computer and over HTTPS only.
    const { clipboard } = navigator as { clipboard?: Clipboard };
    const copied = clipboard?.writeText(text()) ?? Promise.reject(new Error('no clipboard'));
    copied.then(
      () => (button.textContent = 'Copied'),
      () => (button.textContent = 'Not allowed by the browser'),
    );
  });
  return button;
}

function saving(store: Store): HTMLElement {
  const { instrument, menu } = store.shared;
  const item = menu?.find(({ saves }) => saves);
  if (!instrument?.unsaved) return h('p', { class: 'fine-print' }, 'Everything is in the calibration file.');
  const why = whyNotSaved(store, instrument.administrator);
  return h(
    'div',
    { class: 'row' },
    h(
      'button',
      {
        type: 'button',
        class: 'primary',
        disabled: why !== undefined || !item,
        onclick: () => void (item && store.do({ do: 'run', item: item.id })),
      },
      'Save calibrations',
    ),
    why ? h('span', { class: 'why' }, why) : undefined,
    ...administratorMode(store, instrument.administrator),
  );
}

/** The switch that saving needs, for those who may use it. */
function administratorMode(store: Store, on: boolean): readonly HTMLElement[] {
  const item = store.shared.menu?.find(({ id }) => id.endsWith('/administrator'));
  if (on || !item || !store.isAdministrator || !store.inControl) return [];
  const turnOn = (): void => void store.do({ do: 'run', item: item.id });
  return [h('button', { type: 'button', onclick: turnOn }, 'Turn on Administrator mode')];
}

/** Reason why this page cannot save the calibrations; undefined when it can. */
function whyNotSaved(store: Store, administratorMode: boolean): string | undefined {
  if (!administratorMode) return 'Administrator mode is off, so it cannot be saved now.';
  if (!store.isAdministrator) return 'An administrator saves it.';
  return store.inControl ? undefined : 'Take control to save it.';
}
