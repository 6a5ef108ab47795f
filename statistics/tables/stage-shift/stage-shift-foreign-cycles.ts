import { cameraIndex, magIndex as asMagIndex } from '../../../core/base';
import { matrixError, runItem, trueStage, virtualInstrument } from '../../../testing/virtual-instrument';
import { largest } from '../../harness/pooling';
import { broken, defineTable } from '../../harness/table';
import { trueRotation } from '../../support/stages';

const item = 'calibrations/image-and-stage-shift/stage-shift';
/** Stages by vendor, with the lengths of their cycles in micrometres and a drift in nanometres a second. */
const stages = {
  FEI: { configuration: 'simulator.yaml', magIndex: 12, cycles: [48, 53], drift: [1.6, -1.2] },
  JEOL: { configuration: 'jeol-cryo-arm-k2.yaml', magIndex: 7, cycles: [56, 47], drift: [-2, 0.5] },
  Hitachi: { configuration: 'hitachi-ht7700.yaml', magIndex: 11, cycles: [66, 44], drift: [0.4, 2] },
} as const;

export default defineTable({
  name: 'stage-shift-foreign-cycles',
  about:
    'Stage Shift on stages whose cycles are others than the properties say, with a large error and a specimen that drifts: the matrix, and the lengths that are found and offered.',
  item,
  rows: Object.keys(stages),
  seeds: 20,
  seconds: 2,
  measure: async (seed, row, camera = (yaml) => yaml) => {
    const { configuration, magIndex, cycles, drift } = stages[row as keyof typeof stages];
    await using instrument = await virtualInstrument({
      configuration,
      edit: camera,
      magIndex,
      simulator: {
        seed,
        stageCyclesMicrometres: cycles,
        stageCycleError: [0.15, 0.12],
        stageCyclePhasesDegrees: [110 + 97 * (seed - 1), 250 + 61 * (seed - 1)].map((degrees) => degrees % 360),
        driftNmPerSecond: drift,
        stageRepeatabilityNm: 15,
      },
    });
    const { result } = await runItem(instrument, item);
    const stored = instrument.calibrations.stage.get(asMagIndex(magIndex), cameraIndex(0))!;
    const { percent, degrees } = matrixError(stored, trueStage(instrument, magIndex));
    const { rotation, cycleX, cycleY } = result!.values as { rotation: number; cycleX?: number; cycleY?: number };
    const offered = result!.propertySuggestions?.find(({ property }) => property === 'StageCycleLengthX')?.value;
    const off = (found: number | undefined, truth: number): number =>
      found === undefined ? Infinity : Math.abs(found - truth);
    const lengths = [off(cycleX, cycles[0]), off(cycleY, cycles[1]), off(offered, cycles[0])];
    return {
      errors: { percent, degrees, rotation: rotation - trueRotation(instrument, magIndex) },
      verdict: result!.quality?.verdict ?? 'without a verdict',
      faults: broken({ 'the length of each cycle is found and offered': Math.max(...lengths) < 1.6 }),
    };
  },
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 0.5 }),
    largest(measured, 'degrees', { unit: 'degrees', atMost: 0.2 }),
    largest(measured, 'rotation', { unit: 'degrees of rotation', decimals: 2, atMost: 0.5 }),
  ],
});
