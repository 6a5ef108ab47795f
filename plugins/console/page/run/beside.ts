import { fill, h, setText } from '../base/dom';
import type { Store } from '../base/store';
import type { SettingState, Waiting } from '../../protocol/state';
import { openEditor } from '../base/setting-editor';

/** The live image beside a question, in words: what was found in it, and the settings with which the operator does what is asked. */
export function createBeside(store: Store, live: NonNullable<Waiting['live']>): HTMLElement {
  const numbers = h('dl', { class: 'beside-numbers', 'aria-label': 'Found in the live image' });
  const trouble = h('p', { class: 'why beside-trouble', role: 'status' });
  const settings = h('div', { class: 'beside-settings', role: 'group', 'aria-label': 'Settings for it' });
  const element = h(
    'div',
    { class: 'beside' },
    h('p', { class: 'why' }, `A live image (${live.set}) is in buffer A until you answer.`),
    numbers,
    trouble,
    settings,
  );
  const cells = new Map(live.settings.map((id) => [id, makeCell(store, id)]));
  settings.hidden = cells.size === 0;
  fill(settings, ...[...cells.values()].map((cell) => cell.element));
  let drawn = '';
  const show = (): void => {
    const found = store.shared.buffers?.find(({ buffer, live: isLive }) => buffer === 'A' && isLive)?.drawing;
    const key = JSON.stringify(found?.numbers ?? []);
    if (key !== drawn) {
      drawn = key;
      fill(numbers, ...(found?.numbers ?? []).flatMap(({ label, text }) => [h('dt', {}, label), h('dd', {}, text)]));
    }
    numbers.hidden = !found;
    setText(trouble, found?.trouble ?? '');
    trouble.hidden = !found?.trouble;
    for (const setting of store.shared.settings ?? []) cells.get(setting.id)?.show(setting);
  };
  store.watch(['buffers', 'settings', 'people', 'me', 'connected'], show);
  show();
  return element;
}

function makeCell(
  store: Store,
  id: string,
): { readonly element: HTMLElement; readonly show: (setting: SettingState) => void } {
  let present: SettingState | undefined;
  const name = h('span', { class: 'name' });
  const value = h('span', { class: 'value' });
  const element = h(
    'button',
    {
      type: 'button',
      class: 'cell',
      'data-beside': id,
      onclick: () => {
        if (present) openEditor(store, element, present);
      },
    },
    name,
    value,
  );
  element.disabled = true;
  return {
    element,
    show: (setting) => {
      present = setting;
      setText(name, setting.unit ? `${setting.label} ${setting.unit}` : setting.label);
      setText(value, setting.text);
      element.disabled = !setting.change || !store.inControl;
    },
  };
}
