/** Lines of one text that replace lines of another; numbers count from 0. */
export interface LineChange {
  readonly line: number;
  readonly removed: readonly string[];
  readonly newLine: number;
  readonly added: readonly string[];
}

const linesOf = (text: string): readonly string[] => text.split('\n').map((line) => line.replace(/\r$/, ''));

/**
 * The smallest set of line changes between two texts, after E. Myers, "An O(ND) difference algorithm and its
 * variations", Algorithmica 1 (1986).
 */
export function lineChanges(before: string, after: string): readonly LineChange[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const trace: Map<number, number>[] = [];
  let furthest = new Map([[1, 0]]);
  const reach = (
    diagonal: number,
    steps: number,
    from: Map<number, number>,
  ): { readonly down: boolean; readonly start: number } => {
    const down =
      diagonal === -steps || (diagonal !== steps && (from.get(diagonal - 1) ?? -1) < (from.get(diagonal + 1) ?? -1));
    return { down, start: down ? (from.get(diagonal + 1) ?? 0) : (from.get(diagonal - 1) ?? 0) + 1 };
  };
  const isEnd = (x: number, y: number): boolean => x >= old.length && y >= fresh.length;
  let found = false;
  for (let steps = 0; !found; steps += 1) {
    trace.push(furthest);
    const next = new Map(furthest);
    for (let diagonal = -steps; diagonal <= steps && !found; diagonal += 2) {
      let x = reach(diagonal, steps, furthest).start;
      while (x < old.length && x - diagonal < fresh.length && old[x] === fresh[x - diagonal]) x += 1;
      next.set(diagonal, x);
      found = isEnd(x, x - diagonal);
    }
    furthest = next;
  }
  const removed = new Set<number>();
  const added = new Set<number>();
  let [x, y] = [old.length, fresh.length];
  for (let steps = trace.length - 1; steps > 0; steps -= 1) {
    const { down } = reach(x - y, steps, trace[steps]!);
    const diagonal = down ? x - y + 1 : x - y - 1;
    x = trace[steps]!.get(diagonal) ?? 0;
    y = x - diagonal;
    if (down) added.add(y);
    else removed.add(x);
  }
  return gathered(old, fresh, removed, added);
}

/** Joins changes that touch. */
function gathered(
  old: readonly string[],
  fresh: readonly string[],
  removed: ReadonlySet<number>,
  added: ReadonlySet<number>,
): readonly LineChange[] {
  const changes: LineChange[] = [];
  for (let line = 0, newLine = 0; line < old.length || newLine < fresh.length;) {
    const from = { line, newLine };
    while (removed.has(line)) line += 1;
    while (added.has(newLine)) newLine += 1;
    if (line > from.line || newLine > from.newLine)
      changes.push({ ...from, removed: old.slice(from.line, line), added: fresh.slice(from.newLine, newLine) });
    else {
      line += 1;
      newLine += 1;
    }
  }
  return changes;
}

/** A unified diff of two texts without context, as `diff -U0` writes it; empty when they are the same. */
export function unifiedDiff(before: string, after: string, file: string): string {
  const changes = lineChanges(before, after);
  if (changes.length === 0) return '';
  const range = (line: number, { length }: readonly string[]): string =>
    `${length === 0 ? line : line + 1}${length === 1 ? '' : `,${length}`}`;
  const hunks = changes.map(({ line, removed, newLine, added }) =>
    [
      `@@ -${range(line, removed)} +${range(newLine, added)} @@`,
      ...removed.map((each) => `-${each}`),
      ...added.map((each) => `+${each}`),
    ].join('\n'),
  );
  return [`--- ${file}`, `+++ ${file}`, ...hunks].join('\n');
}
