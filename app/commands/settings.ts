import { EucentricError } from '../../core/base';
import { areasNotSupported } from '../../core/low-dose';
import {
  findUserSetting,
  inWords,
  itemsOfSetting,
  type Lasting,
  parseUserSetting,
  userSettingNames,
} from '../../core/user-settings';
import { exitCodes } from '../output';
import { type CommandContext, warningsOnly } from './base/context';
import { deliver, readInput } from './properties';

/** `settings show [NAME]`: the choices of the user, each with its value, its limits and what it is. */
export async function showSettingsCommand({ output, open }: CommandContext, name: string | undefined): Promise<number> {
  await using instrument = await open({ log: warningsOnly(output) });
  const { userSettings } = instrument.user;
  const names = name === undefined ? userSettingNames : [findUserSetting(name).name];
  for (const each of names) {
    const definition = findUserSetting(each).definition;
    const value = userSettings.get(each);
    output.emit({
      name: each,
      value,
      default: definition.default,
      set: userSettings.has(each),
      ...(definition.unit !== undefined && { unit: definition.unit }),
      about: definition.about,
    });
    output.print(`${each} ${itemsOfSetting(value).join(' ') || '(none)'}${userSettings.has(each) ? '' : ' (default)'}`);
    output.print(`    ${definition.about} It is ${inWords(definition)}.`);
  }
  output.remark(`The settings are kept in ${userSettings.file}.`);
  return exitCodes.done;
}

/** `settings set NAME VALUE...`: sets one for good. */
export async function setSettingCommand(
  { output, open }: CommandContext,
  name: string,
  items: readonly string[],
): Promise<number> {
  const found = findUserSetting(name).name;
  const value = parseUserSetting(found, items);
  await using instrument = await open({ log: warningsOnly(output) });
  const { userSettings } = instrument.user;
  const before = userSettings.get(found);
  const lasting = requireKept(await userSettings.set(found, value), `${found} could not be kept`);
  for (const remark of lasting.remarks) output.remark(remark);
  output.emit({ event: 'result', name: found, value, before, file: lasting.path });
  output.print(
    `${found}: ${itemsOfSetting(value).join(' ')}, was ${itemsOfSetting(before).join(' ') || 'none'}. Kept in ${lasting.path}.`,
  );
  return exitCodes.done;
}

/** `settings import FILE`: takes a whole settings file of SerialEM over; the earlier one is kept as .bak. */
export async function importSettingsCommand({ output, open }: CommandContext, from: string): Promise<number> {
  const bytes = readInput(from);
  await using instrument = await open({ log: warningsOnly(output) });
  const { userSettings } = instrument.user;
  const lasting = requireKept(await userSettings.takeOver(bytes, from), `${from} could not be taken over`);
  const refused = areasNotSupported(instrument.user.file.text);
  for (const remark of [...lasting.remarks, ...userSettings.remarks, ...refused]) output.remark(remark);
  output.emit({ event: 'result', file: lasting.path, from, remarks: userSettings.remarks, refused });
  output.print(`${from} was taken over into ${lasting.path}. "parameter-sets import" takes over its camera sets.`);
  return exitCodes.done;
}

/** `settings export -o FILE`: writes a settings file for SerialEM, with every line that was ever read. */
export async function exportSettingsCommand(
  { output, open }: CommandContext,
  options: { readonly output?: string },
): Promise<number> {
  await using instrument = await open({ log: warningsOnly(output) });
  const { text: held } = instrument.user.file;
  const text = held.render();
  await deliver(output, text, options.output, held.bytes());
  output.emit({ event: 'result', file: options.output ?? null, ...(options.output === undefined && { text }) });
  return exitCodes.done;
}

/** A change that is in the file; throws `user-settings/not-kept` for one that could not be written. */
function requireKept(lasting: Lasting, what: string): Extract<Lasting, { readonly lasts: true }> {
  if (lasting.lasts) return lasting;
  throw new EucentricError({
    code: 'user-settings/not-kept',
    message: `${what}: ${lasting.reason}`,
    hint: 'Check the file and the rights on it, then try again.',
  });
}
