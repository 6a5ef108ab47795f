import type { Command } from 'commander';
import { helpText } from '../../core/kernel';
import { exitCodes } from '../output';
import { type CommandContext, warningsOnly } from './base/context';

/**
 * `help`: the commands of the program; with the name of a command its options, and with the name of an item of the menu
 * its help page. A command goes before an item of the same name.
 */
export async function helpCommand(
  { output, open }: CommandContext,
  program: Command,
  names: readonly string[],
): Promise<number> {
  const name = names.join(' ');
  const command = named(program, names);
  if (command) {
    output.emit({ event: 'help', command: name, text: command.helpInformation() });
    output.print(command.helpInformation().trimEnd());
    return exitCodes.done;
  }
  await using instrument = await open({ log: warningsOnly(output) });
  const { id, label, summary, declaration, reason } = instrument.session.findItem(name);
  const text = declaration && helpText(declaration);
  output.emit({ event: 'help', item: id, label, summary, text: text ?? null });
  output.print(
    text ??
      `# ${label}\n\n${summary}\n\n${reason === undefined ? 'It has no help page.' : `Not available: ${reason}.`}`,
  );
  return exitCodes.done;
}

/** The command that these words name; the program itself for no words at all. */
function named(program: Command, names: readonly string[]): Command | undefined {
  let at: Command | undefined = program;
  for (const name of names) at = at?.commands.find((command) => command.name() === name);
  return at;
}
