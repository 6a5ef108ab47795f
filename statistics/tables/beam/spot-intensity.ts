import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { type BeamColumn, condense, drawnBeam, evenBeam } from '../../support/beam/beam-instrument';
import { beamItems, spotOutcome } from '../../support/beam/beam-outcomes';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

/** The instruments of the rows, each with a current that gives some thousand counts at the brightest spot size. */
const instruments: Readonly<Record<string, BeamColumn>> = {
  'FEI with a Ceta': { configuration: 'talos-ceta.yaml', nanoamperes: 1, magIndex: 31 },
  'JEOL with a K2': { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.1, magIndex: 17 },
  'Hitachi with a K2 Base': { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.05, magIndex: 20 },
};

export default defineTable({
  name: 'spot-intensity',
  about:
    'Spot Intensity on columns with imperfections that are drawn, against the current over the area of the beam of the virtual microscope, on either side of crossover.',
  item: beamItems.spot,
  rows: Object.keys(instruments),
  seeds: 50,
  seconds: 2,
  measure: async (seed, row, camera = coarseCamera(4)) => {
    const next = randomNumbers(seed);
    const column = instruments[row]!;
    await using instrument = await drawnBeam(column, seed, camera, {
      intensityHysteresis: 0,
      ...evenBeam,
    });
    await condense(instrument, 4 + 3 * next());
    const { result, percent, stated } = await spotOutcome(instrument);
    return {
      // The dimmest spot sizes have few counts.
      errors: { percent: percent.slice(0, 2), ratios: percent },
      stated: { ratios: stated },
      verdict: result.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [largest(measured, 'percent', { unit: '% off', atMost: 0.5 }), ...honesty(measured)],
});
