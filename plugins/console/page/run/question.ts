import { h } from '../base/dom';
import type { QuestionState } from '../../protocol/state';

type Value = boolean | number | string;
type Answer = (values: Value[]) => Promise<boolean>;

/** One question or several as a form in the page, with reason, limits and default; Enter sends the answer. */
export function createQuestions(
  asked: readonly { readonly question: QuestionState; readonly why: string }[],
  answer: Answer,
  isAdministrator: boolean,
): HTMLElement {
  const [only] = asked;
  if (only && asked.length === 1 && only.question.kind === 'confirm') {
    const reserved = isAdministrator ? undefined : only.question.administratorOnly;
    return confirmation(only.question, only.why, (value) => void answer([value]), reserved);
  }
  const fields = asked.map(({ question, why }, index) => ({
    ...fieldOf(question, `question-${question.id}`, index === 0),
    question,
    why,
    trouble: h('p', { class: 'trouble', role: 'alert' }),
  }));
  const submit = (event: Event): void => {
    event.preventDefault();
    const given = fields.map(({ value, trouble, field }) => {
      const each = value();
      trouble.textContent = typeof each === 'object' ? each.trouble : '';
      return { each, field };
    });
    const wrong = given.find(({ each }) => typeof each === 'object');
    if (wrong) wrong.field.querySelector<HTMLElement>('input')?.focus();
    else void answer(given.map(({ each }) => each as Value));
  };
  return h(
    'form',
    { class: 'question', novalidate: true, onsubmit: submit },
    ...fields.map(({ question, why, field, note, trouble }) =>
      h(
        'div',
        { class: 'asked' },
        h('label', { class: 'text', for: `question-${question.id}` }, question.text),
        reason(why),
        field,
        note,
        trouble,
      ),
    ),
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'primary' }, 'OK')),
  );
}

const reason = (why: string): HTMLElement | undefined => (why === '' ? undefined : h('p', { class: 'why' }, why));

function confirmation(
  question: Extract<QuestionState, { kind: 'confirm' }>,
  why: string,
  answer: (value: boolean) => void,
  /** Text for a person who may not say yes. */
  reserved: string | undefined,
): HTMLElement {
  const button = (value: boolean, text: string): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: question.default === value ? 'primary' : '',
        'data-first': question.default === value,
        disabled: value && reserved !== undefined,
        onclick: () => answer(value),
      },
      text,
    );
  return h(
    'div',
    { class: 'question', role: 'group', 'aria-label': question.text },
    h('p', { class: 'text' }, question.text),
    question.lines ? h('pre', { class: 'lines', tabindex: 0 }, question.lines.join('\n')) : undefined,
    reason(why),
    reserved === undefined ? undefined : reason(reserved),
    h('div', { class: 'row' }, button(true, 'Yes'), button(false, 'No')),
  );
}

interface Field {
  readonly field: HTMLElement;
  readonly value: () => Value | { readonly trouble: string };
  readonly note: HTMLElement | undefined;
}

function fieldOf(question: QuestionState, id: string, first: boolean): Field {
  if (question.kind === 'choice')
    return select(
      id,
      first,
      question.choices.map((each) => ({ ...each, is: each.value })),
      question.default,
    );
  if (question.kind === 'confirm')
    return select(
      id,
      first,
      [
        { value: 'yes', label: 'Yes', is: true },
        { value: 'no', label: 'No', is: false },
      ],
      question.default ? 'yes' : 'no',
    );
  if (question.kind === 'number' && question.offered)
    return select(
      id,
      first,
      question.offered.map(({ value, label }) => ({ value: String(value), label, is: value })),
      String(question.default),
    );
  return entry(question, id, first);
}

function select(
  id: string,
  first: boolean,
  choices: readonly { readonly value: string; readonly label: string; readonly is: Value }[],
  chosen: string,
): Field {
  const field = h(
    'select',
    { id, 'data-first': first },
    ...choices.map(({ value, label }) => h('option', { value, selected: value === chosen }, label)),
  );
  // Enter opens a list in some browsers; here it sends the answer, as in every other field.
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    field.form?.requestSubmit();
  });
  return { field, value: () => choices.find(({ value }) => value === field.value)!.is, note: undefined };
}

function entry(question: Extract<QuestionState, { kind: 'number' | 'text' }>, id: string, first: boolean): Field {
  const shown =
    question.kind === 'number' && question.decimals !== undefined
      ? question.default.toFixed(question.decimals)
      : String(question.default);
  const input = h('input', {
    id,
    type: 'text',
    value: shown,
    'data-first': first,
    autocomplete: 'off',
    spellcheck: 'false',
    ...(question.kind === 'number' && { inputmode: 'decimal', class: 'number' }),
  });
  input.addEventListener('focus', () => input.select());
  if (question.kind === 'text') return { field: input, value: () => input.value, note: undefined };
  const { unit, minimum, maximum, integer } = question;
  const limits = inLimits(minimum, maximum);
  const note = [integer ? 'A whole number' : '', limits, `default ${shown}${unit ? ` ${unit}` : ''}`]
    .filter((part) => part !== '')
    .join(', ');
  const value = (): ReturnType<Field['value']> => {
    const text = input.value.trim().replace(',', '.');
    if (text === '') return question.default;
    const number = Number(text);
    if (!Number.isFinite(number)) return { trouble: 'Enter a number.' };
    if (integer && !Number.isInteger(number)) return { trouble: 'Enter a whole number.' };
    if ((minimum !== undefined && number < minimum) || (maximum !== undefined && number > maximum))
      return { trouble: `Must be ${limits}.` };
    return number;
  };
  return {
    field: h('div', { class: 'with-unit' }, input, unit ? h('span', { class: 'unit' }, unit) : undefined),
    value,
    note: h('p', { class: 'why' }, note),
  };
}

/** Limits in words; empty when there are none. */
function inLimits(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  return maximum === undefined ? '' : `at most ${maximum}`;
}
