import { type Matrix, product, rotation, scaleMatrix } from '../../../core/base';
import { Scope } from '../../../core/devices';
import { runItem } from '../../../testing/virtual-instrument';
import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  type BeamColumn,
  condense,
  drawnBeam,
  knowImageShift,
  percentOff,
  trueBeamShiftAt,
} from '../../support/beam/beam-instrument';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

const item = 'calibrations/beam-and-spot/refine-beam-shift';
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

const columns: Readonly<Record<string, BeamColumn & { readonly alpha: number }>> = {
  JEOL: { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.003, magIndex: 17, alpha: 0 },
  Hitachi: { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.0003, magIndex: 13, alpha: -999 },
};

export default defineTable({
  name: 'refine-beam-shift',
  about:
    'Refine Beam Shift out to 6 um on columns with imperfections that are drawn, from a stored matrix that is 5 % and 3 degrees off, against the true matrix of the virtual microscope.',
  item,
  rows: Object.keys(columns).flatMap((column) => [`${column}, by the edge`, `${column}, by the centroid`]),
  seeds: 50,
  seconds: 3,
  measure: async (seed, row, camera = coarseCamera(4)) => {
    const next = randomNumbers(seed);
    const [name, way] = row.split(', by the ') as [string, string];
    const column = columns[name]!;
    await using instrument = await drawnBeam(column, seed, camera, {
      imageShiftHysteresis: 0,
    });
    await knowImageShift(instrument);
    await condense(instrument, 0.25 + 0.15 * next());
    const index = await instrument.kernel.registry.get(Scope).magIndex.read();
    const truth = trueBeamShiftAt(instrument, { magIndex: index, probe: 1, alpha: column.alpha });
    const off = scaleMatrix(product(rotation(seed % 2 === 0 ? 3 : -3), truth), 1.05);
    instrument.calibrations
      .records('BeamShiftCalibration')
      .replaceAll([{ ...off, magIndex: index, alpha: column.alpha, probe: 1, retain: 0 }]);
    const { result } = await runItem(instrument, item, { by: way, distance: '6' });
    const found = result!.values as unknown as Matrix;
    const stated = result!.standardErrors as unknown as Matrix;
    return {
      errors: { percent: percentOff(found, truth), elements: elements.map((each) => found[each] - truth[each]) },
      stated: { elements: elements.map((each) => stated[each]) },
      verdict: result!.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured, row) => [
    largest(measured, 'percent', { unit: '% off', atMost: row.includes('edge') ? 0.1 : 0.2 }),
    ...honesty(measured),
  ],
});
