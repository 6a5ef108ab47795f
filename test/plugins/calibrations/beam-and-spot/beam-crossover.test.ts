import { magIndex as asMagIndex } from '../../../../core/base';
import { ImageAcquisition } from '../../../../core/acquisition';
import { ProbeModeSelector } from '../../../../core/devices';
import { actingOperator } from '../../../../core/kernel';
import { UserSettings } from '../../../../core/user-settings';
import {
  type BeamInstrument,
  condense,
  fieldOf,
  microscopeOf,
  trueRecords,
} from '../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/beam/beam-crossover';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/beam-crossover';
const threeSpots = (yaml: string): string =>
  coarseCamera(8)(yaml).replace(/^NumberOfSpotSizes: \d+/m, 'NumberOfSpotSizes: 3');
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: threeSpots,
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.002 },
};

describeMenuItem(id, {
  ...talos,
  prepare: (instrument) => microscopeOf(instrument).setSpotSize(2),
  buttons: ['At crossover', 'At crossover', 'End here'],
  sample: 6,
});

test.each([
  [table.rows![1]!, 1],
  [table.rows![3]!, 2],
])('a search finds it within 0.2 percent of the range: %s, seed %i', async (row, seed) => {
  const { errors, verdict } = await table.measure(seed, row, coarseCamera(8));
  expect(verdict).toBe('good');
  expect(errors['percentOfRange']).toHaveLength(3);
  for (const error of errors['percentOfRange'] as number[]) expect(Math.abs(error)).toBeLessThan(0.2);
});

describe('by the current on the screen', () => {
  let instrument: BeamInstrument;
  const screen = 150;
  const stored = () => instrument.calibrations.records('CrossoverIntensity').all();
  /** Micrometres of specimen that the screen shows. */
  const shown = (): number =>
    (1000 * screen) / (microscopeOf(instrument).state as unknown as { readonly magnification: number }).magnification;
  const begin = async (widths: number, side = 1): Promise<void> => {
    const microscope = microscopeOf(instrument);
    microscope.setSpotSize(2);
    microscope.setBeamDiameter(widths * shown());
    const crossover = trueRecords(instrument, 'CrossoverIntensity').find((row) => row['spot'] === 2)!['micro']!;
    microscope.setIntensity(crossover + side * (microscope.state.intensity - crossover));
    return Promise.resolve();
  };
  beforeAll(async () => {
    const simulator = { ...talos.simulator, screenMillimetres: screen, brightestNanoamperes: 2 };
    instrument = await virtualInstrument({ ...talos, simulator });
    await instrument.kernel.registry.get(ProbeModeSelector).probeMode.write('micro');
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test.each([
    [1, 2.4],
    [-1, 3],
  ])('a beam wider than the screen is brought to it within 0.2 percent of the range; side %i', async (side, widths) => {
    await begin(widths, side);
    const { state } = microscopeOf(instrument);
    const { result } = await runItem(instrument, id, { way: 'screen current' });
    const truths = trueRecords(instrument, 'CrossoverIntensity');
    const found = result!.values['crossovers'] as readonly { readonly spot: number; readonly intensity: number }[];
    expect(found).toHaveLength(3);
    for (const { spot, intensity } of found)
      expect(Math.abs(intensity - truths.find((row) => row['spot'] === spot)!['micro']!)).toBeLessThan(0.002);
    expect(result!.quality?.verdict).toBe('good');
    expect(microscopeOf(instrument).state).toMatchObject({ spotSize: 2, beamShift: state.beamShift });
  });

  // The last ones overfill it at the start, and no longer nearer to crossover.
  test.each([0.3, 0.8, 1.02, 1.2, 1.5, 1.7])('a beam of %d of the width of the screen is refused', async (widths) => {
    const before = stored();
    await begin(widths);
    await expect(runItem(instrument, id, { way: 'screen current' })).rejects.toMatchObject({
      code: 'beam-crossover/not-found',
      message: expect.stringMatching(/does not overfill the screen|does not change the diameter/) as string,
    });
    expect(stored()).toEqual(before);
  });
});

describe('by hand', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(talos);
    microscopeOf(instrument).setSpotSize(2);
    await instrument.kernel.registry.get(ProbeModeSelector).probeMode.write('micro');
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  const truthAt = (spot: number): number =>
    trueRecords(instrument, 'CrossoverIntensity').find((row) => row['spot'] === spot)!['micro']!;
  /** Runs the item with an operator who brings the lens to its crossover with an offset, and ends before a spot size. */
  const run = async (offset: number, end = 4) => {
    const microscope = microscopeOf(instrument);
    const said: string[] = [];
    const operator = actingOperator(async () => {
      const { spotSize } = microscope.state;
      if (spotSize === end) return 'End here';
      microscope.setIntensity(truthAt(spotSize) + offset);
      return 'At crossover';
    });
    const port = Object.assign(operator, { log: (text: string) => void said.push(text) });
    return { result: (await instrument.runner.run(id, { port }))!, said };
  };
  const stored = () => instrument.calibrations.records('CrossoverIntensity').all();

  test('what the operator reached is kept to the digit, and the other probe mode stays', async () => {
    instrument.calibrations.records('CrossoverIntensity').replaceAll([{ spot: 2, micro: 0, nano: 0.25 }]);
    await run(0.0004);
    for (const spot of [1, 2, 3])
      expect(stored().find((row) => row.spot === spot)!.micro).toBeCloseTo(truthAt(spot) + 0.0004, 6);
    expect(stored().map(({ nano }) => nano)).toEqual([0, 0.25, 0]);
  });

  test('the spot sizes before the end are kept, and none at all is refused', async () => {
    instrument.calibrations.records('CrossoverIntensity').replaceAll([]);
    await run(0, 3);
    expect(stored().map(({ spot }) => spot)).toEqual([1, 2]);
    await expect(run(0, 1)).rejects.toMatchObject({ code: 'beam-crossover/nothing-kept' });
    expect(stored().map(({ spot }) => spot)).toEqual([1, 2]);
  });

  test('everything that was measured with an earlier crossover is shifted by its change, to 1e-6', async () => {
    await run(0);
    const { calibrations } = instrument;
    const [first, second] = [truthAt(1), truthAt(2)];
    const at = asMagIndex(25);
    const tableOf = (spot: number, crossover: number, probe: number) => ({
      ...{ magIndex: at, spot, flags: 0, crossover, aperture: 0, probe, magnification: 1000 },
      rows: [10, 20].map((counts, k) => ({ counts, intensity: 0.6 - 0.05 * k })),
    });
    calibrations
      .records('BeamIntensityTable')
      .replaceAll([tableOf(1, first, 1), tableOf(2, second, 0), tableOf(3, 0, 1), tableOf(4, 0.3, 1)]);
    const spot = { nanoRatio: 0, nanoIntensity: 0, nanoCrossover: 0 };
    calibrations.records('SpotIntensities').replaceAll([
      {
        rows: [
          { spot: 1, microRatio: 1, microIntensity: 0.5, microCrossover: first, ...spot },
          { spot: 2, microRatio: 0.5, microIntensity: 0.5, microCrossover: 0, ...spot },
        ],
      },
    ]);
    const high = {
      probe: 1,
      defocus: -20,
      intensity: 0.55,
      scale: 1.01,
      rotation: 1,
      aperture: 0,
      magIndex: asMagIndex(0),
    };
    calibrations.records('HighFocusMagCal').replaceAll([
      { ...high, spot: 1, crossover: first },
      { ...high, spot: 2, crossover: 0 },
    ]);
    calibrations.records('ParallelIllum').replaceAll([
      { spot: 2, probeOrAlpha: 1, intensity: 0.52, crossover: second },
      { spot: 2, probeOrAlpha: 0, intensity: 0.52, crossover: second },
    ]);
    const change = 0.0125;
    const user = instrument.kernel.registry.get(UserSettings);
    const coma = (spotSize: number) => [25, spotSize, 1, -999, 0, 0.5, 1, 0, 0, 1, 1, 0, 0, 1];
    await user.set('ComaVsISCal', coma(2));
    const { result, said } = await run(change);
    expect(user.get('ComaVsISCal')).toEqual(
      coma(2).map((each, at): unknown => (at === 5 ? expect.closeTo(0.5 + change, 5) : each)),
    );
    expect(result.values).toMatchObject({ shiftedTables: 1, shiftedSpots: 1, shiftedHighFocus: 1, shiftedParallel: 1 });
    expect(said.join('\n')).toMatch(/1 intensity table, 1 spot ratio, 1 calibration at high defocus/);
    const tables = calibrations.records('BeamIntensityTable').all();
    const intensities = tables.map(({ rows }) => rows.map(({ intensity }) => intensity));
    expect(intensities[0]).toEqual([0.6, 0.55].map((each): unknown => expect.closeTo(each + change, 6)));
    for (const others of intensities.slice(1)) expect(others).toEqual([0.6, expect.closeTo(0.55, 9)]);
    expect(tables.map(({ crossover }) => crossover)).toEqual(
      [first + change, second, 0, 0.3].map((each): unknown => expect.closeTo(each, 6)),
    );
    const [block] = calibrations.records('SpotIntensities').all();
    expect(block!.rows[0]).toMatchObject({ microIntensity: expect.closeTo(0.5 + change, 6) as number });
    expect(block!.rows[1]).toMatchObject({ microIntensity: 0.5, microCrossover: 0 });
    expect(
      calibrations
        .records('HighFocusMagCal')
        .all()
        .map(({ intensity }) => intensity)
        .sort(),
    ).toEqual([0.55, expect.closeTo(0.55 + change, 6)]);
    expect(
      calibrations
        .records('ParallelIllum')
        .all()
        .map(({ intensity }) => intensity),
    ).toEqual([expect.closeTo(0.52 + change, 6), 0.52]);
  });

  test('a table that would leave the range of intensity keeps all tables where they are', async () => {
    const tables = instrument.calibrations.records('BeamIntensityTable');
    const before = tables.all()[0]!;
    tables.replaceAll([{ ...before, rows: before.rows.map((row) => ({ ...row, intensity: row.intensity + 0.38 })) }]);
    const kept = tables.all();
    const { result, said } = await run(0.0525);
    expect(result.values).toMatchObject({ shiftedTables: 0, unshiftedTables: 1, shiftedSpots: 0 });
    expect(tables.all()).toEqual(kept);
    expect(said.join('\n')).toContain('were not shifted');
  });

  test('a search refuses what it cannot find, with the reason, and gives everything back', async () => {
    const microscope = microscopeOf(instrument);
    const field = await fieldOf(instrument);
    const before = stored();
    await condense(instrument, 0.4);
    const start = microscope.state;
    for (const set of [
      () => microscope.setBeamShift({ x: 3 * field, y: 0 }),
      () => microscope.setBeamDiameter(5 * field),
    ]) {
      set();
      await expect(runItem(instrument, id, { way: 'search' })).rejects.toMatchObject({
        code: 'beam-crossover/not-found',
      });
      microscope.setBeamShift(start.beamShift);
      microscope.setIntensity(start.intensity);
    }
    expect(microscope.state.spotSize).toBe(start.spotSize);
    expect(stored()).toEqual(before);
  });

  test('a search that is stopped on the other side of crossover gives everything back and stores nothing', async () => {
    const microscope = microscopeOf(instrument);
    await condense(instrument, 0.4);
    const { spotSize, intensity, beamShift } = microscope.state;
    const [before, crossover] = [stored(), truthAt(spotSize)];
    const acquisition = instrument.kernel.registry.get(ImageAcquisition);
    const take = acquisition.take.bind(acquisition);
    let crossed = false;
    const spy = jest.spyOn(acquisition, 'take').mockImplementation((...given) => {
      crossed = (microscope.state.intensity - crossover) * (intensity - crossover) < 0;
      if (crossed) instrument.runner.stop();
      return take(...given);
    });
    await expect(runItem(instrument, id, { way: 'search' })).rejects.toMatchObject({ code: 'run/stopped' });
    spy.mockRestore();
    expect(crossed).toBe(true);
    expect(microscope.state).toMatchObject({ spotSize, beamShift, intensity: expect.closeTo(intensity, 9) as number });
    expect((microscope.state as unknown as { readonly blanked: boolean }).blanked).toBe(false);
    expect(stored()).toEqual(before);
  });
});
