import type { ChangeState } from '../../protocol/change-state';
import { fill, h, setText } from './dom';
import { createListField } from './list-field';

/** A value as the editor sends it. */
export type EditedValue = number | string | boolean;

/** Everything about a value that is edited. */
export interface Edited {
  /** The cell below which the editor opens, and which has the focus again after it. */
  readonly cell: HTMLElement;
  readonly id: string;
  /** Name of the value, with what it belongs to. */
  readonly title: string;
  readonly value: EditedValue | undefined;
  readonly change: ChangeState;
  /** Further sentences below the field. */
  readonly about?: readonly string[];
  /** The effect of a value that is not sent yet, or the reason why it cannot be. */
  readonly tried?: (value: EditedValue) => Promise<string>;
  /** Sends the value; the editor closes when that is done. */
  readonly send: (value: EditedValue) => Promise<boolean>;
}

const restMilliseconds = 150;
/** A change in one field. */
type SingleChange = Exclude<ChangeState, { by: 'list' }>;

/** Opens a small form at a cell to change a value; Enter sends it, Esc closes it. */
export function openValueEditor({ cell, id, title, value, change, about = [], tried, send: sendValue }: Edited): void {
  document.querySelector('[data-popover]')?.remove();
  const list = change.by === 'list' ? createListField(change, String(value ?? ''), id) : undefined;
  const single = change.by === 'list' ? undefined : fieldFor(change, value, `${id}-offered`);
  if (single) single.id = id;
  const field = list?.element ?? single!;
  const read = (): EditedValue | undefined => (change.by === 'list' ? list?.read() : valueOf(change, single!));
  const trouble = h('p', { class: 'trouble', role: 'alert' });
  const effect = h('p', { class: 'effect', role: 'status' });
  const close = (): void => {
    form.remove();
    document.removeEventListener('pointerdown', outside, true);
    cell.focus();
  };
  const outside = (event: Event): void => {
    if (event.target instanceof Node && !form.contains(event.target)) close();
  };
  const send = h('button', { type: 'submit', class: 'primary' }, 'Set');
  const form: HTMLFormElement = h(
    'form',
    {
      class: 'popover',
      'data-popover': true,
      'aria-label': title,
      onkeydown: (event: KeyboardEvent) => {
        // Enter opens a list in some browsers; here it sends the value, as in every other field.
        if (event.key === 'Enter' && field instanceof HTMLSelectElement && event.target === field) {
          event.preventDefault();
          form.requestSubmit();
        }
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      },
      onsubmit: (event: Event) => {
        event.preventDefault();
        const given = read();
        if (given === undefined) {
          setText(trouble, list ? 'Enter numbers; only the last fields may stay empty.' : 'Enter a number.');
          return;
        }
        send.disabled = true;
        void sendValue(given).then((done) => {
          send.disabled = false;
          if (done) close();
        });
      },
    },
    h(
      'label',
      { ...(single && { for: id }) },
      `${title}${change.by === 'number' && change.unit ? ` in ${change.unit}` : ''}`,
    ),
    h('div', { class: 'row' }, field, ...offersFor(change, `${id}-offered`), send),
    ...notesFor(change, about).map((note) => h('p', { class: 'why' }, note)),
    effect,
    trouble,
  );
  if (tried) follow(field, read, tried, effect);
  document.body.append(form);
  place(form, cell);
  document.addEventListener('pointerdown', outside, true);
  if (list) list.focus();
  single?.focus();
  if (single instanceof HTMLInputElement) single.select();
}

/** Below the cell, or above it where the window ends. */
function place(form: HTMLElement, cell: HTMLElement): void {
  const { left, top, bottom } = cell.getBoundingClientRect();
  const below = bottom + 4;
  const fits = below + form.offsetHeight <= window.innerHeight - 8;
  form.style.left = `${Math.max(8, Math.min(left, window.innerWidth - form.offsetWidth - 12))}px`;
  form.style.top = `${fits ? below : Math.max(8, top - form.offsetHeight - 4)}px`;
}

/** Shows the effect of what stands in the field, a moment after it was changed. */
function follow(
  field: HTMLElement,
  read: () => EditedValue | undefined,
  tried: (value: EditedValue) => Promise<string>,
  effect: HTMLElement,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  const look = async (): Promise<void> => {
    const given = read();
    const own = (turn += 1);
    const text = given === undefined ? '' : await tried(given);
    if (own === turn) setText(effect, text);
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), restMilliseconds);
  });
  void look();
}

function valueOf(change: SingleChange, field: HTMLInputElement | HTMLSelectElement): EditedValue | undefined {
  if (change.by === 'choice') return field.value;
  if (change.by === 'switch') return field.value === 'on';
  if (change.by === 'text') return field.value;
  const text = field.value.trim().replace(',', '.');
  return text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
}

function notesFor(change: ChangeState, about: readonly string[]): readonly string[] {
  const own =
    change.by === 'number'
      ? limitsOf(change)
      : change.by === 'switch' || change.by === 'text'
        ? (change.hint ?? '')
        : '';
  return [...new Set([own, ...about])].filter((note) => note !== '');
}

const limitsOf = ({ minimum, maximum }: Extract<ChangeState, { by: 'number' }>): string =>
  minimum !== undefined && maximum !== undefined
    ? `${minimum} to ${maximum}`
    : minimum !== undefined
      ? `at least ${minimum}`
      : maximum !== undefined
        ? `at most ${maximum}`
        : '';

function fieldFor(
  change: SingleChange,
  value: EditedValue | undefined,
  offered: string,
): HTMLInputElement | HTMLSelectElement {
  switch (change.by) {
    case 'choice':
      return choiceField(change, value);
    case 'switch':
      return switchField(change, value);
    case 'text':
      return h('input', {
        type: 'text',
        value: String(value ?? ''),
        autocomplete: 'off',
        spellcheck: 'false',
        ...(change.offered && { list: offered }),
      });
    case 'number':
      return numberField(change, value);
  }
}

/** Texts to choose from. */
const offersFor = (change: ChangeState, id: string): readonly HTMLElement[] =>
  change.by === 'text' && change.offered
    ? [h('datalist', { id }, ...change.offered.map((each) => h('option', { value: each })))]
    : [];

const choiceField = (
  { choices }: Extract<ChangeState, { by: 'choice' }>,
  value: EditedValue | undefined,
): HTMLSelectElement => {
  const field = h('select', { size: Math.max(2, Math.min(12, choices.length)) });
  fill(
    field,
    ...choices.map((choice) => h('option', { value: choice.value, selected: choice.value === value }, choice.label)),
  );
  return field;
};

/** The present place is chosen, so that Enter alone moves nothing. */
const switchField = (
  { on, off }: Extract<ChangeState, { by: 'switch' }>,
  value: EditedValue | undefined,
): HTMLSelectElement =>
  h(
    'select',
    { size: 2 },
    h('option', { value: 'off', selected: value !== true }, off),
    h('option', { value: 'on', selected: value === true }, on),
  );

const numberField = (
  { step }: Extract<ChangeState, { by: 'number' }>,
  value: EditedValue | undefined,
): HTMLInputElement => {
  const field = h('input', {
    type: 'text',
    inputmode: 'decimal',
    class: 'number',
    value: String(value ?? ''),
    autocomplete: 'off',
  });
  field.addEventListener('keydown', (event) => {
    const by = event.key === 'ArrowUp' ? step : event.key === 'ArrowDown' ? -step : 0;
    if (by === 0) return;
    event.preventDefault();
    field.value = String(Number((Number(field.value) + by).toFixed(6)));
    field.dispatchEvent(new Event('input'));
  });
  return field;
};
