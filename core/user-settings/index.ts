export { type SettingDifference, type SettingsComparison } from './compare-settings';
export {
  type UserSettingDefinition,
  type UserSettingName,
  userSettingDefinitions,
  userSettingNames,
  type UserSettingValue,
  type UserSettingValueOf,
} from './definitions';
export { inWords } from './errors';
export { type Lasting, SettingsFile, type SettingsFileOptions } from './settings-file';
export { importParameterSets, type ImportedParameterSets } from './imported-parameter-sets';
export { type CameraSetLines, SettingsText } from './settings-text';
export { type UserSettingGroup, userSettingGroups, userSettingLabels } from './labels';
export {
  FiledUserSettings,
  findUserSetting,
  itemsOfSetting,
  parseUserSetting,
  type RememberSettings,
  type Standing,
  UserSettings,
} from './user-settings';
