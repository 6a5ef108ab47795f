import { EucentricError } from '../../core/base';
import { findUserSetting, inWords, itemsOfSetting, parseUserSetting, userSettingNames } from '../../core/user-settings';
import { exitCodes } from '../output';
import { type CommandContext, warningsOnly } from './context';
import { readInput, writeOutput } from './properties';

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
  const lasting = await userSettings.set(found, value);
  if (!lasting.lasts)
    throw new EucentricError({
      code: 'user-settings/not-kept',
      message: `${found} could not be kept: ${lasting.reason}`,
      hint: 'Check the file and the rights on it, then set it again.',
    });
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
  const { file, userSettings } = instrument.user;
  const lasting = await file.take(bytes, from);
  if (!lasting.lasts)
    throw new EucentricError({
      code: 'user-settings/not-kept',
      message: `${from} could not be taken over: ${lasting.reason}`,
      hint: 'Check the folder of the settings and the rights on it.',
    });
  for (const remark of [...lasting.remarks, ...userSettings.remarks]) output.remark(remark);
  output.emit({ event: 'result', file: lasting.path, from, remarks: userSettings.remarks });
  output.print(`${from} was taken over into ${lasting.path}. "parameter-sets import" takes over its camera sets.`);
  return exitCodes.done;
}

/** `settings export -o FILE`: writes a settings file for SerialEM, with every line that was ever read. */
export async function exportSettingsCommand(
  { output, open }: CommandContext,
  options: { readonly output?: string },
): Promise<number> {
  await using instrument = await open({ log: warningsOnly(output) });
  const text = instrument.user.file.text.render();
  if (options.output === undefined) output.print(text.trimEnd());
  else {
    await writeOutput(options.output, instrument.user.file.text.bytes());
    output.remark(`${options.output} written`);
  }
  output.emit({ event: 'result', file: options.output ?? null, ...(options.output === undefined && { text }) });
  return exitCodes.done;
}
