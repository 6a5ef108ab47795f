import { existsSync } from 'node:fs';
import path from 'node:path';
import { type MenuEntry, sentencesOf, unitsOf } from '../../core/kernel';
import type { CalibrationFiles } from '../../core/settings';
import { builtInPlugins } from '../built-in-plugins';
import { twinFolder } from '../instrument/calibration-places';
import { keepNoAnswer } from '../kept-answer';
import { exitCodes } from '../output';
import { type CommandContext, warningsOnly } from './base/context';

/** `menu`: the Calibration menu as a tree, each item with the reason when it cannot run. */
export async function menuCommand(
  { output, open }: CommandContext,
  options: { readonly verbose?: boolean },
): Promise<number> {
  await using instrument = await open({ log: warningsOnly(output) });
  const { plugins, calibrationFiles } = instrument.settings;
  // Code from outside may go by anything, and values of an earlier session go by their age.
  const isOutside = ({ id }: (typeof plugins)[number]): boolean => !(id in builtInPlugins);
  if (plugins.some(isOutside) || hasShortTerm(calibrationFiles)) keepNoAnswer();
  const entries = instrument.session.menu();
  for (const entry of entries) output.emit(describeEntry(entry, options.verbose ?? false));
  for (const line of drawMenu(entries, options.verbose ?? false)) output.print(line);
  return exitCodes.done;
}

/** `tasks`: the routines beside the menu, each with the reason when it cannot run. */
export async function tasksCommand(
  { output, open }: CommandContext,
  options: { readonly verbose?: boolean },
): Promise<number> {
  await using instrument = await open({ log: warningsOnly(output) });
  const entries = instrument.session.tasks();
  for (const entry of entries)
    output.emit({ ...describeEntry(entry, options.verbose ?? false), changes: entry.changes ?? [] });
  for (const line of drawMenu(entries, options.verbose ?? false)) output.print(line);
  return exitCodes.done;
}

/** True where there are values of an earlier session, in the place of the site or of a simulation. */
const hasShortTerm = ({ directory, shortTerm }: CalibrationFiles): boolean =>
  [shortTerm, path.join(directory, twinFolder, path.basename(shortTerm))].some((file) => existsSync(file));

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
