import path from 'node:path';

export { randomNumbers } from '../../statistics/support/random-numbers';
export {
  type VirtualInstrumentOptions,
  matrixError,
  runItem,
  trueImageShift,
  trueStage,
  verifying,
  virtualInstrument,
} from '../../testing/virtual-instrument';

/** The root of the project. */
export const projectFolder = path.resolve(__dirname, '..', '..');
