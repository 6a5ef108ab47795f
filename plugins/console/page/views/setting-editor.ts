import { h } from '../base/dom';
import type { Store } from '../base/store';
import type { SettingState } from '../../protocol/state';

/** Opens a small form at a cell to change its setting; Enter sends it, Esc closes it. */
export function openEditor(store: Store, cell: HTMLElement, setting: SettingState): void {
  document.querySelector('[data-popover]')?.remove();
  const { change } = setting;
  if (!change) return;
  const field =
    change.by === 'choice'
      ? choiceField(setting, change)
      : change.by === 'switch'
        ? switchField(setting, change)
        : numberField(setting, change);
  const id = `set-${setting.id}`;
  field.id = id;
  const trouble = h('p', { class: 'trouble', role: 'alert' });
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
      onkeydown: (event: KeyboardEvent) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      },
      onsubmit: (event: Event) => {
        event.preventDefault();
        const value =
          change.by === 'choice'
            ? field.value
            : change.by === 'switch'
              ? field.value === 'on'
              : Number(field.value.replace(',', '.'));
        if (typeof value === 'number' && (!Number.isFinite(value) || field.value.trim() === '')) {
          trouble.textContent = 'Enter a number.';
          return;
        }
        send.disabled = true;
        void store.do({ do: 'set', setting: setting.id, value }).then((done) => {
          send.disabled = false;
          if (done) close();
        });
      },
    },
    h(
      'label',
      { for: id },
      `${setting.about ?? setting.label}${change.by === 'number' && change.unit ? ` in ${change.unit}` : ''}`,
    ),
    h('div', { class: 'row' }, field, send),
    change.by === 'number' && limitsOf(change) !== '' ? h('p', { class: 'why' }, limitsOf(change)) : undefined,
    change.by === 'switch' && change.hint ? h('p', { class: 'why' }, change.hint) : undefined,
    trouble,
  );
  document.body.append(form);
  const { left, bottom } = cell.getBoundingClientRect();
  form.style.left = `${Math.min(left, window.innerWidth - form.offsetWidth - 12)}px`;
  form.style.top = `${bottom + 4}px`;
  document.addEventListener('pointerdown', outside, true);
  field.focus();
  if (field instanceof HTMLInputElement) field.select();
}

const limitsOf = ({ minimum, maximum }: Extract<SettingState['change'], { by: 'number' }>): string =>
  minimum !== undefined && maximum !== undefined
    ? `${minimum} to ${maximum}`
    : minimum !== undefined
      ? `at least ${minimum}`
      : maximum !== undefined
        ? `at most ${maximum}`
        : '';

const choiceField = (
  { value }: SettingState,
  { choices }: Extract<SettingState['change'], { by: 'choice' }>,
): HTMLSelectElement =>
  h(
    'select',
    { size: Math.min(12, choices.length) },
    ...choices.map((choice) => h('option', { value: choice.value, selected: choice.value === value }, choice.label)),
  );

/** The present place is chosen, so that Enter alone moves nothing. */
const switchField = (
  { value }: SettingState,
  { on, off }: Extract<SettingState['change'], { by: 'switch' }>,
): HTMLSelectElement =>
  h(
    'select',
    { size: 2 },
    h('option', { value: 'off', selected: value !== true }, off),
    h('option', { value: 'on', selected: value === true }, on),
  );

const numberField = (
  { value }: SettingState,
  { step }: Extract<SettingState['change'], { by: 'number' }>,
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
  });
  return field;
};
