import { ProbeModeSelector } from '../../../core/devices';
import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { type BeamColumn, condense, drawnBeam, evenBeam, knowBeam } from '../../support/beam/beam-instrument';
import { beamItems, doseOutcome } from '../../support/beam/beam-outcomes';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

/** The instruments of the rows, each with a current that gives some thousand counts. */
const instruments: Readonly<Record<string, BeamColumn>> = {
  'FEI with a Ceta': { configuration: 'talos-ceta.yaml', nanoamperes: 0.05, magIndex: 25 },
  'JEOL with a K2': { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.6, magIndex: 22 },
  'Hitachi with a K2 Base': { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.05, magIndex: 20 },
};

export default defineTable({
  name: 'electron-dose',
  about:
    'Electron Dose by linear images on columns with imperfections that are drawn, against the current over the area of the beam of the virtual microscope.',
  item: beamItems.dose,
  rows: Object.keys(instruments),
  seeds: 70,
  seconds: 1,
  measure: async (seed, row, camera = coarseCamera(8)) => {
    const next = randomNumbers(seed);
    const column = instruments[row]!;
    await using instrument = await drawnBeam(
      column,
      seed,
      (yaml) =>
        camera(yaml).replace(/^( +)Name: .*$/m, (line, indent: string) =>
          yaml.includes('CountsPerElectron') ? line : `${line}\n${indent}CountsPerElectron: 40`,
        ),
      {
        pixelScaleError: 0,
        ...evenBeam,
      },
    );
    const { registry } = instrument.kernel;
    knowBeam(instrument);
    if (registry.has(ProbeModeSelector)) await registry.get(ProbeModeSelector).probeMode.write('micro');
    await condense(instrument, 3 + 2 * next());
    const exposure = 0.5 + next();
    const { result, percent, stated } = await doseOutcome(instrument, column.magIndex, exposure, { doubtful: 'yes' });
    return {
      errors: { percent: percent[0]! },
      stated: { percent: stated[0]! },
      verdict: result.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [largest(measured, 'percent', { unit: '% off', atMost: 1 }), ...honesty(measured)],
});
