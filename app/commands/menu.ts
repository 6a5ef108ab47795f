import { type MenuEntry, sentencesOf, unitsOf } from '../../core/kernel';
import { exitCodes } from '../output';
import { type CommandContext, warningsOnly } from './context';

/** `menu`: the Calibration menu as a tree, each item with the reason when it cannot run. */
export async function menuCommand(
  { output, open }: CommandContext,
  options: { readonly verbose?: boolean },
): Promise<number> {
  await using instrument = await open({ log: warningsOnly(output) });
  const entries = instrument.session.menu();
  for (const entry of entries) output.emit(describeEntry(entry, options.verbose ?? false));
  for (const line of drawMenu(entries, options.verbose ?? false)) output.print(line);
  return exitCodes.done;
}

function describeEntry(entry: MenuEntry, verbose: boolean): object {
  const { id, menu, label, enabled, reason, toggle, checked, plugin, summary, declaration } = entry;
  return {
    id,
    menu,
    label,
    enabled,
    reason: reason ?? null,
    toggle,
    checked,
    plugin,
    ...(verbose && {
      summary,
      script: declaration?.script ?? null,
      stores: declaration?.stores ?? [],
      questions: declaration?.questions ?? [],
      results: sentencesOf(declaration?.results ?? {}),
      units: unitsOf(declaration?.results ?? {}),
      needs: declaration?.needs.map((token) => token.name) ?? [],
    }),
  };
}

/** The menu in lines of text, submenus indented. */
function drawMenu(entries: readonly MenuEntry[], verbose = false): readonly string[] {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const entry of entries) {
    const shared = entry.menu.findIndex((name, index) => open[index] !== name);
    const from = shared < 0 ? entry.menu.length : shared;
    for (let depth = from; depth < entry.menu.length; depth++) lines.push(`${'  '.repeat(depth)}${entry.menu[depth]}`);
    if (entry.separated) lines.push(`${'  '.repeat(entry.menu.length)}---`);
    open = entry.menu;
    const mark = entry.toggle ? (entry.checked ? '[x] ' : '[ ] ') : '';
    const indent = '  '.repeat(entry.menu.length);
    lines.push(`${indent}${mark}${entry.label}${entry.reason === undefined ? '' : `  (${entry.reason})`}`);
    if (verbose) lines.push(`${indent}    ${entry.id}: ${entry.summary}`);
  }
  return lines;
}
