/** A line that is not a property, and the property after whose last line it comes; undefined at the beginning. */
export interface ExtraLine {
  readonly after?: string | undefined;
  readonly line: string;
}

/** Name, in a list of names, for the next line of `properties-extra`. */
export const EXTRA = 'properties-extra';

/** One line of a properties file. */
export interface Slot {
  /** Name of the property, or `properties-extra`. */
  readonly name: string;
  /** Number of the line among those of the property, or among the extra lines. */
  readonly position: number;
}

/**
 * The order of lines for a YAML section. Normally each property has all its lines together, and then the extra lines.
 * Where lines of several properties alternate, the section holds the order.
 */
export function lineOrder(
  properties: readonly { readonly name: string; readonly lines: number }[],
  extras: readonly ExtraLine[],
  written: readonly string[] = [],
): readonly Slot[] {
  const known = new Set(properties.map(({ name }) => name));
  const placed = new Map<string | undefined, Slot[]>();
  for (const [position, { after }] of extras.entries()) {
    const behind = after !== undefined && known.has(after) ? after : undefined;
    addTo(placed, behind, { name: EXTRA, position });
  }
  const own = properties.flatMap(({ name, lines }) => [
    ...Array.from({ length: lines }, (_, position) => ({ name, position })),
    ...(placed.get(name) ?? []),
  ]);
  const natural: readonly Slot[] = [...(placed.get(undefined) ?? []), ...own];
  return written.length === 0 ? natural : asWritten(natural, written);
}

/** The slots in the order of a list of names. A slot that is not in the list follows its natural neighbour. */
function asWritten(natural: readonly Slot[], written: readonly string[]): readonly Slot[] {
  const waiting = new Map<string, Slot[]>();
  for (const slot of natural) addTo(waiting, slot.name, slot);
  const ordered: Slot[] = [];
  const used = new Map<string, number>();
  for (const name of written) {
    const taken = used.get(name) ?? 0;
    const slot = waiting.get(name)?.[taken];
    if (slot) ordered.push(slot);
    used.set(name, taken + 1);
  }
  const placed = new Set(ordered);
  for (const [at, slot] of natural.entries()) {
    if (placed.has(slot)) continue;
    const before = natural[at - 1];
    ordered.splice(before ? ordered.indexOf(before) + 1 : 0, 0, slot);
  }
  return ordered;
}

function addTo<Key>(lists: Map<Key, Slot[]>, key: Key, slot: Slot): void {
  const list = lists.get(key);
  if (list) list.push(slot);
  else lists.set(key, [slot]);
}
