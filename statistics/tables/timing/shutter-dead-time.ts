import { runItem } from '../../../testing/virtual-instrument';
import { largest, honesty } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';
import { type TimedCamera, timedInstrument } from '../../support/timing/timing-instrument';

const item = 'calibrations/shutter-dead-time';
const cameras: Readonly<Record<string, TimedCamera>> = {
  Orius: { configuration: 'talos-oneview-orius.yaml', camera: /Orius/i },
  Ceta: { configuration: 'talos-ceta.yaml', camera: /Ceta/ },
};

export default defineTable({
  name: 'shutter-dead-time',
  about: 'Shutter Dead Time against the dead time of the virtual microscope, 0 to 20 ms, in milliseconds.',
  item,
  rows: Object.keys(cameras),
  seeds: 40,
  seconds: 1,
  measure: async (seed, row, camera = coarseCamera(8)) => {
    const next = randomNumbers(seed);
    const truth = seed % 5 === 0 ? 0 : 0.02 * next();
    const simulator = { cameraDeadSeconds: truth };
    await using instrument = await timedInstrument(cameras[row]!, seed, simulator, { camera });
    const { result } = await runItem(instrument, item, { exposure: (0.001 + 0.099 * next()).toFixed(3) });
    const { values, standardErrors, quality, propertySuggestions } = result!;
    const offered = propertySuggestions?.[0]?.value ?? 0;
    const faults = Math.abs(offered - (truth > 0.0005 ? truth : 0)) > 0.0007 ? [`${offered} s was offered.`] : [];
    return {
      errors: { milliseconds: (values['deadTime'] as number) - 1000 * truth },
      stated: { milliseconds: standardErrors['deadTime'] as number },
      verdict: quality?.verdict ?? 'without a verdict',
      faults,
    };
  },
  pool: (measured) => [largest(measured, 'milliseconds', { unit: 'ms off', atMost: 0.2 }), ...honesty(measured)],
});
