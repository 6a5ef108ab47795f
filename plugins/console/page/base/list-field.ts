import type { ChangeState } from '../../protocol/change-state';
import { h } from './dom';

/** Several numbers, each in a field of its own with its name. */
export interface ListField {
  readonly element: HTMLElement;
  /** The numbers with blanks between them; undefined where one is wrong or one between others is empty. */
  read(): string | undefined;
  focus(): void;
}

/** Makes the fields of a list; the last ones may stay empty. */
export function createListField(
  { items, atLeast }: Extract<ChangeState, { by: 'list' }>,
  value: string,
  id: string,
): ListField {
  const present = value.split(/\s+/).filter((item) => item !== '' && item !== 'none');
  const fields = items.map((name, at) => {
    const input = h('input', {
      type: 'text',
      inputmode: 'decimal',
      class: 'number',
      id: `${id}-${at}`,
      value: present[at] ?? '',
      autocomplete: 'off',
      ...(at < atLeast && { required: true }),
    });
    return { input, row: h('div', { class: 'list-row' }, h('label', { for: `${id}-${at}` }, name), input) };
  });
  return {
    element: h('div', { class: 'list-field', role: 'group', id }, ...fields.map(({ row }) => row)),
    read: () => {
      const texts = fields.map(({ input }) => input.value.trim().replace(',', '.'));
      while (texts.at(-1) === '') texts.pop();
      const isWrong = texts.some((text) => text === '' || !Number.isFinite(Number(text)));
      return isWrong || texts.length < atLeast ? undefined : texts.join(' ');
    },
    focus: () => {
      fields[0]?.input.focus();
      fields[0]?.input.select();
    },
  };
}
