import { h } from '../base/dom';
import type { QuestionState } from '../../protocol/state';

type Answer = (value: boolean | number | string) => Promise<boolean>;

/** A question as a form in the page: what is asked, why, the limits and the default; Enter takes what is entered. */
export function createQuestion(question: QuestionState, why: string, answer: Answer): HTMLElement {
  const reason = why === '' ? undefined : h('p', { class: 'why' }, why);
  if (question.kind === 'confirm') return confirmation(question, reason, answer);
  const id = `question-${question.id}`;
  const { field, value, note } = question.kind === 'choice' ? choice(question, id) : entry(question, id);
  const trouble = h('p', { class: 'trouble', role: 'alert' });
  const form = h(
    'form',
    {
      class: 'question',
      novalidate: true,
      onsubmit: (event: Event) => {
        event.preventDefault();
        const given = value();
        trouble.textContent = typeof given === 'object' ? given.trouble : '';
        if (typeof given !== 'object') void answer(given);
      },
    },
    h('label', { class: 'text', for: id }, question.text),
    reason,
    field,
    note,
    trouble,
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'primary' }, 'OK')),
  );
  return form;
}

function confirmation(question: Extract<QuestionState, { kind: 'confirm' }>, reason: HTMLElement | undefined, answer: Answer): HTMLElement {
  const button = (value: boolean, text: string): HTMLElement =>
    h('button', { type: 'button', class: question.default === value ? 'primary' : '', 'data-first': question.default === value, onclick: () => void answer(value) }, text);
  return h('div', { class: 'question', role: 'group', 'aria-label': question.text }, h('p', { class: 'text' }, question.text), reason, h('div', { class: 'row' }, button(true, 'Yes'), button(false, 'No')));
}

interface Field {
  readonly field: HTMLElement;
  readonly value: () => number | string | { readonly trouble: string };
  readonly note: HTMLElement | undefined;
}

function choice(question: Extract<QuestionState, { kind: 'choice' }>, id: string): Field {
  const field = h('select', { id, 'data-first': true }, ...question.choices.map(({ value, label }) => h('option', { value, selected: value === question.default }, label)));
  return { field, value: () => field.value, note: undefined };
}

function entry(question: Extract<QuestionState, { kind: 'number' | 'text' }>, id: string): Field {
  const shown = question.kind === 'number' && question.decimals !== undefined ? question.default.toFixed(question.decimals) : String(question.default);
  const input = h('input', { id, type: 'text', value: shown, 'data-first': true, autocomplete: 'off', spellcheck: 'false', ...(question.kind === 'number' && { inputmode: 'decimal', class: 'number' }) });
  input.addEventListener('focus', () => input.select());
  if (question.kind === 'text') return { field: input, value: () => input.value, note: undefined };
  const { unit, minimum, maximum, integer } = question;
  const limits = minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : minimum !== undefined ? `at least ${minimum}` : maximum !== undefined ? `at most ${maximum}` : '';
  const note = [integer ? 'A whole number' : '', limits, `default ${shown}${unit ? ` ${unit}` : ''}`].filter((part) => part !== '').join(', ');
  const value = (): ReturnType<Field['value']> => {
    const text = input.value.trim().replace(',', '.');
    if (text === '') return question.default;
    const number = Number(text);
    if (!Number.isFinite(number)) return { trouble: 'A number is wanted.' };
    if (integer && !Number.isInteger(number)) return { trouble: 'A whole number is wanted.' };
    if ((minimum !== undefined && number < minimum) || (maximum !== undefined && number > maximum)) return { trouble: `It has to be ${limits}.` };
    return number;
  };
  return { field: h('div', { class: 'with-unit' }, input, unit ? h('span', { class: 'unit' }, unit) : undefined), value, note: h('p', { class: 'why' }, note) };
}
