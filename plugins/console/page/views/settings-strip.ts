import { h, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';
import type { SettingState } from '../../protocol/state';
import { openEditor } from '../base/setting-editor';

interface Cell {
  readonly element: HTMLButtonElement;
  readonly value: HTMLElement;
}

/** Present settings of column, stage, camera and filter; a click on one that can be changed opens a small form. */
export function createSettingsStrip(store: Store): HTMLElement {
  const strip = h('section', { class: 'settings', 'aria-label': 'Microscope' });
  const cells = new Map<string, Cell>();
  const states = new Map<string, SettingState>();
  const make = ({ id, label, about = label, unit }: SettingState): Cell => {
    const value = h('span', { class: 'value' });
    const element = h(
      'button',
      { type: 'button', class: 'cell', 'data-setting': id, onclick: () => openEditor(store, element, states.get(id)!) },
      h('span', { class: 'name', 'aria-label': about }, label, unit ? h('i', {}, ` ${unit}`) : undefined),
      value,
    );
    return { element, value };
  };
  store.watch(['settings', 'people', 'me', 'run', 'connected'], () => {
    const settings = store.shared.settings ?? [];
    const ids = settings.map(({ id }) => id).join();
    if (ids !== [...cells.keys()].join()) {
      cells.clear();
      for (const setting of settings) cells.set(setting.id, make(setting));
      strip.replaceChildren(...[...cells.values()].map(({ element }) => element));
    }
    const { run } = store.shared;
    const free = !run || run.waiting.some((each) => each.for === 'button' || (each.live?.settings.length ?? 0) > 0);
    for (const setting of settings) {
      states.set(setting.id, setting);
      const { element, value } = cells.get(setting.id)!;
      setText(value, setting.text);
      element.disabled = !setting.change || !store.inControl || !free;
      setAttribute(
        element,
        'title',
        setting.change
          ? `Change: ${setting.about ?? setting.label}`
          : `${setting.about ?? setting.label}: ${setting.text}`,
      );
    }
  });
  return strip;
}
