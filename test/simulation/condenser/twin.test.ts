import { buildTruth, perfectRecords, simulatorOptions, type Instrument, type PerfectRecord } from '../../../simulation';
import { instrument, still } from '../bench';

const made = (options: object, about: Partial<Instrument>): readonly PerfectRecord[] => {
  const site = { ...instrument, spotSizes: 4, ...about };
  return perfectRecords(buildTruth(simulatorOptions.parse({ ...still, condenser: 'lenses', ...options }), site), site);
};
const of = (records: readonly PerfectRecord[], name: string): readonly PerfectRecord[] =>
  records.filter(({ record }) => record === name);

describe('a twin of a site', () => {
  const crossovers = [
    { spot: 1, micro: 0.4411, nano: 0.3522 },
    { spot: 3, micro: 0.4477, nano: 0 },
  ];

  test('has the crossovers that the site has calibrated, and others where it has none', () => {
    const records = of(made({ truth: 'site' }, { crossovers }), 'CrossoverIntensity');
    expect(records[0]).toMatchObject(crossovers[0]!);
    expect(records[2]).toMatchObject({ spot: 3, micro: 0.4477 });
    const plain = of(made({}, { crossovers }), 'CrossoverIntensity');
    expect(records[1]).toEqual(plain[1]);
    expect(records[2]!['nano']).toBe(plain[2]!['nano']);
    expect(plain[0]!['micro']).not.toBe(0.4411);
  });

  test('has the beam shift that the site has calibrated: measured again it is the same', () => {
    const matrices = [
      { magIndex: 17, xpx: 0, xpy: 0, ypx: 0, ypy: 0, alpha: -999, probe: 1 },
      { magIndex: 17, xpx: 1.2, xpy: 0.3, ypx: -0.4, ypy: 0.9, alpha: -999, probe: 1 },
      { magIndex: 4, xpx: 0.11, xpy: 0.02, ypx: -0.03, ypy: 0.1, alpha: -999, probe: 1 },
    ];
    const records = of(made({ truth: 'site' }, { beamShifts: matrices }), 'BeamShiftCalibration');
    for (const { magIndex, xpx, xpy, ypx, ypy } of matrices.slice(1)) {
      const found = records.find((record) => record['magIndex'] === magIndex && record['probe'] === 1)!;
      expect([found['xpx'], found['xpy'], found['ypx'], found['ypy']]).toEqual(
        [xpx, xpy, ypx, ypy].map((value) => expect.closeTo(value, 9) as number),
      );
    }
    expect(of(made({}, { beamShifts: matrices }), 'BeamShiftCalibration')).toEqual(
      of(made({}, {}), 'BeamShiftCalibration'),
    );
  });
});
