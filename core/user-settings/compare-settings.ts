import { definitionOf, type UserSettingName, userSettingNames, type UserSettingValue } from './definitions';
import { valueOf } from './setting-values';
import type { SettingsText } from './settings-text';

/** Keyword of the first line of a camera set, which has lines of its own. */
const cameraSetKeyword = 'CameraControlSet';

/** A user setting that differs between two settings files; the default where a file says nothing that can be. */
export interface SettingDifference {
  readonly name: UserSettingName;
  readonly before: UserSettingValue;
  readonly after: UserSettingValue;
}

/** Differences between the settings file in use and another one. */
export interface SettingsComparison {
  readonly settings: readonly SettingDifference[];
  /** Keywords of further lines that differ, such as the areas of Low Dose. */
  readonly otherLines: readonly string[];
}

/** Compares two settings files line by line of the same keyword, whatever their order. */
export function compareSettings(before: SettingsText, after: SettingsText): SettingsComparison {
  const valueIn = (text: SettingsText, name: UserSettingName): UserSettingValue => {
    const items = text.get(name);
    return (items && valueOf(definitionOf(name), items.map(Number))) ?? definitionOf(name).default;
  };
  const settings = userSettingNames
    .map((name) => ({ name, before: valueIn(before, name), after: valueIn(after, name) }))
    .filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after));
  const own = new Set<string>(userSettingNames);
  const linesOf = (text: SettingsText, keyword: string): string =>
    JSON.stringify(
      keyword === cameraSetKeyword
        ? text.cameraSets().map(({ fields, ...numbers }) => ({ ...numbers, fields: [...fields] }))
        : text.all(keyword),
    );
  const otherLines = [...new Set([...before.keywords(), ...after.keywords()])]
    .filter((keyword) => !own.has(keyword))
    .filter((keyword) => linesOf(before, keyword) !== linesOf(after, keyword));
  return { settings, otherLines };
}
