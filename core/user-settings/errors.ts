import { EucentricError } from '../base';
import { nearestName } from '../settings';
import { type UserSettingDefinition, type UserSettingName, userSettingNames } from './definitions';

/** The errors that this room raises, each with a stable code. */
export const userSettingErrors = {
  unknown: (name: string): EucentricError => {
    const near = nearestName(name, userSettingNames);
    return new EucentricError({
      code: 'user-settings/unknown',
      message: `There is no user setting ${name}.`,
      hint:
        near === undefined
          ? 'List them with "eucentric settings show".'
          : `Did you mean ${near}? List them with "eucentric settings show".`,
    });
  },
  wrongValue: (name: UserSettingName, written: string, definition: UserSettingDefinition): EucentricError =>
    new EucentricError({
      code: 'user-settings/wrong-value',
      message: `${name} cannot be ${written === '' ? 'empty' : written}: it is ${inWords(definition)}.`,
      hint: 'Give a value within these limits; the earlier one is still in use.',
    }),
  notSettings: (path: string): EucentricError =>
    new EucentricError({
      code: 'user-settings/not-a-settings-file',
      message: `${path} is not a settings file of SerialEM: its first line does not begin with SerialEMSettings.`,
      hint: 'Choose the settings file of a user, such as SerialEMsettings.txt. Nothing was changed.',
    }),
  exists: (path: string): EucentricError =>
    new EucentricError({
      code: 'user-settings/exists',
      message: `${path} exists already. Nothing was written.`,
      hint: 'Give a name that is not in use.',
    }),
};

/** The values that a setting may have, in words. */
export function inWords({ kind, range, besides, unit, atLeast }: UserSettingDefinition): string {
  if (kind === 'switch') return '0 or 1';
  const noun =
    kind === 'whole number' ? 'a whole number' : kind === 'numbers' ? `${atLeast ?? 1} numbers or more` : 'a number';
  const limits = range ? ` from ${range[0]} to ${range[1]}` : '';
  const measured = unit !== undefined && unit !== 'tilt' ? ` ${unit}` : '';
  return `${noun}${limits}${measured}${besides === undefined ? '' : `, or ${besides}`}`;
}
