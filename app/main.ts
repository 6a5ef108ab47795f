import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import {
  convertCommand,
  diffCommand,
  type HistoryCommandOptions,
  historyCommand,
  showCommand,
} from './commands/calibrations';
import { checkCalibrationsCommand } from './commands/check-calibrations';
import type { CommandContext } from './commands/base/context';
import { type CtfCommandOptions, ctfCommand } from './commands/ctf';
import { devicesCommand } from './commands/devices';
import { helpCommand } from './commands/help';
import { type StartOptions, startCommand, truthCommand } from './commands/instrument-commands';
import { menuCommand, tasksCommand } from './commands/menu';
import { checkCommand, exportCommand, importCommand } from './commands/properties';
import { type RunCommandOptions, runCommand } from './commands/run';
import { addWorkingStateCommands } from './commands/working-state';
import { writePropertiesCommand } from './commands/write-properties';
import { cameraIndex, magIndex } from '../core/base';
import { PARAMETER_SETS } from '../core/settings';
import { defaultConfiguration } from './default-configuration';
import { closingFailed } from './errors';
import { type Instrument, createInstrument } from './instrument/instrument';
import { Output, exitCodes } from './output';
import { version } from './version';

/** Adds the options of the whole program, which may stand before or after the command. */
const withGlobalOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'the configuration of the instrument (default: the virtual microscope)')
    .option('--json', 'one JSON object per line on stdout, and nothing else there')
    .option('--record <file>', 'record what passes over every wire in a file, which "wire: replay" plays back')
    .option('--images', 'with --record: keep whole images, not only their hashes');

/** Runs the command line and sets the exit code; never throws. */
export async function main(given: readonly string[]): Promise<void> {
  let code: number = exitCodes.done;
  let output = new Output(given.includes('--json'));
  const program = withGlobalOptions(new Command('eucentric'))
    .description('Calibrates electron microscopes. Without --config it uses a virtual microscope.')
    .version(version)
    .exitOverride()
    .helpCommand(false)
    .configureOutput({
      writeErr: (text) => void process.stderr.write(text),
      outputError: (text, write) => write(text),
    });

  const action =
    <Given extends readonly unknown[]>(run: (context: CommandContext, ...given: Given) => Promise<number>) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      const all: { config?: string; json?: boolean; record?: string; images?: boolean } = {
        ...program.opts(),
        ...command.opts(),
      };
      const config = all.config ?? defaultConfiguration();
      output = new Output(all.json ?? false);
      const notClosed: unknown[] = [];
      const context: CommandContext = {
        configuration: config,
        output,
        open: async (options = {}) =>
          closingQuietly(
            await createInstrument({
              configuration: config,
              log: (line) => output.log(line),
              doing: command.name(),
              ...(all.record !== undefined && { record: { file: all.record, images: all.images ?? false } }),
              ...options,
            }),
            notClosed,
          ),
      };
      try {
        code = await run(context, ...(given.slice(0, -1) as unknown as Given));
      } catch (error) {
        if (notClosed.length > 0)
          output.log({ level: 'warn', source: 'eucentric', text: closingFailed(notClosed).message });
        throw error;
      }
      if (notClosed.length > 0) throw closingFailed(notClosed);
    };
  const command = (parent: Command, usage: string, description: string, example: string): Command =>
    withGlobalOptions(parent.command(usage))
      .description(description)
      .addHelpText('after', `\nExample:\n  eucentric ${example}`);

  command(
    program,
    'start',
    'open the operator console in a browser, or in this terminal',
    'start --config my-krios.yaml',
  )
    .option('--terminal', 'the console in this terminal instead of a browser')
    .option('--no-open', 'only print the address, do not start a browser')
    .option('--speed <factor>', 'speed of a virtual microscope: 1 is real time, 0 does not wait (default: 4)', numeric)
    .action(action<[StartOptions]>((context, options) => startCommand(context, options)));
  command(program, 'menu', 'show the Calibration menu, and why an item cannot run', 'menu --verbose')
    .option('--verbose', 'add ids, questions and results')
    .action(action<[{ verbose?: boolean }]>((context, options) => menuCommand(context, options)));
  command(
    program,
    'tasks',
    'show the tasks beside the menu, such as going to focus, and why one cannot run',
    'tasks --verbose',
  )
    .option('--verbose', 'add ids, questions and results')
    .action(action<[{ verbose?: boolean }]>((context, options) => tasksCommand(context, options)));
  command(
    program,
    'help [name...]',
    'show the help page of a menu item or a task, or the options of a command',
    'help image-shift',
  ).action(action<[string[]]>((context, names) => helpCommand(context, program, names)));
  command(
    program,
    'run <id...>',
    'run menu items and tasks one after the other; name each by its id, the end of its id, or its label',
    'run image-shift --mag-index 25 --answer start=yes --save',
  )
    .option(
      '--answer <question=value>',
      'answer to a question of the item; can be repeated',
      (value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), value],
    )
    .option('--defaults', 'take the default for all other questions')
    .option(
      '--seed <number>',
      'seed of the virtual microscope; with it a run ignores unsaved values, so that the same seed gives the same result',
      integer,
    )
    .option('--script', 'skip the questions that a script would not be asked, such as the one at the start')
    .option('--save', 'save the calibrations at the end')
    .option(
      '--if-changed <what>',
      'with --save: "merge", "overwrite" or another file name, in case another program has changed the calibration file',
    )
    .option('--mag-index <number>', 'go to this mag index first', (text) => magIndex(integer(text)))
    .option('--camera <number>', 'select this camera first', (text) => cameraIndex(integer(text)))
    .addOption(
      new Option(
        '--take <set>',
        'take an image with this parameter set first, for items that use the image in buffer A',
      ).choices([...PARAMETER_SETS]),
    )
    .action(action<[string[], RunCommandOptions]>((context, ids, options) => runCommand(context, ids, options)));
  command(
    program,
    'check [file]',
    'list the problems of a configuration or a SerialEMproperties.txt, with line and column',
    'check my-krios.yaml',
  ).action(action<[string | undefined]>((context, file) => checkCommand(context, file)));
  command(
    program,
    'import <properties>',
    'make a configuration from SerialEMproperties.txt; nothing is lost',
    'import SerialEMproperties.txt --twin -o my-krios.yaml',
  )
    .option(
      '--twin',
      'use a virtual microscope that follows the properties and calibrations of the site, in place of the hardware',
    )
    .option('-o, --output <file>', 'where to write it (default: stdout)')
    .action(
      action<[string, { output?: string; twin?: boolean }]>((context, file, options) =>
        importCommand(context, file, options),
      ),
    );
  command(
    program,
    'export',
    'write the configuration as SerialEMproperties.txt',
    'export --config my-krios.yaml -o SerialEMproperties.txt',
  )
    .option('-o, --output <file>', 'where to write it (default: stdout)')
    .action(action<[{ output?: string }]>((context, options) => exportCommand(context, options)));
  command(
    program,
    'devices',
    'connect to all devices and read every setting once; changes nothing',
    'devices --config my-krios.yaml',
  ).action(action(devicesCommand));
  command(
    program,
    'truth',
    'show the true values of the virtual microscope, as a perfect calibration would store them',
    'truth --json',
  )
    .option('--seed <number>', 'seed of the virtual microscope', integer)
    .action(action<[{ seed?: number }]>((context, { seed }) => truthCommand(context, seed)));

  command(
    program,
    'ctf <image>',
    'fit defocus and astigmatism to the Thon rings of an image in a file (MRC or TIFF, with its metadata)',
    'ctf micrograph.mrc --expected 1,3',
  )
    .option('--section <number>', 'image of a file with several, from 0', integer)
    .option('--pixel <angstrom>', 'pixel, in place of that of the file', numeric)
    .option('--kilovolts <kV>', 'high tension, in place of that of the metadata', numeric)
    .option('--cs <mm>', 'spherical aberration (default: FFTZeroParams of the configuration)', numeric)
    .option('--amplitude-contrast <share>', 'amplitude contrast (default: FFTZeroParams of the configuration)', numeric)
    .option('--phase <degrees>', 'phase shift of a phase plate, or "search"')
    .option('--expected <um,um>', 'least and largest underfocus; a fit outside is refused')
    .action(action<[string, CtfCommandOptions]>((context, image, options) => ctfCommand(context, image, options)));

  const properties = program.command('properties').description('values that calibrations found for the configuration');
  command(
    properties,
    'write',
    'show the lines of the configuration that the found values would change, and write them on request',
    'properties write --config my-krios.yaml --yes',
  )
    .option('--yes', 'write without asking')
    .option('--item <id>', 'only the values that this item found')
    .action(action<[{ yes?: boolean; item?: string }]>((context, options) => writePropertiesCommand(context, options)));

  const calibrations = program
    .command('calibrations')
    .description('show, check, compare and convert calibration files');
  command(
    calibrations,
    'show [file]',
    'show the contents of a calibration file (default: that of the configuration)',
    'calibrations show SerialEMcalibrations.txt',
  ).action(action<[string | undefined]>((context, file) => showCommand(context, file)));
  command(
    calibrations,
    'check [file]',
    'compare calibrations with properties: inconsistencies, their size, and what to measure again',
    'calibrations check SerialEMcalibrations.txt --config my-krios.yaml',
  ).action(action<[string | undefined]>((context, file) => checkCalibrationsCommand(context, file)));
  command(
    calibrations,
    'convert <file>',
    'read a calibration file and write it again, unchanged unless --canonical is given',
    'calibrations convert SerialEMcalibrations.txt --canonical -o tidy.txt',
  )
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--canonical', 'write all records in the order and format of a new file')
    .action(
      action<[string, { output: string; canonical?: boolean }]>((context, file, options) =>
        convertCommand(context, file, options),
      ),
    );
  command(
    calibrations,
    'diff <before> <after>',
    'compare two calibration files',
    'calibrations diff SerialEMcalibrations.bak SerialEMcalibrations.txt',
  ).action(action<[string, string]>((context, before, after) => diffCommand(context, before, after)));
  command(
    calibrations,
    'history',
    'show what was measured and when, or restore an earlier value',
    'calibrations history --item calibrations/image-and-stage-shift/image-shift',
  )
    .option('--item <id>', 'only this item')
    .option('--restore <entry>', 'restore the value of this entry and save it')
    .option('--replaced', 'with --restore: restore the value that the entry replaced')
    .option(
      '--if-changed <what>',
      'with --restore: "merge", "overwrite" or another file name, in case another program has changed the calibration file',
    )
    .option('--mag-index <number>', 'with --restore: restore it at this mag index', (text) => magIndex(integer(text)))
    .option('--camera <number>', 'with --restore: restore it for this camera', (text) => cameraIndex(integer(text)))
    .option('--anyway', 'with --restore: even if magnification, camera or high tension have changed since')
    .action(action<[HistoryCommandOptions]>((context, options) => historyCommand(context, options)));

  const groups = addWorkingStateCommands(program, { command, action, integer, numeric });
  program.commands
    .concat(calibrations.commands, properties.commands, ...groups.map((group) => group.commands))
    .forEach((each) => each.showHelpAfterError('Add --help for the options.'));
  program.showHelpAfterError('Add --help for the options.');
  endQuietlyWithReader();
  try {
    await program.parseAsync(given, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? exitCodes.done : misused(output, error);
    else code = output.fail(error);
  }
  process.exitCode = code;
}

/**
 * The instrument, with failures of its closing collected. An error that leaves `await using` on top of another would
 * take its place, and the operator would never read the first cause.
 */
function closingQuietly(instrument: Instrument, failures: unknown[]): Instrument {
  const close = async (): Promise<void> => {
    try {
      await instrument[Symbol.asyncDispose]();
    } catch (error) {
      failures.push(...(error instanceof AggregateError ? (error.errors as unknown[]) : [error]));
    }
  };
  return { ...instrument, [Symbol.asyncDispose]: close };
}

/** Tells a program, too, that it called wrongly; people have read it on stderr already. */
function misused(output: Output, { message }: CommanderError): number {
  const said = message.replace(/^error: /, '');
  output.emit({
    event: 'error',
    code: 'command/usage',
    message: said.startsWith('(') ? 'No command was given.' : said,
    hint: 'Add --help for the options.',
  });
  return exitCodes.usage;
}

/**
 * Lets a run end as it should when nobody reads any more. A reader that has seen enough, such as `head`, closes the
 * pipe (EPIPE); a terminal that was closed refuses every line (EIO).
 */
function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
}

function numeric(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Enter a number, 0 or more.');
  return value;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('Enter a whole number.');
  return value;
}
