import { determinant, inMicrometres, magIndex as asMagIndex, seconds } from '../../../core/base';
import { Cameras, Illumination, ProbeModeSelector } from '../../../core/devices';
import { ImageAcquisition } from '../../../core/acquisition';
import { Optics } from '../../../core/optics';
import { runItem, trueStage } from '../../../testing/virtual-instrument';
import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  type BeamColumn,
  condense,
  drawnBeam,
  evenBeam,
  knowBeam,
  trueDoseRate,
} from '../../support/beam/beam-instrument';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

const item = 'calibrations/electron-dose';

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
  item,
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
    const { spotSize, intensity } = registry.get(Illumination);
    const conditions = {
      spotSize: await spotSize.read(),
      intensity: await intensity.read(),
      ...(registry.has(ProbeModeSelector) && { probeMode: await registry.get(ProbeModeSelector).probeMode.read() }),
    };
    const { selected } = registry.get(Cameras);
    const { width, height, binnings } = selected.traits;
    const exposure = selected.fit({
      binning: binnings[Math.min(1, binnings.length - 1)]!,
      area: { left: 0, top: 0, right: width, bottom: height },
      exposure: seconds(0.5 + next()),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
    });
    await registry.get(ImageAcquisition).take(exposure, { conditions });
    const truth = trueDoseRate(instrument);
    const { result } = await runItem(instrument, item, { doubtful: 'yes' });
    // The pixel size is another calibration: its error is taken out by the true one.
    const { value: pixel } = registry
      .get(Optics)
      .at({ magIndex: asMagIndex(column.magIndex), camera: selected.traits.index }).pixelSize!;
    const area = Math.abs(determinant(trueStage(instrument, column.magIndex))) * inMicrometres(pixel) ** 2;
    const dose = (result!.values['dose'] as number) * area;
    return {
      errors: { percent: 100 * (dose / truth - 1) },
      stated: { percent: (100 * (result!.standardErrors['dose'] as number)) / dose },
      verdict: result!.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [largest(measured, 'percent', { unit: '% off', atMost: 1 }), ...honesty(measured)],
});
