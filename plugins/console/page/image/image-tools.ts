import { h, setAttribute } from '../base/dom';
import type { Store } from '../base/store';
import type { DragMode } from './gestures';
import type { ImageView } from '../base/viewed-image';
import { createLiveTools } from './live-tools';

const sets = ['View', 'Trial', 'Record'] as const;

const dragModes = [
  ['pan', 'Move', 'A drag moves the image; a click marks a point'],
  ['line', 'Line', 'A drag draws a line; with the mouse also Shift and drag'],
  ['shift', 'Shift', 'A drag shifts the image at the microscope; with the mouse also the right button'],
] as const satisfies readonly (readonly [DragMode, string, string])[];

/** The tools of the image. */
export interface ImageTools {
  readonly element: HTMLElement;
  showFourier(on: boolean): void;
  /** Starts the live image, or ends it. */
  toggleLive(): void;
  /** Effect of a drag with the main button, or with one finger. */
  dragMode(): DragMode;
}

/** The buttons above the image. */
export function createImageTools(store: Store, view: ImageView, contrast: HTMLElement): ImageTools {
  const take = sets.map((set) =>
    h(
      'button',
      { type: 'button', class: 'take', title: `Take a ${set} image into buffer A`, onclick: () => void press(set) },
      set,
    ),
  );
  const press = async (set: (typeof sets)[number]): Promise<void> => {
    take.forEach((button) => (button.disabled = true));
    await store.do({ do: 'take', set });
    store.showBuffer('A');
    show();
  };
  const show = (): void => {
    const { run } = store.shared;
    const free = !run || run.waiting.some((each) => each.for === 'button');
    take.forEach((button) => (button.disabled = !store.inControl || !free));
  };
  store.watch(['run', 'people', 'me', 'connected'], show);
  const fourier = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', title: 'Fourier transform (f)', onclick: () => view.toggleFourier() },
    'FFT',
  );
  const cross = h(
    'button',
    { type: 'button', title: 'Cross in the middle of the image (k)', onclick: () => store.cross() },
    'Cross',
  );
  store.watch(['crossed'], () => setAttribute(cross, 'aria-pressed', String(store.local.crossed)));
  const live = createLiveTools(store);
  let mode: DragMode = 'pan';
  const choose = (chosen: DragMode): void => {
    mode = chosen;
    modes.forEach((button, at) => setAttribute(button, 'aria-pressed', dragModes[at]![0] === mode ? 'true' : 'false'));
  };
  const modes = dragModes.map(([each, label, title]) =>
    h('button', { type: 'button', title, onclick: () => choose(each) }, label),
  );
  choose('pan');
  const element = h(
    'div',
    { class: 'image-tools' },
    h('div', { class: 'group', role: 'group', 'aria-label': 'Take an image' }, ...take),
    live.element,
    h(
      'div',
      { class: 'group', role: 'group', 'aria-label': 'Size' },
      h('button', { type: 'button', title: 'Show the whole image (0)', onclick: () => view.fit() }, 'Fit'),
      h(
        'button',
        { type: 'button', title: 'One pixel of the image is one of the screen (1)', onclick: () => view.actualSize() },
        '1:1',
      ),
      h(
        'button',
        { type: 'button', title: 'Smaller (-)', 'aria-label': 'Smaller', onclick: () => view.zoom(0.8) },
        '\u2212',
      ),
      h('button', { type: 'button', title: 'Larger (+)', 'aria-label': 'Larger', onclick: () => view.zoom(1.25) }, '+'),
    ),
    h('div', { class: 'group drag', role: 'group', 'aria-label': 'Drag' }, ...modes),
    h('div', { class: 'group', role: 'group', 'aria-label': 'Kind of picture' }, fourier, cross),
    contrast,
  );
  return {
    element,
    showFourier: (on) => setAttribute(fourier, 'aria-pressed', on ? 'true' : 'false'),
    toggleLive: () => live.toggle(),
    dragMode: () => mode,
  };
}
