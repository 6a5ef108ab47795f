import { honesty, largest, rmsOfError } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { type BeamColumn, condense, drawnBeam, knowImageShift } from '../../support/beam/beam-instrument';
import { beamItems, shiftOutcome } from '../../support/beam/beam-outcomes';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

/** The instruments of the rows, each with a current that gives some hundred electrons in a pixel of the beam, and a field in which the astigmatism of the condenser is small. */
const instruments: Readonly<Record<string, BeamColumn>> = {
  'FEI with a K3': { configuration: 'simulator.yaml', nanoamperes: 0.003, magIndex: 25 },
  'FEI with a Ceta': { configuration: 'talos-ceta.yaml', nanoamperes: 0.012, magIndex: 25 },
  'JEOL with a K2': { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.003, magIndex: 17 },
  'Hitachi with a K2 Base': { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.0003, magIndex: 13 },
};

export default defineTable({
  name: 'beam-shift',
  about:
    'Beam Shift on columns with imperfections that are drawn, from a beam of a fifth to four tenths of the field, against the true matrix of the virtual microscope.',
  item: beamItems.shift,
  rows: Object.keys(instruments),
  seeds: 50,
  seconds: 2,
  measure: async (seed, row, camera = coarseCamera(4)) => {
    const next = randomNumbers(seed);
    const column = instruments[row]!;
    await using instrument = await drawnBeam(column, seed, camera, {
      // The operator has focused: a defocus of some micrometres changes the magnification by a tenth of a percent.
      nanoprobeFocusOffsetMicrometres: 0,
      focusSpreadByMagMicrometres: 0,
    });
    await knowImageShift(instrument);
    await condense(instrument, 0.2 + 0.2 * next());
    const { result, percent, stated } = await shiftOutcome(instrument);
    return {
      errors: { percent: Math.max(...percent.map(Math.abs)), elements: percent },
      stated: { elements: stated },
      verdict: result.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 0.1 }),
    rmsOfError(measured, 'percent', { unit: '%', decimals: 3, atMost: 0.04 }),
    ...honesty(measured),
  ],
});
