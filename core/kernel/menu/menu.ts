import { closest } from 'fastest-levenshtein';
import type { Registry } from '../../base';
import { kernelErrors } from '../errors';
import { type MenuItem, type MenuItemClass, type MenuItemDeclaration, declarationOf } from './menu-item';

/** An item that the menu shows in its place although nothing can run it. */
export interface UnavailableItem {
  readonly id: string;
  readonly menu: readonly string[];
  readonly label: string;
  readonly summary: string;
  readonly kind?: 'action' | 'toggle';
  readonly reason: string;
}

/** A place in the menu: the label of an item or a submenu, or a separating line. */
export type MenuPlace =
  string | { readonly line: true } | { readonly label: string; readonly items: readonly MenuPlace[] };

/** One item as the menu shows it now. */
export interface MenuEntry {
  readonly id: string;
  readonly menu: readonly string[];
  readonly label: string;
  readonly summary: string;
  readonly enabled: boolean;
  /** Why it is not enabled; undefined when it is. */
  readonly reason?: string;
  readonly toggle: boolean;
  readonly checked: boolean;
  readonly plugin: string;
  /** Whether a line separates it from what stands before it. */
  readonly separated: boolean;
  /** Undefined for an item that cannot run. */
  readonly declaration?: MenuItemDeclaration;
}

interface Registered {
  readonly plugin: string;
  readonly itemClass: MenuItemClass;
  readonly declaration: MenuItemDeclaration;
  made?: MenuItem;
}

/** All items that the plugins brought, in the order of the menu. */
export class Menu {
  private readonly items = new Map<string, Registered>();
  private readonly unavailable = new Map<string, UnavailableItem & { plugin: string }>();
  private readonly order: string[] = [];
  private readonly separated = new Set<string>();

  constructor(private readonly registry: Registry) {}

  /** Adds an item class. */
  add(itemClass: MenuItemClass, plugin: string): void {
    const declaration = declarationOf(itemClass);
    if (!declaration)
      throw kernelErrors.pluginBroken(plugin, `the class ${itemClass.name} is not declared with @menuItem`);
    const earlier = this.items.get(declaration.id);
    if (earlier) throw kernelErrors.duplicateClaim(`the menu item ${declaration.id}`, earlier.plugin, plugin);
    this.items.set(declaration.id, { plugin, itemClass, declaration });
  }

  /** Adds an item that is only shown; a real item of the same id takes its place. */
  addUnavailable(item: UnavailableItem, plugin: string): void {
    this.unavailable.set(item.id, { ...item, plugin });
  }

  /** Says in which order labels stand; what is not named comes after, in the order in which it was added. */
  arrange(places: readonly MenuPlace[], above: readonly string[] = []): void {
    let afterLine = false;
    for (const place of places) {
      if (typeof place !== 'string' && 'line' in place) {
        afterLine = true;
        continue;
      }
      const at = key([...above, typeof place === 'string' ? place : place.label]);
      this.order.push(at);
      if (afterLine) this.separated.add(at);
      afterLine = false;
      if (typeof place !== 'string') this.arrange(place.items, [...above, place.label]);
    }
  }

  /** The menu as it is now, in its order. `idle` is false while something runs. */
  entries(idle = true): readonly MenuEntry[] {
    const shown = [...this.items.values()].map((item) => this.entryOf(item, idle));
    for (const item of this.unavailable.values()) {
      if (this.items.has(item.id)) continue;
      const { kind, reason, ...rest } = item;
      shown.push({
        ...rest,
        enabled: false,
        reason,
        toggle: kind === 'toggle',
        checked: false,
        separated: this.separated.has(key([...rest.menu, rest.label])),
      });
    }
    const rank = (entry: MenuEntry): number => {
      const at = this.order.indexOf(key([...entry.menu, entry.label]));
      return at < 0 ? Number.MAX_SAFE_INTEGER : at;
    };
    return shown
      .map((entry, index) => ({ entry, index }))
      .sort((a, b) => rank(a.entry) - rank(b.entry) || a.index - b.index)
      .map(({ entry }) => entry);
  }

  /** Finds an item by id, by the end of its id, or by its label; throws `menu/unknown-item` naming the nearest one. */
  find(name: string, idle = true): MenuEntry {
    const entries = this.entries(idle);
    const exact = entries.find((entry) => entry.id === name);
    if (exact) return exact;
    const loose = entries.filter(
      (entry) =>
        entry.id.endsWith(`/${name}`) ||
        entry.label.toLowerCase() === name.toLowerCase() ||
        entry.declaration?.script?.toLowerCase() === name.toLowerCase(),
    );
    if (loose.length === 1) return loose[0]!;
    throw kernelErrors.unknownItem(name, nearestId(name, entries));
  }

  /** The item itself, built when first asked for. */
  instance(id: string): MenuItem | undefined {
    const item = this.items.get(id);
    if (!item || this.registry.missing(item.declaration.needs).length > 0) return undefined;
    item.made ??= new item.itemClass(...(this.registry.getAll(item.declaration.needs) as never[]));
    return item.made;
  }

  /** All items that can be built, with the plugin that brought each. */
  instances(): readonly {
    readonly item: MenuItem;
    readonly plugin: string;
    readonly declaration: MenuItemDeclaration;
  }[] {
    return [...this.items.values()].flatMap(({ declaration, plugin }) => {
      const item = this.instance(declaration.id);
      return item ? [{ item, plugin, declaration }] : [];
    });
  }

  private entryOf(registered: Registered, idle: boolean): MenuEntry {
    const { declaration, plugin } = registered;
    const item = this.instance(declaration.id);
    const missing = this.registry.missing(declaration.needs).map((token) => token.name);
    let reason: string | undefined;
    if (missing.length > 0) reason = `needs ${missing.join(' and ')}, which no plugin in use provides`;
    else if (!idle && !declaration.anytime) reason = 'something else is running';
    else reason = item?.unavailable?.();
    return {
      id: declaration.id,
      menu: declaration.menu,
      label: declaration.label,
      summary: declaration.summary,
      enabled: reason === undefined,
      ...(reason !== undefined && { reason }),
      toggle: declaration.kind === 'toggle',
      checked: item?.checked?.() ?? false,
      plugin,
      separated: this.separated.has(key([...declaration.menu, declaration.label])),
      declaration,
    };
  }
}

/** The id that is nearest to a wrong name, which may have been meant as a whole id, as the end of one, or as a label. */
function nearestId(name: string, entries: readonly MenuEntry[]): string | undefined {
  const byName = new Map(
    entries.flatMap(
      ({ id, label }) =>
        [
          [id, id],
          [id.slice(id.lastIndexOf('/') + 1), id],
          [label.toLowerCase(), id],
        ] as const,
    ),
  );
  return byName.size > 0
    ? byName.get(closest(name.includes('/') ? name : name.toLowerCase(), [...byName.keys()]))
    : undefined;
}

const key = (path: readonly string[]): string => path.join('\n');
