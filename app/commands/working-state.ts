import { type Command, Argument } from 'commander';
import { cameraIndex } from '../../core/base';
import { PARAMETER_SETS, type ParameterSetName } from '../../core/settings';
import {
  type AlignBufferOptions,
  alignBufferCommand,
  copyBufferCommand,
  type DropOption,
  listBuffersCommand,
  type ReadBufferOptions,
  readBufferCommand,
  saveBufferCommand,
  takeIntoBufferCommand,
} from './buffers';
import type { CommandContext } from './base/context';
import { liveCommand, type LiveOptions } from './live';
import { importParameterSetsCommand, setParametersCommand, showParameterSetsCommand } from './parameter-sets';
import {
  fitPointsCommand,
  listPointsCommand,
  type MarkPointOptions,
  markPointCommand,
  pointsFileCommand,
  removePointCommand,
  turnCommand,
} from './points';
import { exportSettingsCommand, importSettingsCommand, setSettingCommand, showSettingsCommand } from './settings';

/** The way in which the program adds its commands. */
export interface CommandMaking {
  readonly command: (parent: Command, usage: string, description: string, example: string) => Command;
  readonly action: <Given extends readonly unknown[]>(
    run: (context: CommandContext, ...given: Given) => Promise<number>,
  ) => (...given: unknown[]) => Promise<void>;
  readonly integer: (text: string) => number;
  /** A number, 0 or more. */
  readonly numeric: (text: string) => number;
}

/** Adds the commands for parameter sets, user settings, buffers and registration points; returns their groups. */
export function addWorkingStateCommands(
  program: Command,
  { command, action, integer, numeric }: CommandMaking,
): readonly Command[] {
  const settings = program.command('settings').description('user settings, such as the beam tilt of autofocus');
  command(settings, 'show [name]', 'show all settings, or one', 'settings show TargetDefocus').action(
    action<[string | undefined]>((context, name) => showSettingsCommand(context, name)),
  );
  command(settings, 'set <name> <value...>', 'change a setting and keep it', 'settings set TargetDefocus -1.5')
    .allowUnknownOption()
    .action(action<[string, string[]]>((context, name, items) => setSettingCommand(context, name, items)));
  command(
    settings,
    'import <file>',
    'import a settings file of SerialEM; the previous one is kept as .bak',
    'settings import SerialEMsettings.txt',
  ).action(action<[string]>((context, file) => importSettingsCommand(context, file)));
  command(settings, 'export', 'write a settings file for SerialEM', 'settings export -o SerialEMsettings.txt')
    .option('-o, --output <file>', 'where to write it (default: stdout)')
    .action(action<[{ output?: string }]>((context, options) => exportSettingsCommand(context, options)));

  const sets = program
    .command('parameter-sets')
    .description('parameters for images: View, Focus, Trial, Record, Preview, Search');
  command(sets, 'show', 'show the parameter sets of each camera', 'parameter-sets show --camera 0')
    .option('--camera <number>', 'only this camera', integer)
    .action(action<[{ camera?: number }]>((context, options) => showParameterSetsCommand(context, options)));
  command(
    sets,
    'set',
    'show the lines of the configuration that would change, and write them on request',
    'parameter-sets set Trial exposure=0.5 binning=4 --yes',
  )
    .addArgument(new Argument('<set>', 'the set').choices(PARAMETER_SETS))
    .addArgument(new Argument('<field=value...>', 'the new values'))
    .option('--camera <number>', 'camera (default: the first one)', integer)
    .option('--yes', 'write without asking')
    .action(
      action<[ParameterSetName, string[], { camera?: number; yes?: boolean }]>((context, name, fields, options) =>
        setParametersCommand(context, name, fields, options),
      ),
    );
  command(
    sets,
    'import <file>',
    'import the camera sets of a settings file of SerialEM',
    'parameter-sets import SerialEMsettings.txt --yes',
  )
    .option('--yes', 'write without asking')
    .action(
      action<[string, { yes?: boolean }]>((context, file, options) =>
        importParameterSetsCommand(context, file, options),
      ),
    );
  command(
    program,
    'live',
    'show images one after the other, with their rate and counts, until Ctrl-C',
    'live View --count 20',
  )
    .addArgument(new Argument('<set>', 'the parameter set').choices(PARAMETER_SETS))
    .option('--count <number>', 'end after this many images', integer)
    .option('--camera <number>', 'select this camera first', (text) => cameraIndex(integer(text)))
    .action(action<[ParameterSetName, LiveOptions]>((context, set, options) => liveCommand(context, set, options)));
  const making = { command, action, integer, numeric };
  return [settings, sets, addBufferCommands(program, making), addPointCommands(program, making)];
}

/** The option that drops an unsaved Record image. */
const dropOption = ['--drop', 'drop a Record image that was not saved'] as const;

/** Adds the commands for buffers; returns their group. */
function addBufferCommands(program: Command, { command, action, integer, numeric }: CommandMaking): Command {
  const buffers = program
    .command('buffers')
    .description('images in buffers A to V; they are kept from one command to the next');
  command(buffers, 'list', 'show the image in each buffer', 'buffers list').action(action(listBuffersCommand));
  command(buffers, 'take', 'take an image into A; older ones roll to B, C...', 'buffers take Trial')
    .addArgument(new Argument('<set>', 'the parameter set').choices(PARAMETER_SETS))
    .option(...dropOption)
    .action(
      action<[ParameterSetName, DropOption]>((context, set, options) => takeIntoBufferCommand(context, set, options)),
    );
  command(buffers, 'copy <from> <to>', 'copy an image to another buffer', 'buffers copy A M')
    .option(...dropOption)
    .action(
      action<[string, string, DropOption]>((context, from, to, options) =>
        copyBufferCommand(context, from, to, options),
      ),
    );
  command(
    buffers,
    'save <buffer> <file>',
    'save an image as MRC (section after section) or TIFF, with its metadata (.mdoc) beside it',
    'buffers save A grid3.mrc',
  ).action(action<[string, string]>((context, buffer, file) => saveBufferCommand(context, buffer, file)));
  command(buffers, 'read <file>', 'read an image from a file with its metadata', 'buffers read grid3.mrc --section 2')
    .option('--section <number>', 'section of the file, from 0 (default: 0)', integer)
    .option('--buffer <letter>', 'buffer (default: that of the setting BufferToReadInto)')
    .option(...dropOption)
    .action(action<[string, ReadBufferOptions]>((context, file, options) => readBufferCommand(context, file, options)));
  command(
    buffers,
    'align [buffer]',
    'align A with another image, and move the image there by image shift; refused where the shift is doubtful',
    'buffers align C --limit 0.5',
  )
    .option('--leave-column', 'only measure; image shift stays as it is')
    .option('--erase-periodic', 'leave out what repeats across the images, such as a lattice')
    .option('--keep-borders', 'compare dark borders, too')
    .option('--limit <um>', 'largest shift on the specimen in micrometres', numeric)
    .action(
      action<[string | undefined, AlignBufferOptions]>((context, buffer, options) =>
        alignBufferCommand(context, buffer, options),
      ),
    );
  return buffers;
}

/** Adds the commands for registration points; returns their group. */
function addPointCommands(program: Command, { command, action, integer }: CommandMaking): Command {
  const points = program
    .command('points')
    .description('registration points: features that are marked before and after the grid was turned');
  command(points, 'list', 'show the points of each registration', 'points list').action(action(listPointsCommand));
  command(
    points,
    'mark',
    'mark what is in the centre now, a place on the stage, or a point of an image',
    'points mark --image A --at 512,300 --note corner',
  )
    .option('--number <number>', 'number of the feature (default: the next one)', integer)
    .option('--note <text>', 'name of the feature')
    .option('--image <buffer>', 'buffer of the image on which it is')
    .option('--at <column,row>', 'place in that image, from 0')
    .option('--stage <x,y>', 'place on the stage in micrometres')
    .action(action<[MarkPointOptions]>((context, options) => markPointCommand(context, options)));
  command(points, 'remove <number>', 'remove a point', 'points remove 3')
    .option('--registration <number>', 'registration (default: the present one)', integer)
    .action(
      action<[string, { registration?: number }]>((context, number, options) =>
        removePointCommand(context, integer(number), options),
      ),
    );
  command(points, 'turn', 'begin the next registration, after the grid was turned or loaded again', 'points turn')
    .option('--registration <number>', 'go back to this one', integer)
    .action(action<[{ registration?: number }]>((context, options) => turnCommand(context, options)));
  command(points, 'fit', 'fit the transformation to the present registration', 'points fit')
    .option('--from <number>', 'from this registration (default: the one that shares most points)', integer)
    .action(action<[{ from?: number }]>((context, options) => fitPointsCommand(context, options)));
  command(points, 'save <file>', 'save all points', 'points save grid3.yaml').action(
    action<[string]>((context, file) => pointsFileCommand(context, 'save', file)),
  );
  command(points, 'load <file>', 'load points in place of those that there are', 'points load grid3.yaml').action(
    action<[string]>((context, file) => pointsFileCommand(context, 'load', file)),
  );
  return points;
}
