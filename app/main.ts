import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { convertCommand, diffCommand, historyCommand, showCommand } from './commands/calibrations';
import type { CommandContext } from './commands/context';
import { devicesCommand, startCommand, truthCommand } from './commands/instrument-commands';
import { menuCommand } from './commands/menu';
import { checkCommand, exportCommand, importCommand } from './commands/properties';
import { type RunCommandOptions, runCommand } from './commands/run';
import { createInstrument } from './instrument';
import { Output, exitCodes } from './output';
import { defaultConfiguration, version } from './version';

/** Runs the command line and sets the exit code; never throws. */
export async function main(given: readonly string[]): Promise<void> {
  let code: number = exitCodes.done;
  let output = new Output(given.includes('--json'));
  const program = new Command('eucentric')
    .description('Calibrates electron microscopes. Without a configuration it works on a virtual one.')
    .version(version)
    .option('--config <file>', 'the configuration of the instrument (default: the virtual microscope)')
    .option('--json', 'one JSON object a line on stdout, and nothing else there')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text), outputError: (text, write) => write(text) });

  const action =
    <Given extends readonly unknown[]>(run: (context: CommandContext, ...given: Given) => Promise<number>) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      const all: { config?: string; json?: boolean } = { ...program.opts(), ...command.opts() };
      const config = all.config ?? defaultConfiguration;
      output = new Output(all.json ?? false);
      const context: CommandContext = {
        configuration: config,
        output,
        open: (options = {}) => createInstrument({ configuration: config, log: (line) => output.log(line), ...options }),
      };
      code = await run(context, ...(given.slice(0, -1) as unknown as Given));
    };
  // Options of the whole program may stand before or after the command.
  const command = (parent: Command, usage: string, description: string): Command =>
    parent.command(usage).description(description).option('--config <file>', 'the configuration of the instrument').option('--json', 'JSON lines on stdout');

  command(program, 'start', 'open the operator console')
    .option('--speed <factor>', 'how fast time passes on a virtual microscope (4 by default, 0 without waiting)', numeric)
    .action(action<[{ speed?: number }]>((context, options) => startCommand(context, options)));
  command(program, 'menu', 'show the Calibration menu and why an item cannot run')
    .option('--verbose', 'with ids, questions and results')
    .action(action<[{ verbose?: boolean }]>((context, options) => menuCommand(context, options)));
  command(program, 'run <id...>', 'run items of the menu, one after the other')
    .option('--answer <question=value>', 'answer a question; may be given several times', (value: string, earlier: string[]) => [...earlier, value], [])
    .option('--defaults', 'take the default of every question that is not answered')
    .option('--seed <number>', 'seed of the virtual microscope', integer)
    .option('--script', 'run as from a script: start and transfer questions are left out')
    .option('--save', 'save the calibrations at the end')
    .option('--mag-index <number>', 'go to this mag index first', integer)
    .option('--camera <number>', 'select this camera first', integer)
    .action(action<[string[], RunCommandOptions]>((context, ids, options) => runCommand(context, ids, options)));
  command(program, 'check [file]', 'check a configuration or a SerialEMproperties.txt').action(action<[string | undefined]>((context, file) => checkCommand(context, file)));
  command(program, 'import <properties>', 'turn SerialEMproperties.txt into a configuration')
    .option('-o, --output <file>', 'where to write it (default: stdout)')
    .action(action<[string, { output?: string }]>((context, file, options) => importCommand(context, file, options)));
  command(program, 'export', 'write the configuration as SerialEMproperties.txt')
    .option('-o, --output <file>', 'where to write it (default: stdout)')
    .action(action<[{ output?: string }]>((context, options) => exportCommand(context, options)));
  command(program, 'devices', 'connect to all devices, read everything once and change nothing').action(action(devicesCommand));
  command(program, 'truth', 'what a perfect calibration of the virtual microscope would store')
    .option('--seed <number>', 'seed of the virtual microscope', integer)
    .action(action<[{ seed?: number }]>((context, { seed }) => truthCommand(context, seed)));

  const calibrations = program.command('calibrations').description('look at calibration files');
  command(calibrations, 'show [file]', 'show what a calibration file holds').action(action<[string | undefined]>((context, file) => showCommand(context, file)));
  command(calibrations, 'convert <file>', 'read a calibration file and write it again')
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--canonical', 'write every record in the order and form of a fresh save')
    .action(action<[string, { output: string; canonical?: boolean }]>((context, file, options) => convertCommand(context, file, options)));
  command(calibrations, 'diff <before> <after>', 'compare two calibration files').action(action<[string, string]>((context, before, after) => diffCommand(context, before, after)));
  command(calibrations, 'history', 'what was measured when')
    .option('--item <id>', 'only this item')
    .option('--restore <entry>', 'put the value of an entry back and save')
    .option('--replaced', 'with --restore: the value that the entry replaced')
    .action(action<[{ item?: string; restore?: string; replaced?: boolean }]>((context, options) => historyCommand(context, options)));

  try {
    await program.parseAsync(given, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    else code = output.fail(error);
  }
  process.exitCode = code;
}

function numeric(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('A number, 0 or more, is wanted.');
  return value;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('A whole number is wanted.');
  return value;
}
