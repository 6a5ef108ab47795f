import { isDevice } from '../../../core/devices';
import { type MenuEntry, sentencesOf } from '../../../core/kernel';
import type { ItemState } from '../protocol';

/** The menu and the tasks for the page. */
export function menuState(entries: readonly MenuEntry[]): readonly ItemState[] {
  return entries.map(
    ({ id, menu, label, summary, enabled, reason, toggle, checked, separated, task, declaration }) => ({
      id,
      menu,
      label,
      summary,
      enabled,
      toggle,
      checked,
      separated,
      task,
      ...(reason !== undefined && { reason }),
      administratorOnly: declaration?.administratorOnly ?? false,
      help: declaration?.helpPage !== undefined,
      saves: declaration?.saves ?? false,
      questions: (declaration?.questions ?? []).map((question) => ({ id: question.id, summary: question.summary })),
      stores: declaration?.stores ?? [],
      results: sentencesOf(declaration?.results ?? {}),
      needs: (declaration?.needs ?? []).filter(isDevice).map(({ called }) => called),
      ...(declaration?.script !== undefined && { script: declaration.script }),
    }),
  );
}
