import { type Matrix, cameraIndex, magIndex as asMagIndex } from '../../../core/base';
import { matrixError, runItem, trueStage, virtualInstrument } from '../../../testing/virtual-instrument';
import { largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { randomNumbers } from '../../support/random-numbers';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';
const magIndex = 12;
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
/** Lengths of the move in micrometres that cover one cycle of the stage, which is what the item has to choose at least. */
const extents = { extentX: 62, extentY: 41 };

/** A stage such as real ones are, drawn at random: none of it is in the properties. */
function drawTruth(seed: number) {
  const next = randomNumbers(seed + 1000);
  const between = (low: number, high: number): number => low + (high - low) * next();
  return {
    seed,
    pixelScaleError: between(-0.03, 0.03),
    rotationErrorDegrees: between(-4, 4),
    stageCycleError: [between(0.05, 0.15), between(0.05, 0.15)],
    stageCyclePhasesDegrees: [between(0, 360), between(0, 360)],
    stageBacklashMicrometres: between(0.1, 2),
    stageRepeatabilityNm: between(5, 30),
    driftNmPerSecond: [between(-0.3, 0.3), between(-0.3, 0.3)],
  };
}

export default defineTable({
  name: 'stage-shift',
  about: 'Stage Shift over whole cycles of the stage, against the true matrix of the virtual microscope.',
  item: stageShift,
  seeds: 200,
  seconds: 2,
  measure: async (seed, _, camera = (yaml) => yaml) => {
    await using instrument = await virtualInstrument({ simulator: drawTruth(seed), magIndex, edit: camera });
    // Every other seed correlates only the expected overlap.
    if (seed % 2 === 0) await runItem(instrument, 'calibrations/image-and-stage-shift/whole-image-corr');
    const { result } = await runItem(instrument, stageShift);
    const stored = instrument.calibrations.stage.get(asMagIndex(magIndex), cameraIndex(0))!;
    const truth = trueStage(instrument, magIndex);
    const { percent, degrees } = matrixError(stored, truth);
    const stated = result!.standardErrors as unknown as Matrix;
    const { extentX, extentY } = result!.values;
    // A series whose steps do not show the cycle goes on.
    const whole = Number(extentX) >= extents.extentX && Number(extentY) >= extents.extentY;
    return {
      errors: { percent, degrees, elements: elements.map((element) => stored[element] - truth[element]) },
      stated: { elements: elements.map((element) => stated[element]) },
      verdict: result!.quality?.verdict ?? 'without a verdict',
      ...(!whole && { faults: [`moves over ${String(extentX)} and ${String(extentY)} um`] }),
    };
  },
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 0.5 }),
    largest(measured, 'degrees', { unit: 'degrees', atMost: 0.2 }),
  ],
});
