import { type Matrix, cameraIndex, magIndex, matrix, product, rotation, scaleMatrix } from '../../../core/base';
import { type Finding, checkConsistency, newFindings } from '../../../core/consistency';
import { type MatrixEntry, type MeasuredMagnification, type OpticsTraits } from '../../../core/optics';
import { camera, optics, toCamera, traits } from '../optics/instrument';

interface Kit {
  shifts: MatrixEntry[];
  stages: MatrixEntry[];
  measured: MeasuredMagnification[];
  traits: Partial<OpticsTraits>;
}

const lowestRegular = 8;
const magnifications = Array.from({ length: 22 }, (_, at) => ({
  index: at + 1,
  film: Math.round(50 * 1.42 ** at),
  rotation: 0,
  eftem: 0,
  eftemRotation: 0,
}));

/** Numbers from a seed, with the spread of a normal distribution of 1. */
function normal(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A consistent site, measured with errors of this size; its truth is made by elementary matrices, not by the code under test. */
function kit(seed: number, { scaleNoise = 0.003, angleNoise = 0.1 } = {}): Kit {
  const random = normal(seed);
  const factor = 1 + 0.05 * random();
  const turn = 85 + 3 * random();
  const c = matrix(0.98 + 0.01 * random(), 0.01, -0.01, 1.03 + 0.01 * random());
  const truth = (index: number) => ({
    pixel: (12000 / magnifications[index - 1]!.film) * factor * (1 + 0.004 * random()),
    angle: index < lowestRegular ? turn - 180 : turn,
  });
  const truths = new Map(magnifications.map(({ index }) => [index, truth(index)]));
  const blurred = (m: Matrix): Matrix =>
    product(rotation(angleNoise * random()), scaleMatrix(m, 1 + scaleNoise * random()));
  const places = magnifications.map(({ index }) => magIndex(index));
  const at = (index: number): Matrix => toCamera(truths.get(index)!.pixel, truths.get(index)!.angle);
  return {
    shifts: places.map((magIndex) => ({
      magIndex,
      camera: cameraIndex(0),
      matrix: blurred(product(at(magIndex), index(magIndex, c))),
    })),
    stages: [3, 6, 9, 13].map(magIndex).map((magIndex) => ({
      magIndex,
      camera: cameraIndex(0),
      matrix: blurred(product(at(magIndex), matrix(-1, 0, 0, -1))),
    })),
    measured: [2, 5, 6, 10, 12, 15, 18, 20].map(magIndex).map((magIndex) => ({
      magIndex,
      pixelNanometres: truths.get(magIndex)!.pixel * (1 + scaleNoise * random()),
      rotation: truths.get(magIndex)!.angle + angleNoise * random(),
      ...([6, 10].includes(magIndex) && { deltaRotation: angleNoise * random() }),
    })),
    traits: {},
  };
}
const index = (magIndex: number, c: Matrix): Matrix => (magIndex < lowestRegular ? scaleMatrix(c, 1.1) : c);

const opticsOf = ({ shifts, stages, measured, traits: more }: Kit) =>
  optics({
    properties: {
      magnifications,
      lowestRegular,
      lowestRegularEftem: lowestRegular,
      cameras: [camera(0, { sensorPixelMicrometres: 15, measured })],
      globalExtraRotation: 0,
    },
    imageShifts: shifts,
    stages,
    traits: { ...traits, ...more },
  });
const check = (given: Kit): readonly Finding[] =>
  checkConsistency(opticsOf(given), { stored: { imageShift: given.shifts, stage: given.stages } });
const named = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ code, subject, magIndex }) => `${code.replace('consistency/', '')}: ${subject} ${magIndex}`);

const changeMatrix = (entries: MatrixEntry[], magIndex: number, change: (m: Matrix) => Matrix): MatrixEntry[] =>
  entries.map((entry) => (entry.magIndex === magIndex ? { ...entry, matrix: change(entry.matrix) } : entry));
const shift =
  (magIndex: number, change: (m: Matrix) => Matrix) =>
  (given: Kit): void =>
    void (given.shifts = changeMatrix(given.shifts, magIndex, change));
const stage =
  (magIndex: number, change: (m: Matrix) => Matrix) =>
  (given: Kit): void =>
    void (given.stages = changeMatrix(given.stages, magIndex, change));
const written =
  (magIndex: number, change: (row: MeasuredMagnification) => Partial<MeasuredMagnification>) =>
  (given: Kit): void =>
    void (given.measured = given.measured.map((row) => (row.magIndex === magIndex ? { ...row, ...change(row) } : row)));
const scaled =
  (factor: number) =>
  (m: Matrix): Matrix =>
    scaleMatrix(m, factor);
const turned =
  (degrees: number) =>
  (m: Matrix): Matrix =>
    product(rotation(degrees), m);

/** More sites are tried in the long statistics. */
const seeds = Array.from({ length: process.env.EUCENTRIC_VERIFY ? 40 : 3 }, (_, at) => at + 1);

describe('a consistent site', () => {
  test.each(seeds)(
    'gives no finding without measuring errors and with those of good calibrations (seed %i)',
    (seed) => {
      expect(named(check(kit(seed, { scaleNoise: 0, angleNoise: 0 })))).toEqual([]);
      expect(named(check(kit(seed)))).toEqual([]);
    },
  );
});

const corruptions: readonly (readonly [what: string, corrupt: (given: Kit) => void, expected: string])[] = [
  [
    'an image shift 7 % too long, where the pixel size is measured',
    shift(12, scaled(1.07)),
    'image-shift-scale: image shift 12',
  ],
  [
    'an image shift 12 % too long between measured places',
    shift(14, scaled(1.12)),
    'image-shift-scale: image shift 14',
  ],
  [
    'an image shift turned by 7 degrees, where the rotation is measured',
    shift(12, turned(7)),
    'rotation: image shift 12',
  ],
  ['an image shift turned by 9 degrees between measured places', shift(16, turned(9)), 'rotation: image shift 16'],
  ['an image shift turned by 90 degrees', shift(16, turned(90)), 'quarter-turn: image shift 16'],
  ['an image shift turned by 180 degrees', shift(11, turned(180)), 'quarter-turn: image shift 11'],
  ['an image shift of twice the binning', shift(17, scaled(2)), 'binning: image shift 17'],
  [
    'one image-shift vector 8 % too long',
    shift(14, (m) => ({ ...m, xpx: m.xpx * 1.08, ypx: m.ypx * 1.08 })),
    'image-shift-shape: image shift 14',
  ],
  [
    'one image-shift vector with the wrong sign',
    shift(14, (m) => ({ ...m, xpx: -m.xpx, ypx: -m.ypx })),
    'inverted-axis: image shift 14',
  ],
  [
    'a pixel size 6 % too large',
    written(15, ({ pixelNanometres }) => ({ pixelNanometres: pixelNanometres! * 1.06 })),
    'pixel-size: pixel size 15',
  ],
  [
    'a pixel size 15 % too small',
    written(18, ({ pixelNanometres }) => ({ pixelNanometres: pixelNanometres! * 0.85 })),
    'pixel-size: pixel size 18',
  ],
  [
    'a pixel size of twice the binning',
    written(20, ({ pixelNanometres }) => ({ pixelNanometres: pixelNanometres! * 2 })),
    'binning: pixel size 20',
  ],
  [
    'a pixel size 6 % too large beside a stage calibration',
    written(6, ({ pixelNanometres }) => ({ pixelNanometres: pixelNanometres! * 1.06 })),
    'pixel-size: pixel size 6',
  ],
  [
    'a rotation that is 5 degrees off',
    written(15, ({ rotation: angle }) => ({ rotation: angle! + 5 })),
    'rotation: rotation 15',
  ],
  [
    'a rotation that is 90 degrees off',
    written(18, ({ rotation: angle }) => ({ rotation: angle! - 90 })),
    'quarter-turn: rotation 18',
  ],
  [
    'a rotation with the wrong sign',
    written(5, ({ rotation: angle }) => ({ rotation: -angle! })),
    'rotation-sign: rotation 5',
  ],
  [
    'a relative rotation that is 10 degrees off',
    written(10, () => ({ deltaRotation: 10 })),
    'relative-rotation: relative rotation 10',
  ],
  [
    'a relative rotation that is 90 degrees off',
    written(6, () => ({ deltaRotation: 90 })),
    'quarter-turn: relative rotation 6',
  ],
  ['a stage scale that is 7 % off', stage(9, scaled(1.07)), 'pixel-size: stage 9'],
  ['a stage scale that is 7 % off, where the pixel size is measured', stage(6, scaled(0.93)), 'pixel-size: stage 6'],
  ['a stage rotation that is 6 degrees off', stage(13, turned(6)), 'rotation: stage 13'],
  ['a stage rotation that is 180 degrees off', stage(9, turned(180)), 'quarter-turn: stage 9'],
  ['a stage with one axis inverted', stage(9, (m) => ({ ...m, xpx: -m.xpx, ypx: -m.ypx })), 'inverted-axis: stage 9'],
  [
    'InvertStageXAxis set wrongly',
    (given) => void (given.traits = { nominalSpecimenToStage: matrix(1, 0, 0, -1) }),
    'inverted-axis: stage axes 3',
  ],
  [
    'a calibration at a mag index that does not exist',
    (given) =>
      void given.shifts.push({ magIndex: magIndex(40), camera: cameraIndex(0), matrix: given.shifts[0]!.matrix }),
    'unknown-place: image shift 40',
  ],
  [
    'a calibration of a camera that is not active',
    (given) =>
      void given.shifts.push({ magIndex: magIndex(12), camera: cameraIndex(3), matrix: given.shifts[0]!.matrix }),
    'unknown-place: image shift undefined',
  ],
];

describe('one thing that is wrong', () => {
  test.each(corruptions)('%s is what is named, and nothing else', (_, corrupt, expected) => {
    for (const seed of seeds) {
      const given = kit(seed);
      const before = check(given);
      corrupt(given);
      expect({ seed, named: named(newFindings(before, check(given))) }).toEqual({ seed, named: [expected] });
    }
  });

  test.each([
    [
      'a pixel size 3 % too large',
      written(15, ({ pixelNanometres }) => ({ pixelNanometres: pixelNanometres! * 1.03 })),
    ],
    ['a stage scale 2.8 % off', stage(6, scaled(1.028))],
    ['a rotation 2.3 degrees off', written(15, ({ rotation: angle }) => ({ rotation: angle! + 2.3 }))],
    ['an image shift 2.8 % too long', shift(12, scaled(1.028))],
  ])('%s is not significant', (_, corrupt) => {
    for (const seed of seeds) {
      const given = kit(seed);
      corrupt(given);
      expect(named(check(given))).toEqual([]);
    }
  });

  test('names the magnification from which on image shift is different', () => {
    for (const seed of seeds) {
      const given = kit(seed);
      given.measured = given.measured.filter(({ magIndex }) => magIndex < 16);
      expect(named(check(given))).toEqual([]);
      given.shifts = given.shifts.map((entry) =>
        entry.magIndex >= 16 ? { ...entry, matrix: scaleMatrix(entry.matrix, 1.12) } : entry,
      );
      expect(named(check(given))).toEqual(['shift-boundary: shift boundary 16']);
    }
  });

  test('names what is far older than the rest', () => {
    const [now, day] = [new Date('2026-06-01T00:00:00Z'), 86_400_000];
    const aged = [400, 20, 25, 15, 30].map((days, at) => ({
      subject: 'image shift' as const,
      camera: cameraIndex(0),
      magIndex: magIndex(at + 9),
      when: new Date(now.getTime() - days * day),
    }));
    expect(named(checkConsistency(opticsOf(kit(1)), { measured: aged, now }))).toEqual(['stale: image shift 9']);
    expect(named(checkConsistency(opticsOf(kit(1)), { measured: aged.slice(1), now }))).toEqual([]);
  });

  test('says the numbers, by how much they differ and what to do again', () => {
    const given = kit(1, { scaleNoise: 0, angleNoise: 0 });
    const right = given.measured.find(({ magIndex }) => magIndex === 15)!.pixelNanometres!;
    written(15, () => ({ pixelNanometres: right * 1.2 }))(given);
    const [finding] = check(given);
    expect(finding).toMatchObject({
      severity: 'error',
      camera: 0,
      magIndex: 15,
      remedy: { measure: 'pixel size' },
      difference: { unit: '%' },
    });
    expect(finding!.numbers[0]!.value).toBeCloseTo(right * 1.2, 6);
    expect(Math.abs(finding!.numbers[1]!.value / right - 1)).toBeLessThan(0.01);
    expect(Math.abs(finding!.difference!.value - 20)).toBeLessThan(1.5);
  });
});
