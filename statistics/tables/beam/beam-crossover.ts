import { runItem } from '../../../testing/virtual-instrument';
import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  type BeamColumn,
  condense,
  drawnBeam,
  knowImageShift,
  microscopeOf,
  trueRecords,
} from '../../support/beam/beam-instrument';
import { randomNumbers } from '../../support/random-numbers';
import { coarseCamera } from '../../support/small-camera';

const item = 'calibrations/beam-and-spot/beam-crossover';

const instruments: Readonly<Record<string, BeamColumn>> = {
  'FEI with a K3': { configuration: 'simulator.yaml', nanoamperes: 0.003, magIndex: 25 },
  'FEI with a Ceta': { configuration: 'talos-ceta.yaml', nanoamperes: 0.02, magIndex: 25 },
  'JEOL with a K2': { configuration: 'jeol-cryo-arm-k2.yaml', nanoamperes: 0.003, magIndex: 17 },
  'Hitachi with a K2 Base': { configuration: 'hitachi-ht7700.yaml', nanoamperes: 0.0003, magIndex: 13 },
};

export default defineTable({
  name: 'beam-crossover',
  about:
    'Beam Crossover by its search at the present spot size and one to either side, on columns with imperfections that are drawn and from either side of crossover, against the true crossover of the virtual microscope.',
  item,
  rows: Object.keys(instruments),
  seeds: 30,
  seconds: 4,
  measure: async (seed, row, camera = coarseCamera(4)) => {
    const next = randomNumbers(seed);
    const column = instruments[row]!;
    await using instrument = await drawnBeam({ ...column, nanoamperes: column.nanoamperes / 5 }, seed, (yaml) =>
      camera(yaml)
        .replace(/^NumberOfSpotSizes: \d+/m, 'NumberOfSpotSizes: 3')
        .replace(/^LowestMModeMagIndex/m, 'MinSpotSizeToUse: 1\n$&'),
    );
    await knowImageShift(instrument);
    const microscope = microscopeOf(instrument);
    const spot = microscope.state.spotSize > 3 ? 2 : microscope.state.spotSize;
    microscope.setSpotSize(spot);
    await condense(instrument, 0.3 + 0.2 * next());
    const truths = trueRecords(instrument, 'CrossoverIntensity');
    const nano = (microscope.state as unknown as { readonly probeMode: string }).probeMode === 'nano';
    const truthAt = (each: number): number => truths.find((truth) => truth['spot'] === each)![nano ? 'nano' : 'micro']!;
    // Half of the seeds begin below crossover.
    const above = microscope.state.intensity - truthAt(spot);
    if (seed % 2 === 0) microscope.setIntensity(truthAt(spot) - above);
    const { result } = await runItem(instrument, item, { way: 'search' });
    const found = result!.values['crossovers'] as readonly {
      readonly spot: number;
      readonly intensity: number;
      readonly standardError: number;
    }[];
    const scale = ofScale(instrument);
    return {
      errors: {
        percentOfRange: found.map((each) => 100 * (scale(each.spot, each.intensity) - truthAt(each.spot))),
        intensities: found.map((each) => scale(each.spot, each.intensity) - truthAt(each.spot)),
      },
      stated: {
        intensities: found.map(({ spot: each, intensity, standardError }) =>
          Math.abs(scale(each, intensity + standardError) - scale(each, intensity)),
        ),
      },
      verdict: result!.quality?.verdict ?? 'without a verdict',
    };
  },
  pool: (measured) => [
    largest(measured, 'percentOfRange', { unit: '% of the range', atMost: 0.2 }),
    ...honesty(measured),
  ],
});

/** The lens value for an intensity: where intensity is an illuminated area, by way of the area that the column shows at it. */
function ofScale(instrument: Parameters<typeof microscopeOf>[0]): (spot: number, intensity: number) => number {
  if (instrument.settings.get('UseIlluminatedAreaForC2') === 0) return (_, intensity) => intensity;
  const [low, high] = instrument.settings.get('IlluminatedAreaLimits');
  const microscope = microscopeOf(instrument) as unknown as {
    setSpotSize(spot: number): void;
    setIlluminatedArea(micrometres: number): void;
    readonly state: { readonly intensity: number };
  };
  return (spot, intensity) => {
    microscope.setSpotSize(spot);
    microscope.setIlluminatedArea(100 * (((intensity - 0.1) * (high - low)) / 0.8 + low));
    return microscope.state.intensity;
  };
}
