import { magIndex } from '../../../../core/base';
import { trueRecords } from '../../../../statistics/support/beam/beam-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/list-calibrations';

describeMenuItem(id);

test('lists what a perfectly calibrated column has, and says what there is none of', async () => {
  await using instrument = await virtualInstrument({
    configuration: 'talos-ceta.yaml',
    simulator: { condenser: 'lenses', crossoverPerSpotSize: 0 },
  });
  const empty = await runItem(instrument, id);
  expect(empty.said).toEqual([
    'Beam shift: specimen to beam shift',
    '  no beam shifts saved',
    'Beam strength against intensity',
    '  no tables saved',
    'Ratios of spot sizes',
    '  no ratios saved',
    'Parallel illumination',
    '  no intensities saved',
    'Beam size',
    '  no sizes saved',
  ]);
  for (const name of [
    'CrossoverIntensity',
    'BeamIntensityTable',
    'SpotIntensities',
    'ParallelIllum',
    'BeamSizeCal',
  ] as const) {
    const rows = name === 'SpotIntensities' ? trueRecords(instrument, name).slice(0, 1) : trueRecords(instrument, name);
    instrument.calibrations.records(name).replaceAll(rows as never);
  }
  instrument.calibrations.records('BeamShiftCalibration').replaceAll([
    { magIndex: magIndex(25), xpx: 1, xpy: 0, ypx: 0, ypy: 1, alpha: -999, probe: 1, retain: 1, magnification: 0 },
    { magIndex: magIndex(22), xpx: 1, xpy: 0, ypx: 0, ypy: 1, alpha: -999, probe: 1, retain: 0, magnification: 0 },
  ]);
  const { result, said } = await runItem(instrument, id);
  const text = said.join('\n');
  expect(result!.values['beamShift']).toMatchObject([
    { magIndex: magIndex(22), probe: 'micro', refined: false },
    { magIndex: magIndex(25), refined: true },
  ]);
  expect(text).toMatch(/mag index 25\), microprobe: .*, refined/);
  const tables = result!.values['intensity'] as readonly { readonly side: string; readonly change: number }[];
  expect(tables.length).toBeGreaterThan(1);
  expect(new Set(tables.map(({ side }) => side))).toEqual(new Set(['above']));
  for (const { change } of tables) expect(change).toBeGreaterThan(1.5);
  expect(text).toMatch(/spot size 5, microprobe, above crossover: intensity 0\.\d+ to 0\.\d+, \d+-fold/);
  expect(text).toMatch(/microprobe, (above|below) crossover, spot size 1: 1\n/);
  expect(text).toMatch(/Parallel illumination\n {2}spot size 5, microprobe: 51 %/);
  expect(text).toMatch(
    /Beam size\n {2}spot size 5, microprobe, above crossover: .* um at 4.* % to .* um at .* %, C2 aperture \d+ um/,
  );
});
