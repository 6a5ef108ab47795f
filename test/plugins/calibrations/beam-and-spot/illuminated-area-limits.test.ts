import { magIndex, metres } from '../../../../core/base';
import { IlluminatedArea, Illumination, ProbeModeSelector, Scope, Screen } from '../../../../core/devices';
import { areaOfIntensity, BeamCalibrations } from '../../../../core/illumination';
import { LowDose } from '../../../../core/kernel';
import { CalibrationHistory } from '../../../../core/store';
import { UserSettings } from '../../../../core/user-settings';
import { trueRecords, knowBeam } from '../../../../statistics/support/beam/beam-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/illuminated-area-limits';
const krios = { simulator: { condenser: 'lenses', crossoverPerSpotSize: 0.004 } };
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** The limits of an earlier run, by which the intensity of the column is read already: the first ones change what it is called. */
const knowLimits = (instrument: Instrument): void =>
  instrument.calibrations.records('IllumAreaLimits').replaceAll(trueRecords(instrument, 'IllumAreaLimits') as never);

describeMenuItem(id, { ...krios, prepare: knowLimits, sample: 4 });

/** Intensities of every kind that is converted. */
function keepIntensities(instrument: Instrument): void {
  knowBeam(instrument);
  const { calibrations } = instrument;
  const focus = { spot: 4, probe: 1, defocus: -100, aperture: 0, magIndex: magIndex(0), scale: 1.1, rotation: -3 };
  calibrations.records('HighFocusMagCal').replaceAll([
    { ...focus, intensity: 0.4, crossover: 0.32 },
    { ...focus, intensity: 0.5, crossover: 0 },
  ]);
  calibrations
    .shortTerm('DoseCalibration')
    .replaceAll(
      [11, 3].map((spot) => ({ spot, aboveCrossover: 1, intensity: 0.6, dose: 7, time: 1, probe: 0, aperture: 0 })),
    );
}

interface Kept {
  readonly spot: number;
  readonly probe: 'micro' | 'nano';
  readonly intensity: number;
}

/** All stored intensities in a fixed order, with the spot size and the probe mode of each. */
function keptIn({ calibrations, kernel }: Instrument): readonly Kept[] {
  const probeOf = (probe: number): 'micro' | 'nano' => (probe === 0 ? 'nano' : 'micro');
  const both = (spot: number, of: (probe: 'micro' | 'nano') => readonly number[]): readonly Kept[] =>
    (['micro', 'nano'] as const).flatMap((probe) => of(probe).map((intensity) => ({ spot, probe, intensity })));
  return [
    ...calibrations
      .records('CrossoverIntensity')
      .all()
      .flatMap((row) => both(row.spot, (probe) => [row[probe]])),
    ...calibrations
      .records('BeamIntensityTable')
      .all()
      .flatMap(({ spot, probe, crossover, rows }) =>
        [crossover, ...rows.map((row) => row.intensity)].map((intensity) => ({
          spot,
          probe: probeOf(probe),
          intensity,
        })),
      ),
    ...calibrations
      .records('SpotIntensities')
      .all()
      .flatMap(({ rows }) =>
        rows.flatMap((row) => both(row.spot, (probe) => [row[`${probe}Intensity`], row[`${probe}Crossover`]])),
      ),
    ...calibrations
      .records('HighFocusMagCal')
      .all()
      .flatMap(({ spot, probe, intensity, crossover }) =>
        [intensity, crossover].map((each) => ({ spot, probe: probeOf(probe), intensity: each })),
      ),
    ...calibrations
      .shortTerm('DoseCalibration')
      .all()
      .map(({ spot, probe, intensity }) => ({ spot, probe: probeOf(probe), intensity })),
    ...Object.values(kernel.registry.get(LowDose).areas).flatMap(({ spotSize, probeMode = 'micro', intensity }) =>
      spotSize !== undefined && intensity !== undefined ? [{ spot: spotSize, probe: probeMode, intensity }] : [],
    ),
  ];
}

describe('on a column with an illuminated area', () => {
  let instrument: Instrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(krios);
    keepIntensities(instrument);
    const lowDose = instrument.kernel.registry.get(LowDose);
    await lowDose.change('Record', { spotSize: 6, intensity: 0.55, probeMode: 'nano' });
    await lowDose.change('View', { spotSize: 9, intensity: 0.61, probeMode: 'micro' });
  });
  afterAll(() => instrument[Symbol.asyncDispose]());
  const limits = () => instrument.calibrations.records('IllumAreaLimits').all();

  test('the limits are those of the column, and every stored intensity goes on to stand for the same area', async () => {
    const { scale } = instrument.kernel.registry.get(BeamCalibrations);
    const areasOf = (kept: readonly Kept[]): readonly number[] =>
      kept.map((each) => (each.intensity > 0 ? areaOfIntensity(each.intensity, scale.limits(each)) * 1e4 : NaN));
    const before = keptIn(instrument);
    const areasBefore = areasOf(before);
    const { result } = await runItem(instrument, id);
    for (const row of trueRecords(instrument, 'IllumAreaLimits'))
      for (const name of ['microLow', 'microHigh', 'nanoLow', 'nanoHigh', 'firstNanoLow', 'firstMicroHigh'] as const)
        expect(Math.abs(limits().find(({ spot }) => spot === row['spot'])![name] - row[name]!)).toBeLessThan(1e-4);
    expect(result!.values).toMatchObject({ first: true });
    const after = keptIn(instrument);
    const areasAfter = areasOf(after);
    expect(after).toHaveLength(before.length);
    expect(before.length).toBeGreaterThan(40);
    for (const [at, area] of areasBefore.entries()) {
      // None stays none.
      if (Number.isNaN(area)) expect(after[at]!.intensity).toBe(before[at]!.intensity);
      else expect(Math.abs(areasAfter[at]! - area)).toBeLessThan(1e-6);
    }
    // The highest spot size and both probe modes too.
    expect(after.filter(({ intensity }, at) => intensity !== before[at]!.intensity).map(({ spot }) => spot)).toContain(
      11,
    );
  });

  test('taken back and restored from the history, areas of Low Dose and Coma vs. Image Shift change with the records', async () => {
    const { registry } = instrument.kernel;
    const [history, user] = [registry.get(CalibrationHistory), registry.get(UserSettings)];
    const coma = (intensity: number) => [25, 6, 0, -999, 0, intensity, 1, 0, 0, 1, 1, 0, 0, 1];
    await user.set('ComaVsISCal', coma(0.5));
    const now = keptIn(instrument);
    const [entry] = (await history.list({ item: id })).slice(-1);
    await history.restore(entry!.id, 'replaced', { anyway: true });
    const { scale } = registry.get(BeamCalibrations);
    const area = (intensity: number) => areaOfIntensity(intensity, scale.limits({ spot: 6, probe: 'nano' })) * 1e4;
    const before = keptIn(instrument);
    expect(before.at(-1)!.intensity).not.toBeCloseTo(now.at(-1)!.intensity, 4);
    const places = before.slice(-2).map(({ spot, intensity }) => [spot, Number(intensity.toFixed(4))]);
    expect(places).toEqual(
      expect.arrayContaining([
        [6, 0.55],
        [9, 0.61],
      ]),
    );
    const there = area(user.get('ComaVsISCal')[5]!);
    await history.restore(entry!.id, 'value', { anyway: true });
    expect(area(user.get('ComaVsISCal')[5]!)).toBeCloseTo(there, 4);
    expect(user.get('ComaVsISCal')[5]).toBeCloseTo(0.5, 5);
    for (const [at, { intensity }] of keptIn(instrument).entries())
      expect(intensity).toBeCloseTo(now[at]!.intensity, 4);
  });

  test('another run changes the limits alone, and keeps the first ones', async () => {
    const before = keptIn(instrument);
    const [first] = limits();
    const rows = instrument.calibrations.records('IllumAreaLimits');
    rows.replaceAll(rows.all().map((row) => ({ ...row, microLow: row.microLow + 0.2, firstMicroLow: -7 })));
    const { result } = await runItem(instrument, id);
    expect(result!.values).toMatchObject({ first: false, converted: 0 });
    expect(limits()[0]).toMatchObject({ microLow: first!.microLow, firstMicroLow: -7 });
    expect(keptIn(instrument)).toEqual(before);
  });

  test('the screen is down meanwhile, and everything comes back', async () => {
    const { registry } = instrument.kernel;
    const { illuminatedArea } = registry.get(IlluminatedArea);
    const [spot, probe] = [registry.get(Illumination).spotSize, registry.get(ProbeModeSelector).probeMode];
    const screen = registry.get(Screen).screenDown;
    await spot.write(7);
    await probe.write('nano');
    await illuminatedArea.write(metres(3e-6));
    await screen.write(false);
    const down: boolean[] = [];
    const write = illuminatedArea.write.bind(illuminatedArea);
    const spy = jest.spyOn(illuminatedArea, 'write').mockImplementation(async (...given) => {
      down.push(await screen.read());
      await write(...given);
    });
    await runItem(instrument, id);
    spy.mockRestore();
    // The last write puts the area back.
    expect(down.slice(0, -1).every(Boolean)).toBe(true);
    expect(down.length).toBeGreaterThan(4 * 11);
    expect([await spot.read(), await probe.read(), await screen.read()]).toEqual([7, 'nano', false]);
    expect(1e6 * (await illuminatedArea.read())).toBeCloseTo(3, 6);
  });

  test('a column that does not stop, or has no nanoprobe now, is refused, and nothing is stored', async () => {
    const before = limits();
    const { registry } = instrument.kernel;
    const { illuminatedArea } = registry.get(IlluminatedArea);
    let wanted = metres(0);
    const write = jest.spyOn(illuminatedArea, 'write').mockImplementation((area) => {
      wanted = area;
      return Promise.resolve();
    });
    const read = jest.spyOn(illuminatedArea, 'read').mockImplementation(() => Promise.resolve(wanted));
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'illuminated-area/not-limited' });
    write.mockRestore();
    read.mockRestore();
    await registry.get(Scope).magIndex.write(magIndex(5));
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'fei/no-nanoprobe-in-low-magnification' });
    expect(limits()).toEqual(before);
  });
});

test('is for columns with an illuminated area', async () => {
  await using instrument = await virtualInstrument({ configuration: 'talos-ceta.yaml' });
  expect(instrument.kernel.menu.find(id).reason).toContain('illuminated area');
});
