import { h, icon, setText } from '../base/dom';
import type { Store } from '../base/store';

const everyMilliseconds = 500;

/** Note over the image while something outside a run takes its time, such as an exposure, with its STOP. */
export function createActionNote(store: Store): HTMLElement {
  const text = h('span', {});
  const stop = h(
    'button',
    { type: 'button', class: 'stop', onclick: () => void store.do({ do: 'stop' }) },
    icon('stop'),
    'STOP (Esc)',
  );
  const note = h('div', { class: 'action-note', role: 'status', hidden: true }, h('progress', {}), text, stop);
  let number: number | undefined;
  let began = 0;
  const show = (): void => {
    const { action, run } = store.shared;
    note.hidden = !action || run !== undefined;
    document.body.dataset['acting'] = String(!note.hidden);
    if (!action) {
      number = undefined;
      return;
    }
    if (action.number !== number) [number, began] = [action.number, performance.now()];
    setText(text, `${action.what}, for ${Math.floor((performance.now() - began) / 1000)} s`);
    stop.disabled = store.local.me?.role === 'observer';
  };
  store.watch(['action', 'run', 'me'], show);
  setInterval(() => {
    if (store.shared.action) show();
  }, everyMilliseconds);
  return note;
}
