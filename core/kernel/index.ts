export * from './run/administrator';
export { readConditions } from './run/conditions';
export * from './run/run-operator';
export * from './operator/rolling-buffers';
export * from './guards/checks';
export { DetectorDose } from './guards/dose-limit';
export { kernelErrors } from './errors';
export type { DeviceWatcher, SettingListener } from './guards/guarding';
export * from './hooks';
export * from './operator/image-buffers';
export * from './kernel';
export type { DeviceLimits } from './guards/limits';
export { type BuiltInPlugins, loadPlugin } from './loader';
export * from './menu/menu';
export * from './menu/declaration';
export * from './menu/define-item';
export { type ExclusionName, exclusions } from './menu/exclusions';
export * from './menu/forecast';
export * from './menu/help-page';
export * from './menu/item-run';
export * from './menu/order';
export * from './menu/questions';
export {
  type Columns,
  type ResultSpecs,
  type ScalarSpec,
  type TableSpec,
  type ValueSpec,
  type ValuesOf,
  sentencesOf,
  unitsOf,
  value,
  valueMismatches,
} from './menu/values';
export * from './low-dose';
export { beamDiameter, type LowDoseField, lowDoseFields, type LowDoseValue } from './low-dose-fields';
export * from './operator/operator';
export * from './plugin';
export { WireRecorder } from './recording';
export * from './run/runner';
export * from './session';
export * from './guards/stage-legs';
export * from './guards/base-stage';
