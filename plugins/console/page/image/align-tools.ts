import { fill, h } from '../base/dom';
import { formatLength } from '../base/format';
import type { Store } from '../base/store';

/** The list with which A is aligned with another buffer, and the way back. */
export function createAlignTools(store: Store): readonly HTMLElement[] {
  const align = h('select', { class: 'copy align', 'aria-label': 'Align the image in A with that in another buffer' });
  let shown = '';
  const show = (): void => {
    const { buffers = [], bufferRules } = store.shared;
    const others = buffers.map(({ buffer }) => buffer).filter((name) => name !== 'A');
    const inA = buffers.find(({ buffer }) => buffer === 'A');
    const aligned = inA !== undefined && (inA.alignment.x !== 0 || inA.alignment.y !== 0);
    const rule = bufferRules?.alignment ?? 'B';
    align.disabled = !store.mayChange || !inA || (others.length === 0 && !aligned);
    const key = JSON.stringify([others, rule, aligned]);
    if (key === shown) return;
    shown = key;
    fill(
      align,
      h('option', { value: '' }, 'Align A\u2026'),
      ...others.flatMap((name) => [
        h('option', { value: `move ${name}` }, `with ${name}${name === rule ? ' (usual)' : ''}: image shift follows`),
        h('option', { value: `leave ${name}` }, `with ${name}: only measure`),
      ]),
      aligned ? h('option', { value: 'clear' }, 'Clear the alignment') : undefined,
    );
  };
  store.watch(['buffers', 'bufferRules', 'people', 'me', 'run', 'connected'], show);
  align.addEventListener('change', () => {
    const [what = '', buffer = ''] = align.value.split(' ');
    align.value = '';
    if (what === 'clear') void store.do({ do: 'clear-alignment', leaveColumn: false });
    else if (what !== '') void start(store, buffer, what === 'leave');
  });
  return [align];
}

async function start(store: Store, buffer: string, leaveColumn: boolean): Promise<void> {
  try {
    const { shift, nanometres, moved } = await store.connection.ask({ do: 'align', buffer, leaveColumn });
    const length = nanometres === undefined ? '' : `, ${formatLength(nanometres)}`;
    const text = `A is ${Math.hypot(shift.x, shift.y).toFixed(1)} pixels${length} from ${buffer}.`;
    const hint = moved ? 'Image shift has followed. Take an image to see it.' : 'Nothing was moved.';
    store.set({ notice: { text, hint, kind: 'fine' } });
    store.showBuffer('A', true);
  } catch (error) {
    store.tell(error);
  }
}
