import type { UserSettingState } from '../../protocol/working-state';
import { fill, h, icon, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';
import { openValueEditor } from '../base/value-editor';

const standings: Readonly<Record<UserSettingState['standing'], string>> = {
  default: '',
  file: '',
  session: 'this session only',
  script: 'until the script ends',
};

interface Row {
  readonly element: HTMLTableRowElement;
  readonly value: HTMLButtonElement;
  readonly text: HTMLElement;
  readonly tag: HTMLElement;
  readonly reset: HTMLButtonElement;
}

/** Rows of user settings, each with its value, its default and what it is; a click on a value changes it. */
export class UserSettingRows {
  readonly element = h('div', { class: 'setting-groups' });
  private readonly rows = new Map<string, Row>();
  private readonly states = new Map<string, UserSettingState>();
  private shape = '';

  constructor(private readonly store: Store) {}

  /** Shows settings under the headings of their groups; headings are left out where `plain` says so. */
  show(settings: readonly UserSettingState[], plain = false): void {
    const shape = settings.map(({ id }) => id).join();
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(settings, plain);
    }
    for (const setting of settings) {
      this.states.set(setting.id, setting);
      const { element, value, text, tag, reset } = this.rows.get(setting.id)!;
      const shown = `${setting.text}${setting.unit === undefined ? '' : ` ${setting.unit}`}`;
      setText(text, shown);
      setText(tag, standings[setting.standing]);
      tag.hidden = standings[setting.standing] === '';
      element.classList.toggle('changed', setting.changed);
      const open = this.store.mayChange;
      setAttribute(value, 'aria-disabled', open ? undefined : 'true');
      setAttribute(
        value,
        'aria-label',
        [`${setting.label}: ${shown}`, setting.changed ? 'not the default' : '', standings[setting.standing]]
          .filter((part) => part !== '')
          .join(', '),
      );
      reset.hidden = !setting.changed;
      reset.disabled = !open;
    }
  }

  private build(settings: readonly UserSettingState[], plain: boolean): void {
    this.rows.clear();
    const groups = [...new Set(settings.map(({ group }) => group))];
    fill(
      this.element,
      ...groups.map((group) =>
        h(
          'section',
          { 'aria-label': group, class: 'setting-group' },
          plain ? undefined : h('h3', {}, group),
          h(
            'table',
            { class: 'user-settings' },
            h(
              'colgroup',
              {},
              ...['label', 'value', 'default', 'about'].map((name) => h('col', { class: `col-${name}` })),
            ),
            h(
              'thead',
              { class: 'spoken' },
              h('tr', {}, ...['Setting', 'Value', 'Default', 'Meaning'].map((name) => h('th', { scope: 'col' }, name))),
            ),
            h('tbody', {}, ...settings.filter((each) => each.group === group).map((each) => this.make(each))),
          ),
        ),
      ),
    );
  }

  private make({ id, label, about, default: standard, unit }: UserSettingState): HTMLTableRowElement {
    const [text, tag] = [h('span', { class: 'text' }), h('span', { class: 'tag unsaved', hidden: true })];
    const value = h(
      'button',
      { type: 'button', class: 'value', 'data-setting': id, onclick: () => this.edit(id) },
      text,
    );
    const reset = h(
      'button',
      {
        type: 'button',
        class: 'quiet reset',
        'aria-label': `${label}: back to the default`,
        title: 'Back to the default',
        onclick: () => void this.store.do({ do: 'set-user-setting', setting: id }),
      },
      icon('back'),
    );
    const element = h(
      'tr',
      {},
      h('th', { scope: 'row', title: `${id} in the settings file` }, label),
      h('td', {}, h('div', { class: 'value-cell' }, value, tag, reset)),
      h('td', { class: 'default' }, `default ${standard}${unit === undefined ? '' : ` ${unit}`}`),
      h('td', { class: 'about' }, about),
    );
    this.rows.set(id, { element, value, text, tag, reset });
    return element;
  }

  private edit(id: string): void {
    const { store } = this;
    const setting = this.states.get(id);
    const row = this.rows.get(id);
    if (!setting || !row || !store.mayChange) return;
    const { label, about, allowed, change, value } = setting;
    const limited = change.by === 'number' && change.minimum !== undefined;
    openValueEditor({
      cell: row.value,
      id: `user-${id}`,
      title: label,
      value,
      change,
      about: [about, ...(limited || (change.by !== 'number' && change.by !== 'list') ? [] : [`It is ${allowed}.`])],
      send: (given) => store.do({ do: 'set-user-setting', setting: id, value: given }),
    });
  }
}
