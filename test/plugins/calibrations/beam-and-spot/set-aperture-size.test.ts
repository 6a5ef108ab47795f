import { magIndex, micrometres } from '../../../../core/base';
import { CondenserAperture } from '../../../../core/devices';
import { BeamCalibrations } from '../../../../core/illumination';
import { HighDefocusCalibrations } from '../../../../core/optics';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/set-aperture-size';
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;
/** The aperture is asked for where the column does not read it. */
const asked = { edit: (yaml: string) => yaml.replace(/^C2ApertureSizes:.*$/m, 'C2ApertureSizes: []') };
const measuredWith = 50;
const place = { spot: 3, probe: 'micro' } as const;

/** Something of every kind that depends on the aperture. */
function keepAll({ calibrations }: Instrument): void {
  calibrations.shortTerm('LastC2Aperture').replaceAll([{ aperture: measuredWith }]);
  calibrations.records('CrossoverIntensity').replaceAll([
    { spot: 3, micro: 0.32, nano: 0 },
    { spot: 4, micro: 0.33, nano: 0 },
  ]);
  calibrations.records('CrossCalAtC2Aperture').replaceAll([{ micro: measuredWith, nano: measuredWith }]);
  calibrations.records('BeamIntensityTable').replaceAll([
    {
      magIndex: 20,
      spot: 3,
      flags: 0,
      crossover: 0.32,
      aperture: measuredWith,
      probe: 1,
      magnification: 0,
      rows: [0, 1, 2, 3, 4, 5].map((at) => ({ counts: 1000 / (1 + at), intensity: 0.4 + 0.02 * at })),
    } as never,
  ]);
  const spots = [3, 4].map((spot) => ({
    spot,
    microRatio: 1 / spot,
    microIntensity: 0.42,
    microCrossover: 0.32,
    nanoRatio: 0,
    nanoIntensity: 0,
    nanoCrossover: 0,
  }));
  calibrations.records('SpotIntensities').replaceAll([{ rows: spots }]);
  calibrations
    .records('SpotCalAtC2Aperture')
    .replaceAll([{ aperture1: measuredWith, aperture2: 0, aperture3: 0, aperture4: 0 }]);
  calibrations
    .shortTerm('DoseCalibration')
    .replaceAll([{ spot: 3, aboveCrossover: 1, intensity: 0.44, dose: 7, time: 1, probe: 1, aperture: measuredWith }]);
  const focus = { spot: 3, probe: 1, defocus: -100, crossover: 0.32, aperture: measuredWith, magIndex: magIndex(0) };
  calibrations.records('HighFocusMagCal').replaceAll([
    { ...focus, intensity: 0.4, scale: 1.1, rotation: -3 },
    { ...focus, intensity: 0.5, scale: 1.2, rotation: -3 },
  ]);
}

describeMenuItem(id, { ...asked, prepare: keepAll, answers: { aperture: '70' } });

/** The records as the file would have them. */
const inFile = ({ calibrations }: Instrument): string =>
  JSON.stringify(
    (['CrossoverIntensity', 'BeamIntensityTable', 'SpotIntensities', 'HighFocusMagCal'] as const).map((name) =>
      calibrations.records(name).all(),
    ),
  );

/** Everything that is looked up, with intensities that go with the aperture. */
function lookedUp(instrument: Instrument): readonly number[] {
  const beam = instrument.kernel.registry.get(BeamCalibrations);
  const now = (intensity: number): number => beam.scale.throughAperture(intensity, place, measuredWith, beam.aperture);
  const focus = new HighDefocusCalibrations(instrument.calibrations, () => beam);
  return [
    beam.crossover(place)!,
    ...beam.tables(place, 'above').flatMap(({ points }) => points.map(({ intensity }) => intensity)),
    ...beam.spotTable('micro', 'above')!.spots.map(({ intensity }) => intensity),
    beam.doseRate({ ...place, intensity: now(0.44) })!,
    beam.doseRate({ ...place, spot: 4, intensity: now(0.42) })!,
    focus.at({ spot: 3, probe: 1, intensity: now(0.45), defocus: -100 }).ofImage.scale,
  ];
}

test('everything that is looked up goes along with the aperture, and comes back with it', async () => {
  await using instrument = await virtualInstrument(asked);
  keepAll(instrument);
  const { registry } = instrument.kernel;
  const { scale } = registry.get(BeamCalibrations);
  const before = lookedUp(instrument);
  const textBefore = inFile(instrument);
  const { result } = await runItem(instrument, id, { aperture: '70' });
  expect(result!.values).toMatchObject({ aperture: 70, before: 50, converted: 1, unknown: 0 });
  const between = lookedUp(instrument);
  const count = before.length - 3;
  expect(before.slice(count).every(Number.isFinite)).toBe(true);
  for (const [at, intensity] of before.slice(0, count).entries())
    expect(between[at]).toBeCloseTo(scale.throughAperture(intensity, place, 50, 70), 9);
  expect(between[0]).not.toBeCloseTo(before[0]!, 3);
  // Densities do not change with what the same position of the lenses is called.
  for (const at of [count, count + 1, count + 2]) expect(between[at]).toBeCloseTo(before[at]!, 9);
  await runItem(instrument, id, { aperture: '50' });
  for (const [at, each] of lookedUp(instrument).entries()) expect(Math.abs(each - before[at]!)).toBeLessThan(1e-6);
  // What the file holds is that of the aperture of the measurement all the time; a crossover of 0 stays none.
  expect(inFile(instrument)).toBe(textBefore);
  expect(registry.get(BeamCalibrations).crossover({ spot: 3, probe: 'nano' })).toBeUndefined();
});

test('a size that the site does not have is refused, and 0 leaves what is noted', async () => {
  await using instrument = await virtualInstrument(asked);
  const noted = () => instrument.calibrations.shortTerm('LastC2Aperture').all();
  const before = noted();
  const { result, said } = await runItem(instrument, id, { aperture: '7' });
  expect(result).toBeUndefined();
  expect(said.join('\n')).toContain('too small');
  expect((await runItem(instrument, id, { aperture: '0' })).result).toBeUndefined();
  expect(noted()).toEqual(before);
});

test('a column that reads its aperture is not asked about it', async () => {
  await using instrument = await virtualInstrument();
  await instrument.kernel.registry.get(CondenserAperture).condenserAperture.write(micrometres(100));
  const { result, asked: questions } = await runItem(instrument, id);
  expect(questions).toEqual([]);
  expect(result!.values['aperture']).toBe(100);
  expect((await runItem(instrument, id)).result!.summary).toContain('still the one of 100 um');
});

test('is for instruments where something depends on the aperture', async () => {
  await using instrument = await virtualInstrument({ configuration: 'talos-ceta.yaml' });
  expect(instrument.kernel.menu.find(id).reason).toContain('nothing stored here depends');
});
