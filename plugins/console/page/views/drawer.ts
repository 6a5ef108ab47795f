import { h, setAttribute } from '../base/dom';
import type { Store } from '../base/store';

const buttons = new Set<HTMLElement>();

/** On a narrow screen the panel at the side lies over the image, and opens and closes; on a wide one this changes nothing. */
function show(open: boolean): void {
  document.body.dataset['panel'] = open ? 'open' : 'closed';
  for (const button of buttons) setAttribute(button, 'aria-expanded', open ? 'true' : 'false');
}

/** The button that opens and closes the panel at the side, seen on narrow screens only. */
export function drawerButton(): HTMLElement {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'drawer',
      'aria-expanded': 'false',
      title: 'Run, result and chosen item',
      onclick: () => show(document.body.dataset['panel'] !== 'open'),
    },
    'Panel',
  );
  buttons.add(button);
  return button;
}

/** Opens the panel when there is something new in it: a chosen item, a run, a question or a result. */
export function openDrawerFor(store: Store): void {
  let seen = '';
  store.watch(['selected', 'run', 'outcome'], () => {
    const { run, outcome } = store.shared;
    const now = [store.local.selected, run?.number, run?.waiting.map(({ id }) => id), outcome?.number].join(' ');
    if (now === seen) return;
    const first = seen === '';
    seen = now;
    if (!first) show(true);
  });
}
