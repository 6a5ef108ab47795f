import { h, setAttribute } from '../base/dom';
import type { Store } from '../base/store';

const names = 'ABCDEFGHIJKLMNOP'.split('');

/** The buffers A to P; those that hold an image can be shown. */
export function createBufferStrip(store: Store): HTMLElement {
  const buttons = names.map((name) =>
    h('button', { type: 'button', class: 'buffer', onclick: () => store.showBuffer(name) }, name),
  );
  store.watch(['buffers', 'buffer', 'otherBuffer'], () => {
    for (const [index, button] of buttons.entries()) {
      const name = names[index]!;
      const held = store.shared.buffers?.find(({ buffer }) => buffer === name);
      const isShown = store.local.buffer === name;
      button.disabled = !held;
      setAttribute(button, 'aria-pressed', isShown ? 'true' : 'false');
      setAttribute(button, 'data-other', store.local.otherBuffer === name && held !== undefined);
      setAttribute(
        button,
        'title',
        held ? `${name}: ${held.title}, ${held.width} \u00d7 ${held.height}` : `${name} is empty`,
      );
    }
  });
  const copy = h(
    'select',
    { class: 'copy', 'aria-label': 'Copy the shown image to another buffer' },
    h('option', { value: '' }, 'Copy to\u2026'),
    ...names.map((name) => h('option', { value: name }, name)),
  );
  copy.addEventListener('change', () => {
    const to = copy.value;
    copy.value = '';
    if (to !== '') void store.do({ do: 'copy-buffer', from: store.local.buffer, to });
  });
  store.watch(['buffers', 'buffer', 'people', 'me', 'run', 'connected'], () => {
    const { run, buffers = [] } = store.shared;
    const free = !run || run.waiting.some((each) => each.for === 'button');
    copy.disabled = !store.inControl || !free || !buffers.some(({ buffer }) => buffer === store.local.buffer);
  });
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      title: 'Switch between the last two buffers that were shown (x)',
      onclick: () => store.showBuffer(store.local.otherBuffer, true),
    },
    'Toggle A/B',
  );
  return h('div', { class: 'buffers', role: 'group', 'aria-label': 'Image buffers' }, ...buttons, copy, toggle);
}
