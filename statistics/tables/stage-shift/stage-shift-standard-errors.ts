import type { Matrix } from '../../../core/base';
import { matrixError, runItem, trueStage, virtualInstrument } from '../../../testing/virtual-instrument';
import { honesty, largestNormalized, rmsOfError } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { randomNumbers } from '../../support/random-numbers';

const item = 'calibrations/image-and-stage-shift/stage-shift';
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
/** Kinds of stages: error of scale within a cycle, scatter of the ends of moves in nm, electrons, and the mag index. */
const kinds = {
  'a large error that repeats with the cycle': { cyclic: [0.08, 0.15], scatter: [3, 15], dose: 400, magIndex: 12 },
  'moves that end a little off': { cyclic: [0, 0.03], scatter: [40, 200], dose: 400, magIndex: 12 },
  'both, with steps of a cycle': { cyclic: [0.03, 0.15], scatter: [5, 50], dose: 200, magIndex: 9 },
  'both, outside low magnification': { cyclic: [0.03, 0.15], scatter: [5, 50], dose: 400, magIndex: 17 },
} as const;
const ratio = 1.4;

export default defineTable({
  name: 'stage-shift-standard-errors',
  about:
    'Standard errors that Stage Shift states, over the errors of the four elements of its matrix against the truth.',
  item,
  rows: Object.keys(kinds),
  seeds: 50,
  seconds: 3,
  measure: async (seed, row, camera = (yaml) => yaml) => {
    const next = randomNumbers(seed + 4321);
    const between = (low: number, high: number): number => low + (high - low) * next();
    const { cyclic, scatter, dose, magIndex } = kinds[row as keyof typeof kinds];
    const simulator = {
      seed,
      pixelScaleError: between(-0.03, 0.03),
      rotationErrorDegrees: between(-4, 4),
      stageCycleError: [between(cyclic[0], cyclic[1]), between(cyclic[0], cyclic[1])],
      stageCyclePhasesDegrees: [between(0, 360), between(0, 360)],
      stageBacklashMicrometres: between(0.1, 2),
      stageRepeatabilityNm: between(scatter[0], scatter[1]),
      driftNmPerSecond: [between(-0.3, 0.3), between(-0.3, 0.3)],
      electronsPerFieldPixelPerSecond: dose,
    };
    await using instrument = await virtualInstrument({ simulator, magIndex, edit: camera });
    const truth = trueStage(instrument, magIndex);
    const { result } = await runItem(instrument, item, { 'small-extent': 'yes' });
    const found = result!.values as unknown as Matrix;
    const errors = result!.standardErrors as unknown as Matrix;
    return {
      errors: {
        elements: elements.map((element) => found[element] - truth[element]),
        percent: matrixError(found, truth).percent,
      },
      stated: { elements: elements.map((element) => errors[element]) },
      verdict: result!.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [
    ...honesty(measured, { ratio: { atLeast: 1 / ratio, atMost: ratio } }),
    largestNormalized(measured, { atMost: 10 }),
    rmsOfError(measured, 'percent', { unit: '%', decimals: 4 }),
  ],
  poolAll: (measured) => honesty(measured, { share: { atLeast: 93, atMost: 97 } }),
});
