export { verifying } from '../../testing/verifying';
export { randomNumbers } from '../../statistics/support/random-numbers';
export { projectFolder } from './project-folder';
export {
  type VirtualInstrumentOptions,
  matrixError,
  runItem,
  trueImageShift,
  trueStage,
  virtualInstrument,
} from '../../testing/virtual-instrument';

/** The middle quarter of each side of every camera of a configuration, in whole blocks of pixels: images a sixteenth as large. */
export const partOfCamera = (yaml: string): string =>
  yaml.replace(
    /^( +CameraSize[XY]): (\d+)$/gm,
    (_, name: string, size: string) => `${name}: ${64 * Math.round(Number(size) / 256)}`,
  );
