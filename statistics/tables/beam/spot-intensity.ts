import { runItem } from '../../../testing/virtual-instrument';
import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  type BeamColumn,
  condense,
  drawnBeam,
  evenBeam,
  microscopeOf,
  trueDensity,
} from '../../support/beam/beam-instrument';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

const item = 'calibrations/beam-and-spot/spot-intensity';

/** The instruments of the rows, each with a current that gives some thousand counts at the brightest spot size. */
const instruments: Readonly<Record<string, BeamColumn>> = {
  'FEI with a Ceta': { configuration: 'talos-ceta.yaml', nanoamperes: 1, magIndex: 31 },
  'JEOL with a K2': { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.1, magIndex: 17 },
  'Hitachi with a K2 Base': { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.05, magIndex: 20 },
};

interface SpotRow {
  readonly spot: number;
  readonly counts: number;
  readonly ratio: number;
  readonly standardError: number;
}

export default defineTable({
  name: 'spot-intensity',
  about:
    'Spot Intensity on columns with imperfections that are drawn, against the current over the area of the beam of the virtual microscope, on either side of crossover.',
  item,
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
    const microscope = microscopeOf(instrument);
    await condense(instrument, 4 + 3 * next());
    const { result } = await runItem(instrument, item);
    const rows = result!.values['spots'] as readonly SpotRow[];
    const densities = rows.map(({ spot }) => {
      microscope.setSpotSize(spot);
      return trueDensity(instrument);
    });
    const errors = rows.map(({ ratio }, index) => ratio - densities[index]! / densities[0]!);
    return {
      errors: {
        percent: rows.slice(1, 3).map(({ ratio }, index) => (100 * errors[index + 1]!) / ratio),
        ratios: errors.slice(1),
      },
      stated: { ratios: rows.slice(1).map(({ standardError }) => standardError) },
      verdict: result!.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [largest(measured, 'percent', { unit: '% off', atMost: 0.5 }), ...honesty(measured)],
});
