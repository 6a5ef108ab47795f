import { runItem } from '../../../testing/virtual-instrument';
import { honesty, largest, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { randomNumbers } from '../../support/random-numbers';
import { scanOf, timedInstrument } from '../../support/timing/timing-instrument';

const item = 'calibrations/quick-flyback-time';

export default defineTable({
  name: 'quick-flyback-time',
  about:
    'Quick Flyback Time in virtual time against the flyback of the virtual microscope, with starts that scatter by 1 ms to both sides.',
  item,
  seeds: 40,
  seconds: 3,
  measure: async (seed, _row, camera = scanOf(64, 1024)) => {
    const next = randomNumbers(seed);
    const flyback = 150 + 450 * next();
    const perSecond = 100 * next();
    const simulator = {
      scanStartupSeconds: 1.15 + 0.1 * next(),
      scanStartupSpreadSeconds: 0.001,
      flybackMicroseconds: flyback,
      flybackMicrosecondsPerSecond: perSecond,
      probeCurrentPicoamperes: 5,
    };
    const stem = { configuration: 'talos-stem.yaml', camera: /STEM/, magIndex: 5 };
    await using instrument = await timedInstrument(stem, seed, simulator, { camera });
    const { result } = await runItem(instrument, item, { set: 'Trial' });
    const { values, standardErrors, quality } = result!;
    const truth = flyback + perSecond * (values['exposure'] as number);
    return {
      errors: { percent: 100 * ((values['flyback'] as number) / truth - 1) },
      stated: { percent: (100 * (standardErrors['flyback'] as number)) / truth },
      verdict: quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 3 }),
    ...honesty(measured),
    ...verdictCounts(measured),
  ],
});
