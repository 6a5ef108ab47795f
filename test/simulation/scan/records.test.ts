import { perfectRecords, truthOf } from '../../../simulation';
import { scanBench, scanInstrument, spreadOf } from './scan-bench';

const options = {
  stemFocusToHeight: [0.9, 1.4],
  stemFocusToHeightCurvature: [0.002, 0],
  eucentricHeightMicrometres: 3,
  probeCurrentPicoamperes: 300,
  stemFocusPerSpotMicrometres: 0.3,
};

describe('the records of a scanned image', () => {
  const { microscope, scan } = scanBench(options);
  const records = perfectRecords(truthOf(microscope), scanInstrument) as readonly Readonly<Record<string, unknown>>[];

  test('hold the focus that is the sharpest at each height', () => {
    const table = records.find(({ record, probe }) => record === 'STEMfocusVersusZ' && probe === 0);
    const rows = table?.['rows'] as readonly Readonly<Record<'stageZ' | 'defocus' | 'absoluteFocus', number>>[];
    expect(rows.map(({ stageZ }) => stageZ)).toEqual(Array.from({ length: 13 }, (_, k) => 3 + 2 * k - 12));
    microscope.setProbeMode('nano');
    microscope.setSpotSize(table?.['spot'] as number);
    for (const { stageZ, defocus, absoluteFocus } of [rows[1]!, rows[10]!]) {
      microscope.moveStage({ z: stageZ });
      const sharpness = (focus: number): number => {
        microscope.setDefocus(focus);
        return spreadOf(scan(5, {}, { atTime: 5000 }).data).deviation;
      };
      const [below, at, above] = [-0.5, 0, 0.5].map((off) => sharpness(defocus + off));
      expect(at).toBeGreaterThan(Math.max(below!, above!));
      microscope.setDefocus(defocus);
      expect(microscope.state.absoluteFocus).toBeCloseTo(absoluteFocus, 9);
    }
  });

  test('hold the angles of both probes, and nothing where nothing is scanned', () => {
    expect(records.find(({ record }) => record === 'STEMconvAngle')).toEqual({
      record: 'STEMconvAngle',
      nano: 10,
      micro: 1,
    });
    const unscanned = perfectRecords(
      { ...truthOf(microscope), cameras: truthOf(microscope).cameras.map((camera) => ({ ...camera, stem: false })) },
      scanInstrument,
    );
    expect(unscanned.filter(({ record }) => record.startsWith('STEM'))).toEqual([]);
  });
});
