import { type Finding, checkConsistency } from '../../../core/consistency';
import { cameraIndex, magIndex } from '../../../core/base';
import type { Settings } from '../../../core/settings';
import { type Instrument, type PerfectRecord, buildTruth, perfectRecords, simulatorOptions } from '../../../simulation';
import { still } from '../../simulation/bench';
import { camera, optics } from '../optics/instrument';

type Row = Record<string, number>;
/** Records as numbers that a test may change; those of a name in the order of the file. */
type Records = Record<string, (Row & { rows: Row[] })[]>;

const views = [
  { magIndex: 2, camera: 0, pixelSizeMicrometres: 0.4, rotationDegrees: -20 },
  { magIndex: 7, camera: 0, pixelSizeMicrometres: 0.03, rotationDegrees: 84 },
  { magIndex: 9, camera: 0, pixelSizeMicrometres: 0.006, rotationDegrees: 96 },
];
const bare: Instrument = {
  magnifications: views.map(({ magIndex: index }) => ({ index, magnification: 100 * 2 ** index, low: index < 5 })),
  cameras: [{ index: 0, name: 'one', width: 512, height: 512 }],
  views,
  specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};
const columns = {
  Krios: { spotSizes: 11, hasNanoprobe: true },
  JEOL: { spotSizes: 5, hasNanoprobe: false, alphas: 2 },
  Hitachi: { spotSizes: 5, hasNanoprobe: false, brightestSpotSize: 5 },
} satisfies Record<string, Partial<Instrument>>;
type Column = keyof typeof columns;

/** Perfect records of a drawn column: tables of intensity at two spot sizes, and beam shift at two magnifications of a range. */
function perfect(column: Column, seed = 3): Records {
  const options = simulatorOptions.parse({
    ...still,
    condenser: 'lenses',
    highDefocusScalePerMicrometre: 5e-4,
    imperfections: 'drawn',
    seed,
  });
  const recordsOf = (instrument: Instrument, spot: number): readonly PerfectRecord[] => {
    const truth = buildTruth(options, instrument);
    return perfectRecords({ ...truth, beam: { ...truth.beam, referenceSpotSize: spot } }, instrument);
  };
  const instrument = { ...bare, ...columns[column] };
  const at = (spot: number, of: Instrument = instrument) => recordsOf(of, spot);
  const others = [
    ...[3, 4].flatMap((spot) => at(spot).filter(({ record }) => record === 'BeamIntensityTable')),
    ...at(5, { ...instrument, views: views.filter(({ magIndex: index }) => index === 9) }).filter(
      ({ record }) => record === 'BeamShiftCalibration',
    ),
  ];
  const records: Records = {};
  for (const { record, ...values } of structuredClone([...at(5), ...others]))
    (records[record] ??= []).push(values as unknown as Records[string][number]);
  return records;
}

/** The findings about the beam; a Krios has its intensity as illuminated area. */
function findingsOf(column: Column, records: Records, last?: number): readonly Finding[] {
  const usual: Readonly<Record<string, unknown>> = {
    UseIlluminatedAreaForC2: column === 'Krios' ? 1 : 0,
    IlluminatedAreaLimits: [-0.033, 2.51],
    C2ApertureSizes: [50, 70, 100, 150],
    ConstantBrightnessInNano: false,
  };
  const tableOf = (rows: readonly unknown[] = []) => ({
    all: () => rows as never[],
    find: (fits: (row: never) => boolean) => rows.findLast((row) => fits(row as never)) as never,
  });
  const measured = views.map(({ magIndex: index, pixelSizeMicrometres, rotationDegrees }) => ({
    magIndex: index,
    pixelNanometres: 1000 * pixelSizeMicrometres,
    rotation: rotationDegrees,
  }));
  const shifts = records['ImageShiftMatrix']!.map(({ magIndex: index, camera: at, ...matrix }) => ({
    magIndex: magIndex(index!),
    camera: cameraIndex(at!),
    matrix: matrix as unknown as Record<'xpx' | 'xpy' | 'ypx' | 'ypy', number>,
  }));
  const about = optics({ properties: { cameras: [camera(0, { measured })] }, imageShifts: shifts });
  const beam = {
    calibrations: {
      records: (name: string) => tableOf(records[name]),
      shortTerm: () => tableOf(last === undefined ? [] : [{ aperture: last }]),
    },
    settings: { get: (name: string) => usual[name] } as unknown as Settings,
  };
  const without = new Set(checkConsistency(about).map(({ message }) => message));
  return checkConsistency(about, { beam }).filter(({ message }) => !without.has(message));
}

/** The one finding after a number is changed in perfect records. */
function caught(column: Column, change: (records: Records) => void): Finding {
  const records = perfect(column);
  change(records);
  const found = findingsOf(column, records);
  expect(found.map(({ message }) => message)).toHaveLength(1);
  expect(found[0]!.numbers.length).toBeGreaterThan(1);
  return found[0]!;
}

const rowOf = (records: Records, name: string, fits: Partial<Row>) =>
  records[name]!.find((row) => Object.entries(fits).every(([field, value]) => row[field] === value))!;
const ratioOf = (records: Records, spot: number) =>
  records['SpotIntensities']![0]!.rows.find((row) => row['spot'] === spot)!;

describe.each(['Krios', 'JEOL', 'Hitachi'] as const)('the beam of a virtual %s', (column) => {
  test('raises nothing where every calibration is perfect', () => {
    for (const seed of [1, 2, 3]) {
      const records = perfect(column, seed);
      expect(records['BeamIntensityTable']!.length).toBeGreaterThanOrEqual(3);
      expect(records['BeamShiftCalibration']!.filter(({ magIndex: index }) => index! > 5).length).toBeGreaterThan(1);
      expect(findingsOf(column, records).map(({ message }) => message)).toEqual([]);
    }
  });

  test('has a crossover that lies within a table, or far beyond its end', () => {
    const within = caught(column, (records) => {
      const table = rowOf(records, 'BeamIntensityTable', { spot: 4, probe: 1 });
      rowOf(records, 'CrossoverIntensity', { spot: 4 })['micro'] = table.rows[30]!['intensity']!;
    });
    expect(within).toMatchObject({
      code: 'consistency/crossover',
      severity: 'error',
      spot: 4,
      probe: 'micro',
      remedy: { measure: 'crossover' },
    });
    expect(within.message).toContain('within the intensity table');
    const beyond = caught(column, (records) => {
      const table = rowOf(records, 'BeamIntensityTable', { spot: 4, probe: 1 });
      const row = rowOf(records, 'CrossoverIntensity', { spot: 4 });
      row['micro'] = row['micro']! - 2 * (table.rows.at(-1)!['intensity']! - row['micro']!);
    });
    expect(beyond.message).toMatch(/^Crossover of spot size 4.* times as far from the bright end/);
  });

  test('has a crossover that is no longer the one of its table', () => {
    const found = caught(column, (records) => {
      const table = rowOf(records, 'BeamIntensityTable', { spot: 4, probe: 1 });
      const row = rowOf(records, 'CrossoverIntensity', { spot: 4 });
      row['micro'] = row['micro']! + 0.1 * (table.rows.at(-1)!['intensity']! - row['micro']!);
    });
    expect(found).toMatchObject({ code: 'consistency/crossover', spot: 4, probe: 'micro' });
    expect(found.message).toContain('were measured with it at');
  });

  test('has a crossover that is no longer the one of what else was measured with it', () => {
    const parallel = caught(column, (records) => {
      const row = rowOf(records, 'ParallelIllum', { spot: 5 });
      row['crossover'] = row['crossover']! + 0.02;
    });
    expect(parallel).toMatchObject({ code: 'consistency/crossover', spot: 5, remedy: { measure: 'crossover' } });
    expect(parallel.message).toContain('intensities of parallel illumination were measured with it');
    const focus = caught(column, (records) => {
      for (const row of records['HighFocusMagCal']!) row['crossover'] = row['crossover']! + 0.02;
    });
    expect(focus.message).toContain('calibrations of magnification at high defocus were measured with it');
  });

  test('has diameters with an aperture that is none of those of the column', () => {
    const found = caught(column, (records) => {
      rowOf(records, 'BeamSizeCal', {})['c2Aperture'] = 60;
    });
    expect(found).toMatchObject({ code: 'consistency/aperture', remedy: { correct: 'BeamSizeCal' } });
  });

  test('has a table that contradicts the others, or itself', () => {
    const bent = caught(column, (records) => {
      const { rows } = rowOf(records, 'BeamIntensityTable', { spot: 3, probe: 1 });
      rows[0]!['counts'] = rows[0]!['counts']! * 0.7;
    });
    expect(bent).toMatchObject({
      code: 'consistency/intensity-tables',
      spot: 3,
      probe: 'micro',
      side: 'above',
      remedy: { measure: 'beam intensity' },
    });
    expect(bent.numbers[0]!.value / bent.numbers[1]!.value).toBeCloseTo(0.7, 3);
    const turned = caught(column, (records) => {
      const { rows } = rowOf(records, 'BeamIntensityTable', { spot: 3, probe: 1 });
      rows[20]!['counts'] = rows[20]!['counts']! * 1.5;
    });
    expect(turned.message).toContain('while its density still rises');
    // Near the bright end, where it would also change what the ratios are compared with.
    const bright = caught(column, (records) => {
      const { rows } = rowOf(records, 'BeamIntensityTable', { spot: 3, probe: 1 });
      rows.at(-1)!['intensity'] = rows.at(-1)!['intensity']! * 1.3;
    });
    expect(bright).toMatchObject({ code: 'consistency/intensity-tables', spot: 3 });
  });

  test('has a ratio of spot sizes that is not that of their tables', () => {
    const found = caught(column, (records) => {
      const row = ratioOf(records, 4);
      row['microRatio'] = row['microRatio']! * 1.5;
    });
    expect(found).toMatchObject({
      code: 'consistency/spot-ratios',
      severity: 'warning',
      spot: 4,
      remedy: { measure: 'spot intensity' },
    });
    expect(found.numbers[0]!.value / found.numbers[1]!.value).toBeCloseTo(1.5, 2);
  });

  test('has a beam shift matrix that does not go with image shift', () => {
    const sheared = caught(column, (records) => {
      const row = rowOf(records, 'BeamShiftCalibration', { magIndex: 9, probe: 1 });
      row['xpx'] = row['xpx']! + 0.4;
    });
    expect(sheared).toMatchObject({ code: 'consistency/beam-shift', magIndex: 9, remedy: { measure: 'beam shift' } });
    const mirrored = caught(column, (records) => {
      const row = rowOf(records, 'BeamShiftCalibration', { magIndex: 9, probe: 1 });
      for (const field of ['ypx', 'ypy']) row[field] = -row[field]!;
    });
    expect(mirrored.message).toContain('one axis is inverted');
    const weak = caught(column, (records) => {
      const row = rowOf(records, 'BeamShiftCalibration', { magIndex: 9, probe: 1 });
      for (const field of ['xpx', 'xpy', 'ypx', 'ypy']) row[field] = 1.4 * row[field]!;
    });
    expect(weak.numbers[1]!.value / weak.numbers[0]!.value).toBeCloseTo(1.4, 1);
  });
});

describe('the condenser aperture of a virtual Krios', () => {
  test('is none of those of the column', () => {
    const found = caught('Krios', (records) => {
      rowOf(records, 'SpotCalAtC2Aperture', {})['aperture1'] = 60;
      for (const row of records['SpotIntensities']![0]!.rows) row['microCrossover'] = 0;
    });
    expect(found).toMatchObject({ code: 'consistency/aperture', remedy: { measure: 'spot intensity' } });
    expect(found.numbers.map(({ value }) => value)).toEqual([60, 50]);
  });

  test('is another one than a table stands with, by its crossover', () => {
    const found = caught('Krios', (records) => {
      rowOf(records, 'BeamIntensityTable', { spot: 4, probe: 1 })['aperture'] = 100;
    });
    expect(found).toMatchObject({ code: 'consistency/aperture', spot: 4, remedy: { measure: 'beam intensity' } });
    expect(found.numbers.map(({ value }) => value)).toEqual([100, 70]);
  });

  test('is another one than all crossovers stand with, by the tables and ratios', () => {
    const found = caught('Krios', (records) => {
      rowOf(records, 'CrossCalAtC2Aperture', {})['micro'] = 100;
    });
    expect(found).toMatchObject({ code: 'consistency/aperture', probe: 'micro', remedy: { measure: 'crossover' } });
    expect(found.numbers.map(({ value }) => value)).toEqual([100, 70]);
  });

  test('that is in now contradicts nothing, since everything is scaled to it', () => {
    expect(findingsOf('Krios', perfect('Krios'), 150)).toEqual([]);
  });
});
