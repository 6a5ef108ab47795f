import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  type BeamColumn,
  condense,
  drawnBeam,
  evenBeam,
  microscopeOf,
  trueRecords,
} from '../../support/beam/beam-instrument';
import { beamItems, intensityOutcome } from '../../support/beam/beam-outcomes';
import { randomNumbers } from '../../support/random-numbers';
import { mean as meanOf } from '../../../imaging';
import { coarseCamera } from '../../support/small-camera';

const instruments: Readonly<Record<string, BeamColumn & { readonly maxCounts: number }>> = {
  'FEI with a Ceta': { configuration: 'talos-ceta.yaml', nanoamperes: 3, magIndex: 25, maxCounts: 30_000 },
  'JEOL with a K2': { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.3, magIndex: 25, maxCounts: 30_000 },
  'Hitachi with a K2 Base': { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.1, magIndex: 17, maxCounts: 8000 },
};

export default defineTable({
  name: 'beam-intensity',
  about:
    'Beam Intensity from either side of crossover, on columns with imperfections that are drawn, against the current over the area of the beam of the virtual microscope at each point.',
  item: beamItems.intensity,
  rows: Object.keys(instruments),
  seeds: 30,
  seconds: 15,
  measure: async (seed, row, camera = coarseCamera(4)) => {
    const next = randomNumbers(seed);
    const column = instruments[row]!;
    await using instrument = await drawnBeam(column, seed, camera, {
      intensityHysteresis: 0,
      ...evenBeam,
      beamCentreMicrometres: [0, 0],
      spotBeamShiftsMicrometres: [],
      nanoprobeBeamShiftMicrometres: [0, 0],
    });
    const microscope = microscopeOf(instrument);
    const { spotSize, probeMode } = microscope.state as typeof microscope.state & {
      readonly probeMode: 'micro' | 'nano';
    };
    const crossovers = trueRecords(instrument, 'CrossoverIntensity');
    instrument.calibrations.records('CrossoverIntensity').replaceAll(crossovers as never);
    const crossover = crossovers.find(({ spot }) => spot === spotSize)![probeMode]!;
    await condense(instrument, 1.6 + 0.4 * next());
    const away = microscope.state.intensity - crossover;
    if (seed % 2 === 0) microscope.setIntensity(crossover - away);
    let brightest = 0;
    instrument.onImage(({ frame: { image } }) => (brightest = Math.max(brightest, meanOf(image))));
    const { result, points, percent, stated } = await intensityOutcome(instrument, column.magIndex);
    const spacings = points.slice(1).map(({ density }, index) => points[index]!.density / density);
    return {
      errors: {
        percent,
        spacing: spacings.map((each) => 100 * (each - 1)),
        tries: points.map(({ tries }) => tries),
        fold: [Number(result.values['fold'])],
        // The errors of neighbouring points hold the same matches, so that a run has some independent ones only.
        last: percent.at(-1)!,
      },
      stated: { last: stated.at(-1)! },
      verdict: result.quality?.verdict ?? 'without a verdict',
      faults: [
        ...(spacings.some((each) => each < 1.065 || each > 1.135) ? ['a spacing outside 7 to 13 %'] : []),
        ...(brightest > column.maxCounts ? [`an image with ${brightest.toFixed(0)} counts`] : []),
      ],
    };
  },
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 0.5 }),
    largest(measured, 'tries', { unit: 'tries a point', decimals: 0, atMost: 3 }),
    ...honesty(measured, { of: 'ends of tables' }),
  ],
});
