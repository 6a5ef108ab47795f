import { type CameraIndex, EucentricError } from '../../core/base';
import {
  editParameterSets,
  loadSettings,
  noSuchCamera,
  PARAMETER_SETS,
  type ParameterSet,
  type ParameterSetChange,
  type ParameterSetName,
  type Settings,
} from '../../core/settings';
import { importParameterSets, SettingsText } from '../../core/user-settings';
import { parse as parseYaml } from 'yaml';
import { brokenConfiguration } from '../errors';
import { exitCodes } from '../output';
import { prepareText } from '../property-writing';
import { WrittenParameterSets } from '../working-state/settings-history';
import { type CommandContext, warningsOnly } from './base/context';
import { readInput } from './properties';
import { writeOnRequest } from './write-on-request';

interface WriteOptions {
  readonly yes?: boolean;
}

/** `parameter-sets show`: how images of each purpose are taken, by camera. */
export function showParameterSetsCommand(
  { output, configuration }: CommandContext,
  options: { readonly camera?: number },
): Promise<number> {
  const settings = settingsOf(configuration);
  for (const camera of camerasOf(settings, options.camera))
    for (const name of PARAMETER_SETS) {
      const set = settings.parameterSets.get(camera)![name];
      output.emit({ camera, name, ...set });
      output.print(`camera ${camera} ${name}: ${describeSet(set)}`);
    }
  return Promise.resolve(exitCodes.done);
}

/** `parameter-sets set SET FIELD=VALUE...`: shows what changes in the configuration, and writes it on request. */
export async function setParametersCommand(
  context: CommandContext,
  name: ParameterSetName,
  fields: readonly string[],
  { camera, ...options }: WriteOptions & { readonly camera?: number },
): Promise<number> {
  const settings = settingsOf(context.configuration);
  const [index] = camerasOf(settings, camera ?? settings.cameras[0]?.index);
  const change: ParameterSetChange = {
    camera: index!,
    name,
    fields: Object.fromEntries(fields.map(fieldOf)),
  };
  settings.changeParameterSet(change.camera, name, change.fields);
  return writeChanges(context, [change], options);
}

/** `parameter-sets import FILE`: takes over the camera sets of a settings file of SerialEM. */
export async function importParameterSetsCommand(
  context: CommandContext,
  from: string,
  options: WriteOptions,
): Promise<number> {
  const text = SettingsText.read(readInput(from), from);
  const { changes, remarks } = importParameterSets(text, settingsOf(context.configuration).cameras);
  for (const remark of remarks) context.output.remark(remark);
  return writeChanges(context, changes, options);
}

async function writeChanges(
  context: CommandContext,
  changes: readonly ParameterSetChange[],
  options: WriteOptions,
): Promise<number> {
  const { output, configuration } = context;
  const prepared = await prepareText(configuration, (text) => editParameterSets(text, configuration, changes));
  const { parameterSets: before } = settingsOf(configuration);
  if (!prepared) {
    output.emit({ event: 'result', file: configuration, written: false, diff: '' });
    output.print(`${configuration} holds these parameters already.`);
    return exitCodes.done;
  }
  for (const line of prepared.diff.split('\n')) output.print(line);
  const isWritten = await writeOnRequest(context, prepared, options.yes);
  if (isWritten) {
    await using instrument = await context.open({ log: warningsOnly(output) });
    const { history, log, session } = instrument;
    const settings = { writtenParameterSets: before };
    const parts = { settings, history, simulated: session.simulated, log };
    await new WrittenParameterSets(configuration, parts).remember(changes);
  }
  output.emit({ event: 'result', file: configuration, written: isWritten, diff: prepared.diff });
  return exitCodes.done;
}

function settingsOf(configuration: string): Settings {
  const { settings, problems } = loadSettings(configuration);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw brokenConfiguration(configuration, errors);
  return settings;
}

function camerasOf(settings: Settings, wanted: number | undefined): readonly CameraIndex[] {
  const active = settings.cameras.map(({ index }) => index);
  if (wanted === undefined) return active;
  const found = active.filter((index) => index === wanted);
  if (found.length > 0) return found;
  throw noSuchCamera(wanted, settings.cameras);
}

/** A field as it is written on the command line; its value is read as in the configuration. */
function fieldOf(text: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), parseYaml(text.slice(at + 1))];
  throw new EucentricError({
    code: 'command/not-a-field',
    message: `${text} is not a field with its value.`,
    hint: 'Write field=value, such as exposure=0.5 or area=half; "parameter-sets show" lists the fields.',
  });
}

const describeSet = (set: ParameterSet): string =>
  Object.entries(set)
    .map(([field, value]) => `${field} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
