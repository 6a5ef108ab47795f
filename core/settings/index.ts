export type { CameraSettings, RotationAndPixel } from './camera-settings';
export { exportProperties } from './convert/export-properties';
export { belowSections, type ImportedProperties, importProperties } from './convert/import-properties';
export {
  type CameraName,
  type CameraValue,
  type CameraValues,
  definitions,
  type FieldType,
  findDefinition,
  type GeneralName,
  type GeneralValue,
  type GeneralValues,
  type PropertyDefinition,
  type PropertyForm,
  type PropertyValue,
  type SessionProperty,
} from './definitions';
export { ConfigurationWriting, type PreparedText } from './configuration-writing';
export { editParameterSets } from './edit/edit-parameter-sets';
export { editProperties, missingChanges, type PropertyChange } from './edit/edit-properties';
export { exportInLayout, propertiesFileOf } from './edit/keep-layout';
export { unifiedDiff } from './edit/line-diff';
export { textOfBytes } from './edit/text-bytes';
export { type LoadedSettings, loadSettings, parseSettings } from './load';
export type { MagnificationRow } from './magnification-table';
export {
  areaNamed,
  type CameraParameterSets,
  changedParameterSet,
  countsElectrons,
  namedAreas,
  PARAMETER_SETS,
  type ParameterSet,
  type DoseFractions,
  type ParameterSetName,
  type ScanParameters,
} from './parameter-sets';
export {
  type FieldCamera,
  type ParameterSetField,
  parameterSetFields,
  type ParameterValue,
} from './parameter-set-fields';
export { noSuchCamera, type ParameterSetChange } from './parameter-sets-in-force';
export { nearestName, type Problem } from './problem';
export { type CalibrationFiles, checkSection, type ConfigSection, type PluginSettings } from './yaml/sections';
export { buildSchema, type PluginSchema } from './schema/build-schema';
export { Settings } from './settings';
export { encodeProperties, textOfProperties } from './text/decode';
