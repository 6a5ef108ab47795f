import { closest } from 'fastest-levenshtein';
import type { Registry, Token } from '../../base';
import { isDevice } from '../../devices';
import { kernelErrors } from '../errors';
import type { ItemDeclaration, ItemPlace } from './declaration';
import type { ItemDefinition, MenuItem } from './define-item';
import { excludedBy } from './exclusions';
import type { QuestionSpecs } from './questions';

/** The place that a plugin's menu gives to an item, with the earlier ids of the item. */
export interface GivenPlace extends ItemPlace {
  readonly aliases?: readonly string[];
}

/** An item that the menu shows in its place although nothing can run it. */
export interface UnavailableItem extends GivenPlace {
  readonly id: string;
  readonly kind?: ItemDeclaration['kind'];
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
  /** Reason why it is not enabled; undefined when it is. */
  readonly reason?: string;
  readonly toggle: boolean;
  readonly checked: boolean;
  readonly plugin: string;
  /** True when a line separates it from the entry before. */
  readonly separated: boolean;
  /** True for a task, which stands beside the menu. */
  readonly task: boolean;
  /** Names of the settings that a task changes for good, where it can be built. */
  readonly changes?: readonly string[];
  /** Undefined for an item that cannot run. */
  readonly declaration?: ItemDeclaration;
}

interface Registered {
  readonly plugin: string;
  readonly definition: ItemDefinition;
  readonly declaration: ItemDeclaration;
  made?: MenuItem;
}

/** All items that the plugins brought, in the order of the menu. */
export class Menu {
  private readonly items = new Map<string, Registered>();
  private readonly unavailable = new Map<string, UnavailableItem & { plugin: string }>();
  private readonly order: string[] = [];
  private readonly separated = new Set<string>();

  constructor(private readonly registry: Registry) {}

  /** Adds an item, in the place that the plugin's menu gives it or else in the one that it declares. Throws `plugin/duplicate-claim` or `plugin/no-place`. */
  add(definition: ItemDefinition, plugin: string, given?: GivenPlace): void {
    const { place: declared, ...rest } = definition.declaration;
    const place: GivenPlace | undefined = given ?? declared;
    if (!place) throw kernelErrors.noPlace(rest.id, plugin);
    const { menu, label, summary, aliases = rest.aliases } = place;
    const earlier = this.items.get(rest.id);
    if (earlier) throw kernelErrors.duplicateClaim(`the menu item ${rest.id}`, earlier.plugin, plugin);
    this.items.set(rest.id, { plugin, definition, declaration: { ...rest, menu, label, summary, aliases } });
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

  /** The menu as it is now, in its order, without the tasks. `idle` is false while something runs. */
  entries(idle = true): readonly MenuEntry[] {
    return this.all(idle).filter(({ task }) => !task);
  }

  /** The tasks as they are now, in their order. */
  tasks(idle = true): readonly MenuEntry[] {
    return this.all(idle).filter(({ task }) => task);
  }

  private all(idle: boolean): readonly MenuEntry[] {
    const shown = [...this.items.values()].map((item) => this.entryOf(item, idle));
    for (const item of this.unavailable.values()) {
      if (this.items.has(item.id)) continue;
      const { kind, reason, ...rest } = item;
      shown.push({
        ...rest,
        enabled: false,
        reason,
        toggle: kind === 'toggle',
        task: kind === 'task',
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

  /**
   * Finds an item or a task by id, by the end of its id, or by its label; an item of the menu goes before a task of the same name. Throws
   * `menu/unknown-item` naming the nearest one, or `menu/ambiguous-item` naming all that fit.
   */
  find(name: string, idle = true): MenuEntry {
    const entries = this.all(idle);
    const exact = entries.find((entry) => entry.id === name || entry.declaration?.aliases.includes(name));
    if (exact) return exact;
    const fitting = entries.filter(
      (entry) =>
        entry.id.endsWith(`/${name}`) ||
        entry.label.toLowerCase() === name.toLowerCase() ||
        entry.declaration?.script?.toLowerCase() === name.toLowerCase(),
    );
    const ofMenu = fitting.filter(({ task }) => !task);
    const loose = ofMenu.length > 0 ? ofMenu : fitting;
    if (loose.length === 1) return loose[0]!;
    const ids = loose.map(({ id }) => id);
    if (ids.length > 1) throw kernelErrors.ambiguousItem(name, ids);
    throw kernelErrors.unknownItem(name, nearestId(name, entries));
  }

  /** The item itself, built when first asked for. */
  instance(id: string): MenuItem | undefined {
    const item = this.items.get(id);
    if (!item || this.registry.missing(item.declaration.needs).length > 0) return undefined;
    item.made ??= item.definition.make(this.registry);
    return item.made;
  }

  /** The questions that an item declares. */
  questionsOf(id: string): QuestionSpecs {
    return this.items.get(id)?.definition.questions ?? {};
  }

  /** All items that can be built, with the plugin that brought each. */
  instances(): readonly {
    readonly item: MenuItem;
    readonly plugin: string;
    readonly declaration: ItemDeclaration;
  }[] {
    return [...this.items.values()].flatMap(({ declaration, plugin }) => {
      const item = this.instance(declaration.id);
      return item ? [{ item, plugin, declaration }] : [];
    });
  }

  private entryOf(registered: Registered, idle: boolean): MenuEntry {
    const { declaration, plugin } = registered;
    const item = this.instance(declaration.id);
    const missing = this.registry.missing(declaration.needs);
    let reason: string | undefined;
    if (missing.length > 0) reason = missingInWords(missing, this.registry.lacks);
    else if (!idle && !declaration.anytime) reason = 'something else is running';
    else reason = excludedBy(declaration.not, this.registry) ?? item?.unavailable();
    return {
      id: declaration.id,
      menu: declaration.menu,
      label: declaration.label,
      summary: declaration.summary,
      enabled: reason === undefined,
      ...(reason !== undefined && { reason }),
      toggle: declaration.kind === 'toggle',
      task: declaration.kind === 'task',
      ...(item && lastingChanges(declaration.kind, item)),
      checked: item?.checked() ?? false,
      plugin,
      separated: this.separated.has(key([...declaration.menu, declaration.label])),
      declaration,
    };
  }
}

/** Finds the first item of a menu that measures or mends a quantity, by its id. */
export const itemMeasuring =
  (entries: readonly MenuEntry[]) =>
  (quantity: string): string | undefined =>
    entries.find(({ declaration }) => declaration?.measures.includes(quantity))?.id;

/** The reason of an item that needs what nobody provides, in the operator's words where a plugin says why. */
function missingInWords(missing: readonly Token<unknown>[], lacks: Registry['lacks']): string {
  const known = missing.flatMap(({ symbol }) => lacks.find(({ token }) => token.symbol === symbol) ?? []);
  const unknown = missing.filter(({ symbol }) => !known.some(({ token }) => token.symbol === symbol));
  const reasons = [...new Set(known.map(({ reason }) => reason))];
  return [
    ...reasons.map((reason) => {
      const lacked = known.filter((each) => each.reason === reason).map(({ token }) => token);
      // What is lacking for want of a device is named by the device.
      const all = lacks.filter((each) => each.reason === reason).map(({ token }) => token);
      const devices =
        [lacked, all]
          .map((tokens) => tokens.flatMap((token) => (isDevice(token) ? [token.called] : [])))
          .find((found) => found.length > 0) ?? [];
      return `needs ${(devices.length > 0 ? devices : lacked.map(({ name }) => name)).join(' and ')}: ${reason}`;
    }),
    ...(unknown.length > 0
      ? [`needs ${unknown.map(({ name }) => name).join(' and ')}, which no plugin in use provides`]
      : []),
  ].join('; ');
}

/** The id that is nearest to a wrong name, which may have been meant as a whole id, as the end of one, or as a label. */
function nearestId(name: string, entries: readonly MenuEntry[]): string | undefined {
  // Who gives a word of the label means an item with that word, however far the rest is.
  const words = name.toLowerCase().split(/[\s/-]+/);
  const [holding] = entries
    .filter(({ label }) => words.every((word) => label.toLowerCase().split(/\s+/).includes(word)))
    .sort((one, other) => one.label.length - other.label.length);
  if (holding) return holding.id;
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

/** The names of the settings that an entry changes for good; a task has the list always. */
function lastingChanges(kind: ItemDeclaration['kind'], item: MenuItem): Pick<MenuEntry, 'changes'> {
  const changes = item.changes().map((setting) => setting.name);
  return kind === 'task' || changes.length > 0 ? { changes } : {};
}
