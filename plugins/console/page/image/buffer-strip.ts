import type { BufferState } from '../../protocol/state';
import { fill, h, setAttribute } from '../base/dom';
import type { Store } from '../base/store';
import { createAlignTools } from './align-tools';
import { createBufferFiles } from './buffer-files';
import { Thumbnails } from './thumbnails';

interface Slot {
  readonly name: string;
  readonly button: HTMLButtonElement;
  readonly picture: HTMLCanvasElement;
}

/** The buffers: those that hold an image have a small picture of it and can be shown. */
export function createBufferStrip(store: Store): HTMLElement {
  let slots: readonly Slot[] = [];
  const place = h('div', { class: 'slots', role: 'group', 'aria-label': 'Image buffers' });
  const copy = h('select', { class: 'copy', 'aria-label': 'Copy the shown image to another buffer' });
  store.watch(['bufferRules'], () => {
    const names = store.shared.bufferRules?.names ?? [];
    if (names.join() === slots.map(({ name }) => name).join()) return;
    slots = names.map((name) => slotFor(store, name));
    fill(place, ...slots.map(({ button }) => button));
    fill(copy, h('option', { value: '' }, 'Copy to\u2026'), ...names.map((name) => h('option', { value: name }, name)));
  });
  const thumbnails = new Thumbnails(store.connection);
  const held = (name: string): BufferState | undefined => store.shared.buffers?.find(({ buffer }) => buffer === name);
  store.watch(['buffers', 'bufferRules', 'buffer', 'otherBuffer', 'connected'], () => {
    const alignment = store.shared.bufferRules?.alignment;
    for (const { name, button, picture } of slots) {
      const image = held(name);
      button.disabled = !image;
      setAttribute(button, 'aria-pressed', store.local.buffer === name ? 'true' : 'false');
      setAttribute(button, 'data-other', store.local.otherBuffer === name && image !== undefined);
      setAttribute(button, 'data-aligns', name === alignment && name !== 'A');
      const rule = name === alignment && name !== 'A' ? '; A is aligned with it' : '';
      const title = `${image ? describe(image) : `${name} is empty`}${rule}`;
      setAttribute(button, 'title', title);
      setAttribute(button, 'aria-label', title);
      thumbnails.show(picture, image);
    }
  });
  copy.addEventListener('change', () => {
    const to = copy.value;
    copy.value = '';
    if (to !== '') void store.do({ do: 'copy-buffer', from: store.local.buffer, to });
  });
  store.watch(['buffers', 'buffer', 'people', 'me', 'run', 'connected'], () => {
    copy.disabled = !store.mayChange || !held(store.local.buffer);
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
  return h(
    'div',
    { class: 'buffers' },
    place,
    h('div', { class: 'buffer-tools' }, copy, ...createAlignTools(store), ...createBufferFiles(store), toggle),
  );
}

function slotFor(store: Store, name: string): Slot {
  const picture = h('canvas', { class: 'thumbnail', width: 1, height: 1, hidden: true, 'aria-hidden': 'true' });
  const button = h(
    'button',
    { type: 'button', class: 'buffer', onclick: () => store.showBuffer(name) },
    picture,
    h('span', { class: 'letter' }, name),
  );
  return { name, button, picture };
}

function describe({ buffer, title, width, height, magnification, binning, exposure }: BufferState): string {
  const seconds = Number(exposure.toPrecision(3));
  return `${buffer}: ${title}, ${magnification}x, ${seconds} s, binning ${binning}, ${width} \u00d7 ${height}`;
}
