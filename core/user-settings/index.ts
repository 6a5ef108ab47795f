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
export { FiledUserSettings, findUserSetting, itemsOfSetting, parseUserSetting, UserSettings } from './user-settings';
