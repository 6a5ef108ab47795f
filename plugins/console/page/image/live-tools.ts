import { setNames, type SetName } from '../../protocol/working-state';
import { h, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';

/** The button of the live image, with the parameter set that it shows. */
export interface LiveTools {
  readonly element: HTMLElement;
  /** Starts the live image, or ends it. */
  toggle(): void;
}

const isSet = (text: string | undefined): text is SetName =>
  (setNames as readonly (string | undefined)[]).includes(text);

/** Makes the tools of the live image; the set that was shown last is remembered. */
export function createLiveTools(store: Store): LiveTools {
  const kept = localStorage.getItem('live-set') ?? undefined;
  const set = h(
    'select',
    { class: 'live-set', 'aria-label': 'Parameter set of the live image' },
    ...setNames.map((name) => h('option', { value: name, selected: name === (isSet(kept) ? kept : 'View') }, name)),
  );
  const chosen = (): SetName => (isSet(set.value) ? set.value : 'View');
  const start = async (): Promise<void> => {
    button.disabled = true;
    if (await store.do({ do: 'live', set: chosen() })) store.showBuffer('A');
    show();
  };
  const toggle = (): void => {
    if (button.disabled) return;
    if (store.shared.live?.set === undefined) void start();
    else void store.do({ do: 'end-live' });
  };
  const text = h('span', {}, 'Live');
  const button = h('button', { type: 'button', class: 'live', 'aria-pressed': 'false', onclick: toggle }, text);
  const element = h('div', { class: 'group live-tools', role: 'group', 'aria-label': 'Live image' }, button, set);
  set.addEventListener('change', () => {
    localStorage.setItem('live-set', chosen());
    // Another set takes the place of the one that is shown.
    if (store.shared.live?.set !== undefined) void start();
  });
  const show = (): void => {
    const { live } = store.shared;
    const runs = live?.set !== undefined;
    element.hidden = live === undefined;
    button.disabled = runs ? !store.inControl : !store.mayChange;
    set.disabled = !store.mayChange;
    if (runs && document.activeElement !== set) set.value = live.set;
    setAttribute(button, 'aria-pressed', runs ? 'true' : 'false');
    setAttribute(button, 'title', runs ? 'End the live image (l)' : 'Show images one after the other in buffer A (l)');
    setText(text, runs && live.perSecond > 0 ? `Live ${live.perSecond}/s` : 'Live');
    setAttribute(button, 'aria-label', runs ? `Live, ${live.perSecond} images a second` : 'Live');
  };
  store.watch(['live', 'run', 'people', 'me', 'connected'], show);
  return { element, toggle };
}
