import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BeamPlace, StoredBeamCalibrations } from '../../../core/illumination';
import type { Settings } from '../../../core/settings';
import { CalibrationFile, type Calibrations, type MainRecords, type ShortTermRecords } from '../../../core/store';
import { needsReading } from '../../support/needs';

type Stored = Partial<{ [Name in keyof MainRecords]: readonly MainRecords[Name][] }>;
type ShortTerm = Partial<{ [Name in keyof ShortTermRecords]: readonly ShortTermRecords[Name][] }>;

const tableOf = (rows: readonly unknown[] = []) => ({
  all: () => rows,
  find: (fits: (row: never) => boolean) => rows.findLast((row) => fits(row as never)),
});

/** The calibrations of the beam over records that a test writes. */
function beamOf(
  records: Stored,
  shortTerm: ShortTerm = {},
  properties: Readonly<Record<string, unknown>> = {},
): StoredBeamCalibrations {
  const usual: Readonly<Record<string, unknown>> = {
    UseIlluminatedAreaForC2: 0,
    IlluminatedAreaLimits: [0, 0],
    ConstantBrightnessInNano: false,
    ...properties,
  };
  const settings = { get: (name: string) => usual[name] } as unknown as Settings;
  const calibrations = {
    records: (name: keyof MainRecords) => tableOf(records[name]),
    shortTerm: (name: keyof ShortTermRecords) => tableOf(shortTerm[name]),
  } as unknown as Calibrations;
  return new StoredBeamCalibrations(settings, calibrations);
}

const table = (
  rows: readonly (readonly [counts: number, intensity: number])[],
  more: Partial<MainRecords['BeamIntensityTable']> = {},
): MainRecords['BeamIntensityTable'] => ({
  magIndex: 25 as never,
  spot: 3,
  flags: 0,
  crossover: 0.4,
  aperture: 0,
  probe: 1,
  magnification: 10000,
  ...more,
  rows: rows.map(([counts, intensity]) => ({ counts, intensity })),
});

const crossover = 0.4;
const crossovers = [{ spot: 3, micro: crossover, nano: 0.35 }];
/** Intensity at a density on one side of crossover, by the law of a beam whose diameter grows with the distance from it. */
const byLaw = (density: number, sign: 1 | -1): number => crossover + (sign * 0.01) / Math.sqrt(density / 1000);
const lawTable = (sign: 1 | -1, [from, to]: readonly [number, number], flags = 0) => {
  const rows: [number, number][] = [];
  for (let density = from; density <= to; density *= 1.1) rows.push([density, byLaw(density, sign)]);
  return table(rows, { flags });
};
const at = (intensity: number): BeamPlace => ({ spot: 3, probe: 'micro', intensity });
const densityOf = (intensity: number): number => 1000 * (0.01 / (intensity - crossover)) ** 2;

describe('the intensity for a factor', () => {
  const beam = beamOf({
    CrossoverIntensity: crossovers,
    BeamIntensityTable: [lawTable(1, [1, 1000]), lawTable(-1, [5, 800])],
  });

  test.each([1, -1] as const)('stays on its side of crossover and follows the law of the lens (side %i)', (sign) => {
    for (const factor of [0.1, 0.5, 0.93, 1, 1.7, 8]) {
      const place = at(byLaw(60, sign));
      const change = beam.intensityFor(place, factor);
      expect(change.outcome).toBe('reached');
      const intensity = 'intensity' in change ? change.intensity : NaN;
      expect(Math.sign(intensity - crossover)).toBe(sign);
      expect(densityOf(intensity) / densityOf(place.intensity) / factor).toBeCloseTo(1, 2);
      expect(beam.densityRatio(place, intensity)! / factor).toBeCloseTo(1, 6);
    }
  });

  test('goes on a little beyond an end, and not farther', () => {
    const near = beam.intensityFor(at(byLaw(1.2, 1)), 0.72);
    expect(near.outcome).toBe('reached');
    if ('intensity' in near) expect(densityOf(near.intensity) / 1.2 / 0.72).toBeCloseTo(1, 1);
    const far = beam.intensityFor(at(byLaw(1.2, 1)), 0.01);
    expect(far).toMatchObject({ outcome: 'limited' });
    if (far.outcome === 'limited') {
      expect(far.remainingFactor).toBeGreaterThan(0.01);
      expect(far.remainingFactor).toBeLessThan(0.03);
      expect(far.remainingFactor * beam.densityRatio(at(byLaw(1.2, 1)), far.intensity)!).toBeCloseTo(0.01, 5);
    }
    const bright = beam.intensityFor(at(byLaw(900, 1)), 100);
    expect(bright.outcome).toBe('limited');
    if ('intensity' in bright) expect(bright.intensity).toBeGreaterThan(crossover);
  });

  test('stops at an end that the measurement has closed', () => {
    const closed = beamOf({ CrossoverIntensity: crossovers, BeamIntensityTable: [lawTable(1, [1, 1000], 2)] });
    const change = closed.intensityFor(at(byLaw(2, 1)), 0.1);
    expect(change).toMatchObject({ outcome: 'limited' });
    if (change.outcome === 'limited') {
      expect(change.intensity).toBeCloseTo(byLaw(1, 1), 9);
      expect(change.remainingFactor).toBeCloseTo(0.2, 3);
    }
  });

  test('goes on in a table that overlaps', () => {
    // The second one was measured with a camera of twice the counts.
    const second = lawTable(1, [0.02, 3]);
    const doubled = { ...second, rows: second.rows.map((row) => ({ ...row, counts: 2 * row.counts })) };
    const both = beamOf({ CrossoverIntensity: crossovers, BeamIntensityTable: [lawTable(1, [1, 1000]), doubled] });
    const place = at(byLaw(500, 1));
    const change = both.intensityFor(place, 1e-4);
    expect(change.outcome).toBe('reached');
    if (!('intensity' in change)) return;
    expect(densityOf(change.intensity) / 500 / 1e-4).toBeCloseTo(1, 1);
    expect(both.densityRatio(place, change.intensity)! / 1e-4).toBeCloseTo(1, 1);
  });

  test('says what is missing', () => {
    expect(beamOf({}).intensityFor(at(0.5), 2).outcome).toBe('no tables');
    expect(beam.intensityFor({ ...at(0.5), spot: 4 }, 2).outcome).toBe('no table here');
    expect(beam.intensityFor({ ...at(0.5), probe: 'nano' }, 2).outcome).toBe('no table here');
    expect(beam.intensityFor(at(0.99), 2).outcome).toBe('start out of range');
    expect(beam.densityRatio(at(0.99), 0.5)).toBeUndefined();
    expect(beam.densityRatio(at(0.35), 0.45)).toBeUndefined();
  });
});

describe('the dose at a place', () => {
  const dose = (spot: number, intensity: number, value: number) => ({
    DoseCalibration: [{ spot, aboveCrossover: 1, intensity, dose: value, time: 0, probe: 1, aperture: 0 }],
  });
  const other = 0.403;
  const law = (spot: number, intensity: number): number =>
    (spot === 3 ? 1 : 0.3) * (0.01 / (intensity - (spot === 3 ? crossover : other))) ** 2;
  const rowsOf = (spot: number): [number, number][] =>
    Array.from({ length: 60 }, (_, k) => 0.405 + 0.002 * k * 1.02 ** k)
      .reverse()
      .map((intensity) => [1e4 * law(spot, intensity), intensity]);
  const ratioAt = 0.43;
  const records: Stored = {
    CrossoverIntensity: [...crossovers, { spot: 4, micro: other, nano: 0 }],
    BeamIntensityTable: [3, 4].map((spot) => table(rowsOf(spot), { spot })),
    SpotIntensities: [
      {
        rows: [3, 4].map((spot) => ({
          spot,
          microRatio: law(spot, ratioAt) / law(3, ratioAt),
          microIntensity: ratioAt,
          microCrossover: crossover,
          nanoRatio: 0,
          nanoIntensity: 0,
          nanoCrossover: 0,
        })),
      },
    ],
  };

  test('follows the intensity, and the ratio of the spot sizes by way of where that was measured', () => {
    const beam = beamOf(records, dose(3, 0.45, 7));
    expect(beam.doseRate(at(0.45))).toBeCloseTo(7, 9);
    const expected = (spot: number, intensity: number): number => (7 * law(spot, intensity)) / law(3, 0.45);
    for (const [spot, intensity] of [
      [3, 0.47],
      [4, 0.44],
      [4, 0.5],
    ] as const) {
      const rate = beam.doseRate({ spot, probe: 'micro', intensity })!;
      expect(Math.abs(rate / expected(spot, intensity) - 1)).toBeLessThan(0.01);
    }
  });

  test('is unknown where nothing leads to it', () => {
    expect(beamOf(records).doseRate(at(0.45))).toBeUndefined();
    expect(beamOf(records, dose(3, 0.45, 7)).doseRate(at(0.35))).toBeUndefined();
    expect(beamOf(records, dose(3, 0.45, 7)).doseRate({ spot: 5, probe: 'micro', intensity: 0.45 })).toBeUndefined();
  });
});

describe('the condenser aperture', () => {
  const area = { UseIlluminatedAreaForC2: 1, IlluminatedAreaLimits: [-0.5, 2.5] };
  const mapped = (hundreds: number): number => ((hundreds + 0.5) * 0.8) / 3 + 0.1;

  test('scales what was stored with another one, and gives it back', () => {
    const rows: [number, number][] = [
      [10, mapped(1)],
      [40, mapped(0.5)],
    ];
    const records: Stored = {
      BeamIntensityTable: [table(rows, { aperture: 50, crossover: 0 })],
      CrossoverIntensity: [{ spot: 3, micro: mapped(0.02), nano: 0 }],
      CrossCalAtC2Aperture: [{ micro: 50, nano: 0 }],
    };
    for (const [aperture, factor] of [
      [50, 1],
      [70, 1.4],
      [0, 1],
    ] as const) {
      const beam = beamOf(records, { LastC2Aperture: [{ aperture }] }, area);
      const [scaled] = beam.tables({ spot: 3, probe: 'micro' }, 'above');
      expect(scaled!.points.map(({ intensity }) => intensity)).toEqual([
        expect.closeTo(mapped(factor), 9),
        expect.closeTo(mapped(0.5 * factor), 9),
      ]);
      expect(beam.crossover({ spot: 3, probe: 'micro' })).toBeCloseTo(mapped(0.02 * factor), 9);
      expect(beam.crossover({ spot: 3, probe: 'nano' })).toBeUndefined();
    }
  });

  test('changes nothing on a column whose intensity is a lens value', () => {
    const beam = beamOf(
      { CrossoverIntensity: crossovers, CrossCalAtC2Aperture: [{ micro: 50, nano: 50 }] },
      {
        LastC2Aperture: [{ aperture: 100 }],
      },
    );
    expect(beam.crossover({ spot: 3, probe: 'micro' })).toBe(crossover);
  });
});

const real = resolve(__dirname, '../../../../shared/data/krios-k2-SerialEMcalibrations.txt');
needsReading(existsSync(real)).describe('the nine tables of a real Krios', () => {
  const text = existsSync(real) ? readFileSync(real, 'latin1') : '';
  const { file } = CalibrationFile.parse(Buffer.from(text, 'latin1'), 'krios.txt');
  const get = <Name extends keyof MainRecords>(name: Name) =>
    file!.get(name) as unknown as readonly MainRecords[Name][];
  const beam = () =>
    beamOf(
      {
        BeamIntensityTable: get('BeamIntensityTable'),
        CrossoverIntensity: get('CrossoverIntensity'),
        CrossCalAtC2Aperture: get('CrossCalAtC2Aperture'),
      },
      {},
      { UseIlluminatedAreaForC2: 1, IlluminatedAreaLimits: [-0.033, 2.51] },
    );

  /** The tables as they stand in the lines of the file. */
  const written = [
    ...text.matchAll(/^BeamIntensityTable (\d+) \d+ (\d+) \d+ \S+ \d+ (\d) .*\n((?:[\d.]+ [\d.]+\n)+)/gm),
  ].map(([, count, spot, probe, lines]) => ({
    count: Number(count),
    spot: Number(spot),
    probe: probe === '0' ? ('nano' as const) : ('micro' as const),
    pairs: lines!
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number)),
  }));
  /** Logarithm of the counts at an intensity of a table, by looking for the pair of lines around it. */
  const logAt = (pairs: readonly number[][], intensity: number): number => {
    for (let k = 1; k < pairs.length; k++) {
      const [[c0, i0], [c1, i1]] = [pairs[k - 1] as [number, number], pairs[k] as [number, number]];
      if ((intensity - i0) * (intensity - i1) > 0) continue;
      const share = (intensity - i0) / (i1 - i0);
      return Math.log(c0 + 0.001) * (1 - share) + Math.log(c1 + 0.001) * share;
    }
    return NaN;
  };

  test('give the intensity for a factor that halving an interval finds', () => {
    expect(written).toHaveLength(9);
    let compared = 0;
    for (const { count, spot, probe, pairs } of written) {
      expect(pairs).toHaveLength(count);
      const intensities = pairs.map(([, intensity]) => intensity!);
      const start = intensities[Math.floor(count / 2)]! + 0.0003;
      for (const factor of [0.2, 0.5, 0.9, 1.1, 2, 5]) {
        const target = logAt(pairs, start) + Math.log(factor);
        const [dimmest, brightest] = [pairs[0]!, pairs.at(-1)!];
        if (target < Math.log(dimmest[0]! + 0.001) || target > Math.log(brightest[0]! + 0.001)) continue;
        // Density falls all the way from the brightest intensity to the dimmest one.
        let [near, far] = [brightest[1]!, dimmest[1]!];
        for (let step = 0; step < 60; step++) {
          const middle = (near + far) / 2;
          if (logAt(pairs, middle) > target) near = middle;
          else far = middle;
        }
        const change = beam().intensityFor({ spot, probe, intensity: start }, factor);
        expect(change.outcome).toBe('reached');
        if ('intensity' in change) expect(change.intensity).toBeCloseTo((near + far) / 2, 8);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(40);
  });
});
