import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseSettings, type Settings } from '../../../core/settings';
import { fileFormats } from '../../../core/store';
import { perfectRecords } from '../../../plugins/simulator/simulated-truth';
import { savedCalibrations } from '../../../plugins/simulator/saved-calibrations';
import { savedIllumination } from '../../../plugins/simulator/saved-illumination';
import { siteTruth } from '../../../plugins/simulator/site-instrument';
import { simulatorOptions } from '../../../simulation';
import { needsReading } from '../../support/needs';
import { settingsOf, siteText } from './site';

type Row = Readonly<Record<string, number>>;
const { layouts } = fileFormats.calibrations;

/** Fields that tell one record of a name from another. */
const keyOf = (record: string, row: Row): string => {
  const { key } = layouts.get(record)!;
  return (key ?? []).map((name) => row[name]).join(' ');
};
/** Fields that the truth need not have as the site has them: the conditions of the measurement, and what is there for the reader. */
const aside = new Set(['magnification', 'beamTilt', 'absoluteFocus', 'rows']);

const vectors = /^(slope[XY]|[xy]p[xy])$/;

/** The records of a site's file, and the truth of its twin. */
function twinOf(file: string, settings: Settings, habit: object) {
  const traits = {
    model: 'column',
    resetsImageShiftOnMagnificationChange: false,
    usesProjectorForImageShift: false,
    roughImageShiftScale: { regular: 1, lowMagnification: 1 },
    nominalSpecimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
    ...habit,
  };
  const site = savedCalibrations(file);
  const made = siteTruth(
    {
      settings,
      traits,
      condenser: { spotSizes: 11, brightestSpotSize: 1, hasNanoprobe: true, alphas: 0 },
      calibrations: () => site,
      illumination: () => savedIllumination(file),
    },
    simulatorOptions.parse({ truth: 'site', condenser: 'lenses' }),
  );
  return { site, truth: perfectRecords(made) as readonly (Row & { readonly record: string })[] };
}

/** Compares the records of a site's file with the truth of its twin. @returns how many were the same, and what is not, with both values */
function compared(
  file: string,
  settings: Settings,
  habit: object,
  names: readonly string[],
): { readonly same: Readonly<Record<string, number>>; readonly others: readonly string[] } {
  const { site, truth } = twinOf(file, settings, habit);
  const same: Record<string, number> = {};
  const others: string[] = [];
  for (const name of names)
    for (const row of site.recorded!(name)) {
      const found = truth.find((each) => (each.record as unknown) === name && keyOf(name, each) === keyOf(name, row));
      // Within 0.2 %, since the image that turns far from focus bends the curve through which a slope is laid.
      // What a site has none of stands as -999; a part of a vector is compared with the whole of it.
      const known = Object.entries(row).filter(([field, value]) => !aside.has(field) && value > -900);
      const whole = Math.max(...known.flatMap(([field, value]) => (vectors.test(field) ? [Math.abs(value)] : [])), 0);
      const different = known.filter(([field, value]) => {
        const size = vectors.test(field) ? whole : Math.abs(value);
        return !(Math.abs((found?.[field] ?? NaN) - value) <= 1e-6 + 2e-3 * size);
      });
      if (different.length === 0) same[name] = (same[name] ?? 0) + 1;
      else
        others.push(
          `${name} ${keyOf(name, row)}: ${different.map(([field, value]) => `${field} ${value}, true ${found?.[field]}`).join('; ')}`,
        );
    }
  return { same, others };
}

/** A file of a site that was made up, with what its twin can take for true. */
const lines = [
  'SerialEMCalibrations',
  'ImageShiftMatrix\t1',
  '6 0 150.000000 300.000000 310.000000 -140.000000   3200',
  'StageToCameraMatrix 6 0 -40.000000 330.000000 -331.000000 -38.000000   0.012000   3200',
  'HighFocusMagCal 5 1 -150.000000 0.480000 1.090000 -3.300000 0.000000 0 0',
  'HighFocusMagCal 5 1 -300.000000 0.480000 1.240000 -6.600000 0.000000 0 0',
  'CrossoverIntensity 1 0.412000 0.430000',
  'CrossoverIntensity 2 0.421000 0.440000',
  'FocusCalibration 6 0 -0.410000 0.520000 5.00 2 0 1 -999   3200',
  '-10.000000 4.100000 -5.200000',
  '10.000000 -4.100000 5.200000',
  'BeamShiftCalibration 6 0.310000 0.950000 0.980000 -0.300000 -999 1 0  3200',
  'FilterMagShifts\t2',
  '6 1.250000',
  '7 -0.750000',
  'StandardLMFocus 2 0.083000 -999.000000 200',
  'StandardLMFocus 6 0.012000 0.012000 3200',
  'StandardLMFocus 7 0.013000 0.013000 6400',
  '',
];
const neutral = [
  'NeutralImageShifts\t2',
  '6 0.500000 -0.250000',
  '7 0.125000 0.750000',
  'GIFNeutralIS\t1',
  '6 1.500000 0.500000',
];
const behindFilter = siteText.replaceAll("Name: 'first'", "Name: 'first'\n    GIF: true");

/** The effect of both axes of the stigmator of a record of astigmatism, in micrometres along the specimen: their matrices over that of defocus. */
function stigmatorOf(row: Row): readonly number[] {
  const named = (name: string) =>
    ['Xpx', 'Xpy', 'Ypx', 'Ypy'].map((part) => row[`${name}${part}`]!) as [number, number, number, number];
  const [a, b, c, d] = named('focus');
  const size = a * d - b * c;
  return ['stigmatorX', 'stigmatorY'].flatMap((name) => {
    const [e, f, g, h] = named(name);
    return [(e * d - f * c) / size, (f * a - e * b) / size, (g * d - h * c) / size, (h * a - g * b) / size];
  });
}

describe('the twin of a site that has measured nothing', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'twin-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (name: string, content: readonly string[]): string => {
    const file = path.join(folder, name);
    writeFileSync(file, content.join('\r\n'));
    return file;
  };

  test('has the records of the file of the site', () => {
    const { same, others } = compared(written('kept.txt', lines), settingsOf(behindFilter), {}, [...layouts.keys()]);
    expect(others).toEqual([]);
    expect(same).toEqual({
      ImageShiftMatrix: 1,
      StageToCameraMatrix: 1,
      HighFocusMagCal: 2,
      CrossoverIntensity: 2,
      FocusCalibration: 1,
      BeamShiftCalibration: 1,
      FilterMagShifts: 2,
      StandardLMFocus: 3,
    });
  });

  test('has the neutral values of a column that sets image shift by itself', () => {
    const file = written('neutral.txt', [...lines.slice(0, -1), ...neutral, '']);
    const habit = { resetsImageShiftOnMagnificationChange: true };
    const { same, others } = compared(file, settingsOf(behindFilter), habit, ['NeutralImageShifts', 'GIFNeutralIS']);
    expect(others).toEqual([]);
    expect(same).toEqual({ NeutralImageShifts: 2, GIFNeutralIS: 1 });
  });
});

const directory = path.resolve(__dirname, '..', '..', '..', '..', 'shared', 'data');
const properties = path.join(directory, 'krios-k2-SerialEMproperties.txt');
const calibrations = path.join(directory, 'krios-k2-SerialEMcalibrations.txt');

needsReading(existsSync(properties) && existsSync(calibrations)).describe('the twin of a real Krios', () => {
  it('has the records of its file', () => {
    const { settings } = parseSettings(readFileSync(properties, 'latin1'), properties);
    const names = [
      'HighFocusMagCal',
      'CrossoverIntensity',
      'FocusCalibration',
      'BeamShiftCalibration',
      'StandardLMFocus',
    ];
    const { same, others } = compared(calibrations, settings, {}, names);
    expect(same).toEqual({
      HighFocusMagCal: 1,
      CrossoverIntensity: 11,
      FocusCalibration: 2,
      BeamShiftCalibration: 3,
      StandardLMFocus: 5,
    });
    expect(others).toEqual([]);
  });

  it('has a stigmator of the same strength, directions and handedness', () => {
    const { settings } = parseSettings(readFileSync(properties, 'latin1'), properties);
    const { site, truth } = twinOf(calibrations, settings, {});
    const row = site.recorded!('AstigmatismCalib').find(({ probe }) => probe === 1)!;
    const [wanted, found] = [row, truth.find((each) => (each.record as unknown) === 'AstigmatismCalib')!].map(
      stigmatorOf,
    );
    const strength = Math.hypot(...wanted!) / 2;
    expect(strength).toBeGreaterThan(15);
    // The site's own axes are neither quite equal nor quite across.
    for (const [k, each] of wanted!.entries()) expect(Math.abs(found![k]! - each) / strength).toBeLessThan(0.05);
  });

  it('is as bright at each intensity as the tables of the site say, and at each spot size as its ratios say', () => {
    const { settings } = parseSettings(readFileSync(properties, 'latin1'), properties);
    const { site, truth } = twinOf(calibrations, settings, {});
    const rowsOf = (row: object) => (row as { readonly rows: readonly Row[] }).rows;
    const tables = site.recorded!('BeamIntensityTable');
    expect(tables).toHaveLength(9);
    const known = new Map<string, number>();
    for (const table of tables) {
      const key = keyOf('BeamIntensityTable', table);
      const found = truth.find(
        (each) => (each.record as unknown) === 'BeamIntensityTable' && keyOf('BeamIntensityTable', each) === key,
      )!;
      expect(rowsOf(found)).toHaveLength(rowsOf(table).length);
      rowsOf(table).forEach(({ counts, intensity }, at) => {
        expect(rowsOf(found)[at]!['intensity']).toBe(intensity);
        expect(rowsOf(found)[at]!['counts']! / counts!).toBeCloseTo(1, 2);
      });
      known.set(key, rowsOf(table).length);
    }
    expect(known.size).toBe(9);
    const [ratios] = site.recorded!('SpotIntensities');
    const found = truth.find((each) => (each.record as unknown) === 'SpotIntensities')!;
    const measured = new Set([...known.keys()].map((key) => key.split(' ').slice(1, 3).join(' ')));
    let apart = 0;
    for (const row of rowsOf(ratios!))
      for (const [mode, probe] of [
        ['micro', 1],
        ['nano', 0],
      ] as const) {
        const own = rowsOf(found).find(({ spot }) => spot === row['spot'])!;
        const off = own[`${mode}Ratio`]! / row[`${mode}Ratio`]!;
        // Tables and ratios were measured at different times. Where they contradict each other the table counts.
        if (measured.has(`${row['spot']} ${probe}`)) expect(Math.abs(Math.log(off))).toBeLessThan(Math.log(1.7));
        else {
          expect(off).toBeCloseTo(1, 2);
          apart++;
        }
      }
    expect(apart).toBe(13);
  });
});
