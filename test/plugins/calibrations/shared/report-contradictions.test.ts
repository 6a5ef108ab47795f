import { type Token, cameraIndex, magIndex, scaleMatrix } from '../../../../core/base';
import { CalibrationFindings } from '../../../../core/consistency';
import { Optics } from '../../../../core/optics';
import { Calibrations } from '../../../../core/store';
import { reportContradictions } from '../../../../plugins/calibrations/shared/contradictions/report-contradictions';
import { camera, imageShiftMatrix, optics, toCamera } from '../../../core/optics/instrument';

const stageOf = (pixel: number) => scaleMatrix(toCamera(pixel, 85), -1);
const identity = { xpx: 1, xpy: 0, ypx: 0, ypy: 1 };

/** A site whose hooks the test calls by hand when something is stored. */
function site() {
  const stages = [{ magIndex: magIndex(8), camera: cameraIndex(0), matrix: stageOf(0.8) }];
  const beam: Record<string, object[]> = {};
  const found: { camera: number; magIndex: number; pixelSize: number }[] = [];
  const shifts = [6, 7, 8, 9].map((magIndex) => ({
    magIndex,
    camera: 0,
    matrix: imageShiftMatrix(12000 / [4000, 8000, 15000, 30000][magIndex - 6]!, 85, identity),
  }));
  const calibrations = {
    shortTerm: (name: string) => ({ all: () => (name === 'FoundPixelSize' ? found : []) }),
    records: (name: string) => {
      const rows = beam[name] ?? [];
      return { all: () => rows, find: (fits: (row: object) => boolean) => rows.find(fits) };
    },
    imageShift: { entries: () => shifts },
    stage: { entries: () => stages },
  };
  const measured = [6, 8, 9].map((magIndex) => ({
    magIndex,
    pixelNanometres: 12000 / [4000, 8000, 15000, 30000][magIndex - 6]!,
    rotation: 85,
  }));
  const things = new Map<unknown, unknown>([
    [
      Optics,
      optics({
        properties: { cameras: [camera(0, { measured })], globalExtraRotation: 0 },
        imageShifts: shifts,
        more: { stages: { entries: () => stages } },
      }),
    ],
    [Calibrations, calibrations],
  ]);
  const taps = new Map<string, (...given: unknown[]) => unknown>();
  const hook = (name: string) => ({
    tap: (listen: (...given: never[]) => unknown) => void taps.set(name, listen as (...given: unknown[]) => unknown),
  });
  const said: string[] = [];
  const provided = new Map<unknown, unknown>();
  reportContradictions({
    hooks: { willStore: hook('willStore'), didRun: hook('didRun') },
    log: { warn: (text: string) => void said.push(text) },
    find: <T>(key: Token<T>) => things.get(key) as T | undefined,
    settings: { cameras: [], get: () => 0 },
    provide: (key: unknown, value: unknown) => void provided.set(key, value),
  } as unknown as Parameters<typeof reportContradictions>[0]);
  const run = (item: string, store?: () => void): void => {
    if (store) taps.get('willStore')!({});
    store?.();
    taps.get('didRun')!(item, 'done');
  };
  return { said, run, stages, found, beam, doubts: () => provided.get(CalibrationFindings) as CalibrationFindings };
}

describe('after a calibration', () => {
  test('nothing is said when it agrees with the rest, or when nothing was stored', () => {
    const { said, run, stages, doubts } = site();
    run(
      'stage-shift',
      () => void stages.push({ magIndex: magIndex(6), camera: cameraIndex(0), matrix: stageOf(3.01) }),
    );
    run('list-stage-cals');
    expect(said).toEqual([]);
    expect(doubts().of('stage-shift')).toEqual([]);
  });

  test('what contradicts something through it is said once, with the numbers', () => {
    const { said, run, stages, doubts } = site();
    run('stage-shift', () => void stages.push({ magIndex: magIndex(6), camera: cameraIndex(0), matrix: stageOf(3.6) }));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('3 nm by the properties, 3.6 nm by the stage calibration');
    expect(
      doubts()
        .of('stage-shift')
        .map(({ code, subject, magIndex }) => [code, subject, magIndex]),
    ).toEqual([['consistency/pixel-size', 'stage', 6]]);
    // What was doubtful before is not said again of the next calibration.
    run('stage-shift', () => void stages.push({ magIndex: magIndex(9), camera: cameraIndex(0), matrix: stageOf(0.4) }));
    expect(said).toHaveLength(1);
    expect(doubts().of('stage-shift')).toEqual([]);
  });

  test('a crossover that comes to lie within a table of intensity is said, and later ones that lie beyond it are not', () => {
    const { said, run, beam } = site();
    const rows = [0.9, 0.8, 0.7, 0.6, 0.5].map((intensity) => ({ intensity, counts: (intensity - 0.4) ** -2 }));
    beam['BeamIntensityTable'] = [
      { magIndex: 8, spot: 3, flags: 0, crossover: 0, aperture: 0, probe: 1, magnification: 15000, rows },
    ];
    run('beam-crossover', () => void (beam['CrossoverIntensity'] = [{ spot: 3, micro: 0.4, nano: 0 }]));
    expect(said).toEqual([]);
    run('beam-crossover', () => void (beam['CrossoverIntensity'] = [{ spot: 3, micro: 0.65, nano: 0 }]));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^Doubtful now: Crossover of spot size 3 is at intensity 0.65000, within the intensity table/,
    );
    expect(said[0]).toContain('Measure again: crossover');
  });

  test('a pixel size that was found disagrees with the image shift, before it is in the properties', () => {
    const { said, run, found } = site();
    run('find-pixel-size', () => void found.push({ camera: 0, magIndex: 9, pixelSize: 0.5 }));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('0.5 nm just found');
  });
});
