import { h } from './dom';
import type { ImageView } from './viewed-image';
import type { Store } from './store';

/** True when the keys belong to an input field. */
const isTyping = (target: Event['target']): boolean =>
  target instanceof HTMLElement &&
  (target.matches('input:not([type=range]):not([type=checkbox]), select, textarea') || target.isContentEditable);

/** The keys that work everywhere on the page. */
export function installKeys(store: Store, image: ImageView): void {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      // An open pop-up is closed first; otherwise Esc is STOP.
      if (document.querySelector('[data-popover]')) return;
      const { target } = event;
      const inField = isTyping(target) && target instanceof HTMLElement;
      // Esc leaves a field, as everywhere; only the questions of the run itself belong to the run.
      if (inField && !target.closest('.card.run')) target.blur();
      else if (store.busy) {
        event.preventDefault();
        void store.do({ do: 'stop' });
      } else if (target instanceof HTMLElement) target.blur();
      return;
    }
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actions(store, image)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function actions(store: Store, image: ImageView): Readonly<Record<string, () => void>> {
  const view = (name: Store['local']['view']) => (): void => store.set({ view: name });
  const panel = (name: Store['local']['panel']) => (): void => store.set({ view: 'setup', panel: name });
  return {
    '/': () => {
      store.set({ view: 'calibrate' });
      const search = document.querySelector<HTMLInputElement>('#search');
      search?.focus();
      search?.select();
    },
    f: () => image.toggleFourier(),
    x: () => store.showBuffer(store.local.otherBuffer, true),
    '0': () => image.fit(),
    '1': () => image.actualSize(),
    '+': () => image.zoom(1.25),
    '=': () => image.zoom(1.25),
    '-': () => image.zoom(0.8),
    '[': () => image.step(-1),
    ']': () => image.step(1),
    c: () => image.autoContrast(),
    g: view('guide'),
    h: view('history'),
    m: view('calibrate'),
    p: panel('sets'),
    d: panel('low-dose'),
    u: panel('user'),
    l: () => image.toggleLive(),
    k: () => store.cross(),
    '?': showKeys,
    Delete: () => store.set({ marker: undefined, line: undefined }),
    Backspace: () => store.set({ marker: undefined, line: undefined }),
  };
}

/** The keys with what they do, for reading. */
const keyList: readonly (readonly [keys: string, does: string])[] = [
  ['Esc', 'STOP; in a field: leave the field'],
  ['/', 'Search the menu'],
  ['m g h', 'Calibrate, Guide, History'],
  ['p d u', 'Parameter sets, Low Dose, user settings'],
  ['l', 'Live image on and off'],
  ['f', 'Fourier transform'],
  ['k', 'Cross in the middle of the image'],
  ['x', 'Switch between the last two buffers'],
  ['[ ]', 'Previous and next buffer'],
  ['0 1', 'Whole image; one pixel of the image on one of the screen'],
  ['+ \u2212', 'Larger and smaller'],
  ['c', 'Contrast by itself'],
  ['Arrows', 'Move the image; with Shift move the marker'],
  ['Enter', 'Mark the middle of the image'],
  ['Delete', 'Remove marker and line'],
  ['Drag', 'Move the image; with Shift draw a line, with the right button shift the image at the microscope'],
  ['?', 'This list'],
];

/** Opens the list of keys; Esc or a click beside it closes it. */
function showKeys(): void {
  document.querySelector('dialog.keys')?.remove();
  const dialog = h(
    'dialog',
    { class: 'keys', 'aria-label': 'Keys', 'data-popover': true },
    h('h2', {}, 'Keys'),
    h('dl', {}, ...keyList.flatMap(([keys, does]) => [h('dt', {}, keys), h('dd', {}, does)])),
    h('div', { class: 'row' }, h('button', { type: 'button', onclick: () => dialog.close() }, 'Close')),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
