/// <reference types="node" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Suites and virtual instruments for the tests of a plugin: `import { describeCamera } from 'eucentric/testing'`. They call the global
 * functions `describe`, `test` and `expect` of jest, or of another test runner that provides them.
 */
export { type CameraFacts, type CameraUnderTest, describeCamera } from './describe-camera';
export { type ColumnFacts, type DeviceUnderTest, type WholeColumnUnderTest, describeColumn } from './describe-column';
export { describeDevices } from './describe-devices';
export { type MenuItemCase, describeMenuItem } from './describe-menu-item';
export { type ColumnUnderTest, type ScopeFacts, describeScope } from './describe-scope';
export { type StageFacts, type StageUnderTest, describeStage } from './describe-stage';
export { type Recording, recording } from './recording';
export {
  type RunUnderTest,
  type VirtualInstrumentOptions,
  type VirtualInstrumentUnderTest,
  matrixError,
  runItem,
  trueImageShift,
  trueStage,
  virtualInstrument,
} from './virtual-instrument';
