import { SimulatedTruth } from '../../../plugins/simulator';
import { runItem } from '../../../testing/virtual-instrument';
import { honesty, largest, verdictCounts } from '../../harness/pooling';
import { broken, defineTable } from '../../harness/table';
import {
  drawFocusWorld,
  focusColumns,
  focusInstrument,
  storeTrueCurve,
  trueZero,
} from '../../support/focus/focus-worlds';
import { randomNumbers } from '../../support/random-numbers';

const item = 'calibrations/focus-and-tuning/standard-focus-at-all-mags';

/** A row of the result. */
interface FoundFocus {
  readonly magIndex: number;
  readonly focus?: number;
  readonly standardError?: number;
  readonly verdict: string;
}

export default defineTable({
  name: 'standard-focus-at-all-mags',
  about:
    'Standard Focus at All Mags, where each magnification has a focus of its own and the lower ones are up to 60 um away: absolute focus against the truth.',
  item,
  seeds: 10,
  seconds: 15,
  measure: async (seed, _, camera) => {
    const next = randomNumbers(seed + 17);
    const drawn = drawFocusWorld(seed, { ...focusColumns.fei, magIndexes: [25] });
    const mags = camera ? [22, 23, 25] : [20, 21, 22, 23, 24, 25, 26, 27];
    // The lower the magnification, the farther away its focus may be.
    const offsets = Object.fromEntries(mags.map((at) => [at, (2 * next() - 1) * (at < 23 ? 60 : 3)]));
    const world = {
      ...drawn,
      start: 0,
      simulator: { ...drawn.simulator, pixelScaleError: 0, rotationErrorDegrees: 0, focusOffsetsMicrometres: offsets },
    };
    await using instrument = await focusInstrument(world, camera);
    await storeTrueCurve(world, instrument, { range: 36, levels: 13 });
    const zero = trueZero(world, instrument);
    const answers = { lowest: String(mags[0]), highest: String(mags.at(-1)) };
    const { result } = await runItem(instrument, item, answers);
    const focuses = (result!.values['focuses'] as readonly FoundFocus[]).filter(({ magIndex }) =>
      mags.includes(magIndex),
    );
    const truth = new Map(
      instrument.kernel.registry
        .get(SimulatedTruth)
        .records.filter(({ record }) => record === 'StandardLMFocus')
        .map((row) => [row['magIndex'] as number, row['nano'] as number]),
    );
    const good = focuses.filter(({ verdict }) => verdict === 'good');
    return {
      // A unit of the absolute focus is a millimetre.
      errors: { focus: good.map(({ magIndex, focus }) => 1000 * (focus! - truth.get(magIndex)!) - zero) },
      stated: { focus: good.map(({ standardError }) => standardError!) },
      verdict: result!.quality?.verdict ?? 'without a verdict',
      faults: broken({ 'the focus is found everywhere': good.length === mags.length }),
    };
  },
  pool: (measured) => [
    ...verdictCounts(measured),
    largest(measured, 'focus', { unit: 'um', atMost: 0.1 }),
    ...honesty(measured),
  ],
});
