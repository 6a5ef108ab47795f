import { h } from '../base/dom';
import type { Store } from '../base/store';

/** The log, with the newest line in view unless the reader has scrolled back. */
export function createLogPanel(store: Store): HTMLElement {
  const list = h('ol', { class: 'lines', tabindex: 0, role: 'log', 'aria-label': 'Log' });
  let last = 0;
  store.watch(['log'], () => {
    const { log } = store.local;
    if ((log.at(-1)?.number ?? 0) < last || log.length === 0) {
      list.replaceChildren();
      last = 0;
    }
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    for (const { number, level, time, text } of log) {
      if (number <= last) continue;
      list.append(
        h(
          'li',
          { class: level },
          h('time', {}, time),
          h('span', {}, level === 'warn' ? `Warning: ${text}` : level === 'error' ? `Error: ${text}` : text),
        ),
      );
      last = number;
    }
    while (list.childElementCount > 1000) list.firstElementChild?.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  });
  return h('section', { class: 'log', 'aria-label': 'Log' }, list);
}
