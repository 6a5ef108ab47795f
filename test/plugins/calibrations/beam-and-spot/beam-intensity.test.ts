import { cameraIndex } from '../../../../core/base';
import { BeamCalibrations, BeamControl } from '../../../../core/illumination';
import { type CameraSettings, type Settings } from '../../../../core/settings';
import { intensityRules } from '../../../../plugins/calibrations/beam-and-spot/intensity-table/camera-rules';
import {
  type BeamInstrument,
  condense,
  microscopeOf,
  trueRecords,
} from '../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/beam/beam-intensity';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/beam-intensity';
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: coarseCamera(16),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 3 },
};
const knowCrossover = (instrument: BeamInstrument): void =>
  instrument.calibrations
    .records('CrossoverIntensity')
    .replaceAll(trueRecords(instrument, 'CrossoverIntensity') as never);

describeMenuItem(id, {
  ...talos,
  prepare: async (instrument) => {
    await condense(instrument, 3.5);
    knowCrossover(instrument);
  },
  sample: 3,
});

// Above crossover and below it; the third column and more seeds are in the long statistics.
test.each([
  [table.rows![0]!, 2, 8],
  [table.rows![1]!, 1, 8],
])('the table of a column with imperfections: %s, seed %i', async (row, seed, factor) => {
  const { errors, verdict, faults } = await table.measure(seed, row, coarseCamera(factor));
  expect({ verdict, faults }).toEqual({ verdict: 'good', faults: [] });
  for (const percent of errors['percent'] as number[]) expect(Math.abs(percent)).toBeLessThan(1);
  expect(Math.max(...(errors['tries'] as number[]))).toBeLessThanOrEqual(3);
});

describe('on an FEI column', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(talos);
    await condense(instrument, 1.8);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());
  const crossover = (): number =>
    trueRecords(instrument, 'CrossoverIntensity').find(({ spot }) => spot === 5)!['nano']!;
  const stored = () => instrument.calibrations.records('BeamIntensityTable').all();

  test('a wrong crossover shows in counts that increase, and nothing is stored', async () => {
    const records = instrument.calibrations.records('CrossoverIntensity');
    records.replaceAll([{ spot: 5, micro: 0, nano: 0.75 }]);
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'beam-intensity/increased' });
    records.replaceAll([]);
    expect(stored()).toEqual([]);
  });

  test('without a crossover it finds its steps by itself', async () => {
    const { result } = await runItem(instrument, id);
    const points = result!.values['points'] as readonly { readonly density: number }[];
    const spacings = points.slice(1).map(({ density }, index) => points[index]!.density / density);
    expect(Math.min(...spacings)).toBeGreaterThan(1.065);
    expect(Math.max(...spacings)).toBeLessThan(1.135);
    expect(stored()).toHaveLength(1);
  });

  test('afterwards a factor changes the density by so much, and the other side keeps its own table', async () => {
    knowCrossover(instrument);
    await runItem(instrument, id);
    const microscope = microscopeOf(instrument);
    const density = (): number => {
      const { beamCurrent, beamDiameter } = microscope.state as typeof microscope.state & {
        readonly beamCurrent: number;
      };
      return beamCurrent / beamDiameter ** 2;
    };
    const { intensity } = microscope.state;
    const before = density();
    const control = instrument.kernel.registry.get(BeamControl);
    expect(await control.changeIntensityBy(0.31)).toMatchObject({ outcome: 'reached' });
    expect(density() / before / 0.31).toBeCloseTo(1, 2);
    microscope.setIntensity(2 * crossover() - intensity);
    await runItem(instrument, id);
    expect(await control.changeIntensityBy(0.5)).toMatchObject({ outcome: 'reached' });
    expect(microscope.state.intensity).toBeLessThan(crossover());
    expect(density() / before / 0.5).toBeCloseTo(1, 1);
    const beam = instrument.kernel.registry.get(BeamCalibrations);
    const place = { spot: 5, probe: 'nano' } as const;
    expect(beam.tables(place, 'above')).toHaveLength(1);
    expect(beam.tables(place, 'below')).toHaveLength(1);
    // The end of the range of intensity closes the dim end.
    expect(beam.tables(place, 'above')[0]!.closed).toEqual({ dim: true, bright: false });
    microscope.setIntensity(intensity);
  });

  test('a beam that is too bright or does not cover the image is refused', async () => {
    const microscope = microscopeOf(instrument);
    const { intensity } = microscope.state;
    await condense(instrument, 0.45);
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'beam-intensity/not-covered' });
    microscope.setSpotSize(1);
    await condense(instrument, 0.2);
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'beam/saturated' });
    await condense(instrument, 0.85);
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'beam-intensity/too-bright' });
    microscope.setSpotSize(5);
    microscope.setIntensity(intensity);
  });
});

test('the limits are those of the camera, unless the site has entered others', () => {
  const camera = (name: string, values: Readonly<Record<string, number>>): CameraSettings =>
    ({ index: cameraIndex(0), name, get: (property: string) => values[property] ?? 0 }) as unknown as CameraSettings;
  const site = (entered: Readonly<Record<string, number>> = {}) => {
    const usual: Readonly<Record<string, number>> = {
      ...{ BeamCalMinExposure: 0.1, BeamCalMaxExposure: 3, BeamCalMinCounts: 100, BeamCalMaxCounts: 8000 },
      ...{ BeamCalSpacingFactor: 1.1, BeamCalInitialIncrement: 0.0001, BeamCalFavorMagChanges: 0 },
    };
    return {
      get: (name: string) => entered[name] ?? usual[name],
      has: (name: string) => name in entered,
    } as unknown as Settings;
  };
  const k3 = camera('K3', { K2Type: 3, CountsPerElectron: 32 });
  const ceta = { FEICameraType: 3 };
  expect(intensityRules(site(), k3)).toMatchObject({ maxExposure: 0.4, minCounts: 10_000, maxCounts: 30_000 });
  expect(intensityRules(site({ BeamCalMaxCounts: 5 }), k3).maxCounts).toBe(30_000);
  expect(intensityRules(site(), camera('BM-Ceta', ceta))).toMatchObject({
    minCounts: 2000,
    favoursMagnification: true,
  });
  expect(intensityRules(site(), camera('Ceta-D', ceta))).toMatchObject({ minCounts: 500, maxCounts: 5000 });
  expect(intensityRules(site({ BeamCalMaxCounts: 9000 }), camera('Ceta-D', ceta)).maxCounts).toBe(9000);
  expect(intensityRules(site(), camera('Falcon 4', { FEICameraType: 5 })).minCounts).toBe(1000);
  expect(intensityRules(site(), camera('K2 Base', { K2Type: 2, CountsPerElectron: 37 })).maxCounts).toBe(8000);
  expect(intensityRules(site(), camera('US1000', {}))).toMatchObject({ maxCounts: 8000, spacing: 1.1 });
});
