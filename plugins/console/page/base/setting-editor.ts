import type { Store } from './store';
import { openValueEditor } from './value-editor';
import type { SettingState } from '../../protocol/state';

/** Opens a small form at a cell to change its setting; Enter sends it, Esc closes it. */
export function openEditor(store: Store, cell: HTMLElement, setting: SettingState): void {
  const { change, value, label, about = label, id } = setting;
  if (!change) return;
  openValueEditor({
    cell,
    id: `set-${id}`,
    title: about,
    value,
    change,
    send: (given) => store.do({ do: 'set', setting: id, value: given }),
  });
}
