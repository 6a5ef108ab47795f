import { areaNames, type AreaName, type LowDosePanelState } from '../../protocol/working-state';
import { fill, h, icon, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';
import { openValueEditor } from '../base/value-editor';
import { CellTable } from './cell-table';
import { drawAreas } from './low-dose-drawing';
import { panelHelp } from './panel-help';
import { UserSettingRows } from './user-setting-rows';

/** Group of the user settings that belong to Low Dose. */
const settingGroup = 'Low Dose';

/** Low Dose: where the column is, the areas with all that each holds, and where they stand on the specimen. */
export function createLowDosePanel(store: Store): HTMLElement {
  const state = (): LowDosePanelState | undefined => store.shared.lowDose;
  const power = h('button', { type: 'button', class: 'primary', onclick: () => void turn() }, 'Switch on');
  const turn = (): Promise<boolean> => store.do({ do: 'low-dose', on: state()?.on !== true });
  const where = h('p', { class: 'sum', role: 'status' });
  const areas = areaNames.map((area) =>
    h(
      'button',
      { type: 'button', title: `Take the column to ${area}`, onclick: () => void store.do({ do: 'go-to-area', area }) },
      area,
    ),
  );
  const update = h(
    'button',
    {
      type: 'button',
      title: 'While this is on, what you change at the microscope becomes part of the area in which it is',
      onclick: () => void store.do({ do: 'update-areas', on: state()?.continuousUpdate !== true }),
    },
    'Continuous update',
  );
  const balance = h(
    'button',
    {
      type: 'button',
      title:
        'Moves the origin so that Record and the mean of Focus and Trial lie on either side of the optic axis; again, moves it back',
      onclick: () => void store.do({ do: 'balance-areas' }),
    },
    'Balance shifts',
  );
  const left = h('div', { class: 'left-behind', role: 'alert', hidden: true });
  const table = new CellTable('Areas of Low Dose', (cell, row, column, value) => {
    const area = areaNames[column]!;
    openValueEditor({
      cell,
      id: 'area-value',
      title: `${row.label} of ${area}`,
      value: value.value,
      change: row.change,
      about: [row.about, ...(state()?.area === area ? ['The column follows at once.'] : [])],
      send: (given) => store.do({ do: 'change-area', area, field: row.id, value: given }),
    });
  });
  const drawing = h('div', { class: 'drawing-place' });
  const rows = new UserSettingRows(store);
  const without = h(
    'p',
    { class: 'why', hidden: true },
    'This instrument has no Low Dose: it needs a column and a camera.',
  );
  const contents = h(
    'div',
    { class: 'low-dose-contents' },
    left,
    h('div', { class: 'row' }, power, where),
    h(
      'div',
      { class: 'row' },
      h('span', { class: 'go', id: 'go-to-area' }, 'Go to'),
      h('div', { class: 'group', role: 'group', 'aria-labelledby': 'go-to-area' }, ...areas),
      update,
      balance,
    ),
    h('div', { class: 'areas-and-drawing' }, h('div', { class: 'table-scroll' }, table.element), drawing),
    h('h3', {}, 'Offsets, axis and blanking'),
    rows.element,
  );
  let drawn = '';
  store.watch(['lowDose', 'userSettings', 'people', 'me', 'run', 'action', 'connected'], () => {
    const now = state();
    without.hidden = now !== undefined;
    contents.hidden = now === undefined;
    if (!now) return;
    const { on, area, continuousUpdate, fields } = now;
    const free = store.mayChange && store.shared.action === undefined;
    setText(power, on ? 'Switch off' : 'Switch on');
    power.classList.toggle('primary', !on);
    power.disabled = !free;
    setText(where, whereIs(now));
    for (const [at, button] of areas.entries()) {
      button.disabled = !free || !on;
      setAttribute(button, 'aria-pressed', areaNames[at] === area ? 'true' : 'false');
    }
    update.disabled = !free || !on;
    setAttribute(update, 'aria-pressed', String(continuousUpdate));
    balance.disabled = !free;
    showLeft(store, left, now, free);
    table.show({
      columns: areaNames.map((name) => ({ name, marked: name === area })),
      rows: fields,
      value: (row, column) => now.areas[column]!.values[row.id] ?? { text: '\u2013' },
      open: free,
      last: { name: 'Set from', cell: (column) => sourcesOf(store, areaNames[column]!) },
    });
    for (const button of table.element.querySelectorAll<HTMLButtonElement>('tr.last button')) button.disabled = !free;
    for (const select of table.element.querySelectorAll<HTMLSelectElement>('tr.last select')) select.disabled = !free;
    rows.show(
      (store.shared.userSettings?.settings ?? []).filter(({ group }) => group === settingGroup),
      true,
    );
    const key = JSON.stringify([now.drawing, now.axisAngle, area]);
    if (key === drawn) return;
    drawn = key;
    fill(drawing, drawAreas(now));
  });
  return h(
    'section',
    { class: 'setup-panel low-dose', 'aria-label': 'Low Dose' },
    h('h2', {}, 'Low Dose'),
    h(
      'p',
      { class: 'lead' },
      'Looks, focuses and tries beside the place of interest, and comes to it only to record. Between images the beam is blanked.',
    ),
    panelHelp(
      'Each area holds settings of the column for one purpose. Going to an area sets them in an order that spares the place of interest. STOP ends a way, and puts everything back as it was before it.',
      'Focus and Trial stand beside Record on the axis; View and Search stand where Record does, with a defocus and an image shift of their own that are taken off behind them.',
      'An area that nobody has set takes the settings that the column has when it is first entered. \u201cColumn\u201d below an area takes them now: while Low Dose is off, or for the area in which the column is.',
      'With continuous update, what you change at the microscope becomes part of the present area; without it, the next way to an area puts the stored values back. Switching off goes to Record first.',
    ),
    without,
    contents,
  );
}

function whereIs({ on, area, table }: LowDosePanelState): string {
  const of = table === 'a camera' ? '' : ` These are the areas for ${table}.`;
  if (!on) return `Low Dose is off.${of}`;
  return area === undefined
    ? `Low Dose is on; no area was entered yet.${of}`
    : `Low Dose is on; the column is in ${area}.${of}`;
}

/** Sources from which an area can be set: the column as it is, or another area. */
function sourcesOf(store: Store, area: AreaName): HTMLElement {
  const from = h(
    'select',
    { class: 'copy', 'aria-label': `Copy another area to ${area}` },
    h('option', { value: '' }, 'Copy of\u2026'),
    ...areaNames.filter((each) => each !== area).map((each) => h('option', { value: each }, each)),
  );
  from.addEventListener('change', () => {
    const source = areaNames.find((each) => each === from.value);
    from.value = '';
    if (source) void store.do({ do: 'copy-area', from: source, to: area });
  });
  return h(
    'div',
    { class: 'sources' },
    h(
      'button',
      {
        type: 'button',
        'aria-label': `Set ${area} from the column as it is`,
        title: `Takes the settings that the column has now into ${area}`,
        onclick: () => void store.do({ do: 'take-area', area }),
      },
      'Column',
    ),
    from,
  );
}

/** Offsets that an earlier program has left in the column, with the two ways to settle it. */
function showLeft(store: Store, place: HTMLElement, { left }: LowDosePanelState, free: boolean): void {
  const key = JSON.stringify([left, free]);
  if (place.dataset['key'] === key) return;
  place.dataset['key'] = key;
  place.hidden = left === undefined;
  if (!left) return fill(place);
  const answer = (text: string, isThere: boolean): HTMLButtonElement =>
    h(
      'button',
      { type: 'button', disabled: !free, onclick: () => void store.do({ do: 'settle-left', isThere }) },
      text,
    );
  fill(
    place,
    h('p', {}, icon('warn'), ` ${left.text}`),
    h('p', { class: 'why' }, 'Look at focus and image at the magnification of Record, then say which it is.'),
    h(
      'div',
      { class: 'row' },
      ...(left.canTakeOff ? [answer('It is still there: take it off with the next area', true)] : []),
      answer('It is gone: go on without it', false),
    ),
  );
}
