import { fill, h, icon } from '../base/dom';
import type { Store } from '../base/store';

const shownMilliseconds = { fine: 4000, trouble: 12_000 };

/** Short messages at the lower edge, which disappear by themselves. */
export function createNotices(store: Store): HTMLElement {
  const place = h('div', { class: 'notices', role: 'alert' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  store.watch(['notice'], () => {
    const { notice } = store.local;
    clearTimeout(timer);
    if (!notice) return fill(place);
    fill(
      place,
      h(
        'div',
        { class: `notice-box ${notice.kind}` },
        icon(notice.kind === 'fine' ? 'check' : 'warn'),
        h('div', {}, h('p', {}, notice.text), notice.hint ? h('p', { class: 'hint' }, notice.hint) : undefined),
        h(
          'button',
          { type: 'button', class: 'quiet', 'aria-label': 'Close', onclick: () => store.set({ notice: undefined }) },
          icon('cross'),
        ),
      ),
    );
    // Who lost control may not be looking at the screen just now.
    if (notice.kind === 'lasting') return;
    timer = setTimeout(() => store.set({ notice: undefined }), shownMilliseconds[notice.kind]);
  });
  return place;
}
