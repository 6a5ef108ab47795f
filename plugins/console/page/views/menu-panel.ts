import { h, icon, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';
import type { ItemState } from '../../protocol/state';

interface Row {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly mark: HTMLElement;
  readonly reason: HTMLElement;
}

/** The Calibration menu and the tasks beside it: two trees with one search; arrows go up and down, Enter selects, and Enter again starts. */
export function createMenuPanel(store: Store): HTMLElement {
  const search = h('input', {
    id: 'search',
    type: 'search',
    placeholder: 'Search the menu  /',
    'aria-label': 'Search the Calibration menu and the tasks',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const parts = { calibration: createPart('Calibration'), tasks: createPart('Tasks') };
  const tree = h('div', { class: 'tree' }, parts.calibration.element, parts.tasks.element);
  const nothing = h('p', { class: 'why', hidden: true }, 'No item has this name.');
  const rows = new Map<string, Row>();
  let built = '';
  /** The selected item whose part was shown. */
  let followed: string | undefined;

  const choose = (id: string): void => {
    store.set({ selected: id });
    // A selected item can be started at once.
    queueMicrotask(() => queueMicrotask(() => document.querySelector<HTMLElement>('.card.item .start')?.focus()));
  };
  const visible = (): HTMLButtonElement[] =>
    [...tree.querySelectorAll<HTMLButtonElement>('button.entry')].filter((button) => button.offsetParent !== null);
  const move = (by: number): void => {
    const all = visible();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    if (at === 0 && by < 0) search.focus();
    else all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
  };
  const build = (items: readonly ItemState[]): void => {
    rows.clear();
    for (const [name, part] of Object.entries(parts))
      part.rows.replaceChildren(
        ...groups(
          items.filter(({ task }) => task === (name === 'tasks')),
          [],
          (item) => {
            const row = createRow(item, () => choose(item.id));
            rows.set(item.id, row);
            return row.element;
          },
        ),
      );
  };
  let shown: keyof typeof parts = 'calibration';
  const showParts = (): void => {
    const searching = search.value.trim() !== '';
    for (const [name, { element, tab, rows: inside }] of Object.entries(parts)) {
      element.hidden = searching ? !inside.querySelector('.row:not([hidden])') : name !== shown;
      setAttribute(tab, 'aria-pressed', String(name === shown));
    }
  };
  for (const [name, { tab }] of Object.entries(parts))
    tab.addEventListener('click', () => {
      shown = name as keyof typeof parts;
      search.value = '';
      filter();
    });
  const filter = (): void => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { id, menu, label } of store.shared.menu ?? []) {
      const text = [...menu, label].join(' ').toLowerCase();
      const fits = words.every((word) => text.includes(word));
      rows.get(id)!.element.hidden = !fits;
      if (fits) found += 1;
    }
    for (const group of tree.querySelectorAll<HTMLElement>('.submenu'))
      group.hidden = !group.querySelector('.row:not([hidden])');
    nothing.hidden = found > 0;
    tree.classList.toggle('searching', words.length > 0);
    showParts();
    keepOneStop();
  };
  /** One stop for the Tab key: the item that was used last, or the first one in view. Arrows reach the others. */
  const keepOneStop = (wanted?: HTMLButtonElement): void => {
    const all = [...tree.querySelectorAll<HTMLButtonElement>('button.entry')];
    const inView = all.filter((button) => button.closest('.part:not([hidden]) .row:not([hidden])'));
    const stop = wanted ?? inView.find((button) => button.tabIndex === 0) ?? inView[0];
    for (const button of all) button.tabIndex = button === stop ? 0 : -1;
  };
  tree.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLButtonElement && target.matches('.entry')) keepOneStop(target);
  });
  store.watch(['menu', 'selected', 'run'], () => {
    const items = store.shared.menu ?? [];
    const shape = items.map(({ id }) => id).join('\n');
    if (shape !== built) {
      built = shape;
      build(items);
      filter();
    }
    const { run } = store.shared;
    const chosen = rows.get(store.local.selected ?? '');
    if (chosen && store.local.selected !== followed) {
      const isTask = parts.tasks.rows.contains(chosen.element);
      shown = isTask ? 'tasks' : 'calibration';
      showParts();
    }
    followed = store.local.selected;
    if (chosen) keepOneStop(chosen.button);
    // The running item is grey like all others, but for another reason.
    for (const item of items)
      update(
        rows.get(item.id)!,
        run?.item === item.id && !item.enabled ? { ...item, reason: 'it is running' } : item,
        store.local.selected === item.id,
      );
  });
  search.addEventListener('input', filter);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') visible()[0]?.focus();
    else if (event.key === 'Enter') best(visible(), search.value)?.click();
    else if (event.key === 'Escape' && search.value !== '') {
      search.value = '';
      filter();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  tree.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1000, End: 1000 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(by);
  });
  return h(
    'nav',
    { class: 'menu', 'aria-label': 'Calibration menu' },
    h('div', { class: 'search' }, icon('search'), search),
    h('div', { class: 'parts', role: 'group', 'aria-label': 'Menu or tasks' }, parts.calibration.tab, parts.tasks.tab),
    nothing,
    tree,
  );
}

/** One of the two trees, with the button that shows it. */
function createPart(label: string): {
  readonly element: HTMLElement;
  readonly rows: HTMLElement;
  readonly tab: HTMLButtonElement;
} {
  const rows = h('div', {});
  return {
    // While people search, both trees are in view under their names.
    element: h('section', { class: 'part', 'aria-label': label }, h('h2', {}, label), rows),
    rows,
    tab: h('button', { type: 'button', class: 'tab part-tab' }, label),
  };
}

/** The item whose own name fits best; it comes before items of a submenu with that name. */
function best(buttons: readonly HTMLButtonElement[], typed: string): HTMLButtonElement | undefined {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    buttons.find((button) => words.every((word) => (button.dataset['label'] ?? '').toLowerCase().includes(word))) ??
    buttons[0]
  );
}

function groups(
  items: readonly ItemState[],
  above: readonly string[],
  rowOf: (item: ItemState) => HTMLElement,
): readonly HTMLElement[] {
  const made: HTMLElement[] = [];
  for (let index = 0; index < items.length;) {
    const item = items[index]!;
    if (item.menu.length === above.length) {
      made.push(rowOf(item));
      index += 1;
      continue;
    }
    const name = item.menu[above.length]!;
    const end = items.findIndex((each, at) => at > index && each.menu[above.length] !== name);
    const inside = items.slice(index, end < 0 ? undefined : end);
    made.push(
      h(
        'section',
        { class: 'submenu', 'aria-label': name },
        h('h3', {}, name),
        ...groups(inside, [...above, name], rowOf),
      ),
    );
    index += inside.length;
  }
  return made;
}

function createRow({ id, label, separated }: ItemState, choose: () => void): Row {
  const mark = h('span', { class: 'mark' });
  const reason = h('span', { class: 'reason' });
  const button = h(
    'button',
    { type: 'button', class: 'entry', 'data-id': id, 'data-label': label, onclick: choose },
    mark,
    h('span', { class: 'label' }, label),
    reason,
  );
  return { element: h('div', { class: separated ? 'row separated' : 'row' }, button), button, mark, reason };
}

function update(
  { button, mark, reason }: Row,
  { enabled, reason: why, toggle, checked, summary, label }: ItemState,
  selected: boolean,
): void {
  setAttribute(button, 'aria-current', selected ? 'true' : undefined);
  setAttribute(button, 'data-enabled', enabled ? 'true' : 'false');
  setAttribute(button, 'title', enabled ? summary : `Cannot run now: ${why ?? 'not available'}`);
  setAttribute(
    button,
    'aria-label',
    `${label}${toggle ? (checked ? ', on' : ', off') : ''}${enabled ? '' : `, cannot run now: ${why ?? 'not available'}`}`,
  );
  setText(reason, enabled ? '' : (why ?? ''));
  mark.className = toggle ? `mark toggle${checked ? ' on' : ''}` : 'mark';
  if (toggle && checked !== mark.childElementCount > 0) mark.replaceChildren(...(checked ? [icon('check')] : []));
}
