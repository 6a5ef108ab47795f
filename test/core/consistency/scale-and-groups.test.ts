import { type Matrix, cameraIndex, magIndex, matrix, product, rotation, scaleMatrix } from '../../../core/base';
import { type Finding, checkConsistency } from '../../../core/consistency';
import type { MeasuredMagnification, OpticalCamera, OpticsProperties } from '../../../core/optics';
import { camera, optics, toCamera } from '../optics/instrument';

const indexes = Array.from({ length: 24 }, (_, at) => at + 1);
const film = (index: number): number => Math.round(100 * 1.4 ** index);
const magnifications = indexes.map((index) => ({
  index: magIndex(index),
  film: film(index),
  rotation: 0,
  eftem: 0,
  eftemRotation: 0,
}));
const lowestRegular = 7;
/** Nanometres by the sensor of 15 um and a factor of 1.25 from film to camera. */
const pixelOf = (index: number): number => 12_000 / film(index);

interface Site {
  /** Factor on the pixel sizes of the properties, by mag index. */
  readonly written?: (index: number) => number;
  /** Factor on the image-shift matrices. */
  readonly shifts?: (index: number) => number;
  /** Change of the stage matrices; undefined for none. */
  readonly stages?: (m: Matrix, index: number) => Matrix | undefined;
  /** Mag indexes with a pixel size. */
  readonly sized?: readonly number[];
  readonly properties?: Partial<OpticsProperties>;
  readonly cameras?: Partial<OpticalCamera>;
  readonly rough?: number | undefined;
}

function findings({
  written = () => 1,
  shifts,
  stages = () => undefined,
  sized = indexes,
  properties = {},
  cameras = {},
  rough = 1,
}: Site): readonly Finding[] {
  const measured = sized.map((index): MeasuredMagnification => ({
    magIndex: magIndex(index),
    pixelNanometres: pixelOf(index) * written(index),
    rotation: 85,
  }));
  const place = (index: number) => ({ magIndex: magIndex(index), camera: cameraIndex(0) });
  return checkConsistency(
    optics({
      properties: {
        magnifications,
        lowestRegular,
        lowestRegularEftem: lowestRegular,
        globalExtraRotation: 0,
        cameras: [camera(0, { sensorPixelMicrometres: 15, measured, ...cameras })],
        ...properties,
      },
      imageShifts: shifts
        ? indexes.map((index) => ({
            ...place(index),
            matrix: scaleMatrix(toCamera(pixelOf(index), 85), shifts(index)),
          }))
        : [],
      stages: indexes.flatMap((index) => {
        const changed = stages(product(toCamera(pixelOf(index), 85), matrix(-1, 0, 0, -1)), index);
        return changed ? [{ ...place(index), matrix: changed }] : [];
      }),
      shifts: { roughScale: rough === undefined ? {} : { regular: rough } },
    }),
  );
}
const named = (found: readonly Finding[]): readonly string[] =>
  found.map(({ code, subject, magIndexes }) => `${code.replace('consistency/', '')}: ${subject} ${magIndexes.length}`);

describe('the absolute scale', () => {
  test('of a right site raises nothing, also where the magnification table has a factor of its own', () => {
    expect(named(findings({}))).toEqual([]);
    expect(named(findings({ shifts: () => 1 }))).toEqual([]);
    // Pixel sizes and image shift agree with MicronsPerUnitImageShift; only the table does not.
    expect(named(findings({ written: () => 3.8, shifts: () => 1 / 3.8 }))).toEqual([]);
    expect(named(findings({ written: () => 3.8 }))).toEqual([]);
  });

  test.each([
    [10, 'are 10 times what', 'in angstroms instead of nanometres'],
    [1 / 1000, 'are 1/1000 of what', 'in micrometres instead of nanometres'],
    [1000, 'are 1000 times what', 'in picometres instead of nanometres'],
  ])('of all pixel sizes in a wrong unit is one finding that names the unit (factor %d)', (factor, size, unit) => {
    for (const shifts of [undefined, () => 1]) {
      const found = findings({ written: () => factor, ...(shifts && { shifts }) });
      expect(named(found)).toEqual(['unit: pixel size 24']);
      expect(found[0]).toMatchObject({ severity: 'warning', remedy: { correct: 'RotationAndPixel' } });
      expect(found[0]!.message).toContain(size);
      expect(found[0]!.message).toContain(unit);
    }
  });

  test('of pixel sizes of binned pixels is seen as soon as image shift is calibrated, and the binning named', () => {
    const found = findings({ written: () => 2, shifts: () => 1 });
    expect(named(found)).toEqual(['unit: pixel size 24']);
    expect(found[0]!.message).toContain('those of pixels binned by 2');
    expect(found[0]!.reason).toContain('FilmToCameraMagnification may be wrong instead');
  });

  test('of a file that mixes two units is said of those that are wrong', () => {
    const found = findings({ written: (index) => (index < 10 ? 1 / 1000 : 1), shifts: () => 1 });
    expect(named(found)).toEqual(['unit: pixel size 9']);
    expect(found[0]!.message).toContain('9 of 24 pixel sizes of the properties (mag indexes 1 to 9)');
  });

  test('of image shift is compared with MicronsPerUnitImageShift where that is entered', () => {
    expect(named(findings({ shifts: () => 1, rough: 12 }))).toEqual(['unit: image shift 18']);
    expect(named(findings({ shifts: () => 1, rough: undefined }))).toEqual([]);
    expect(named(findings({ shifts: () => 1, rough: 2 }))).toEqual([]);
  });
});

describe('two populations', () => {
  test.each([[1.14], [0.8]])('of pixel sizes in low magnification and above are right both (factor %d)', (factor) => {
    expect(named(findings({ written: (index) => (index < lowestRegular ? factor : 1) }))).toEqual([]);
  });

  test('within a range are said as two, and nobody is accused', () => {
    const found = findings({ written: (index) => (index >= 16 ? 1.3 : 1) });
    expect(named(found)).toEqual(['two-groups: shift boundary 18']);
    expect(found[0]!.message).toContain('mag indexes 7 to 15 agree with each other, and so do 16 to 24, 30.0 % apart');
    expect(found[0]!.reason).toContain('change at mag index 16');
  });

  test('that alternate give no boundary', () => {
    const found = findings({ written: (index) => (index % 2 ? 1.3 : 1) });
    expect(found.every(({ code }) => code === 'consistency/two-groups')).toBe(true);
    expect(found.at(-1)!.remedy).toEqual({ measure: 'pixel size' });
  });

  test('are still told from one wrong value', () => {
    expect(named(findings({ written: (index) => (index === 12 ? 1.3 : 1) }))).toEqual(['pixel-size: pixel size 18']);
  });
});

describe('STEM', () => {
  const stem = { stem: true, behindFilter: false } as const;
  const properties = {
    stemMagnifications: indexes.map((index) => ({ index: magIndex(index), magnification: film(index) })),
    lowestRegularStem: [5, 17] as const,
    lowestMicroStem: 13,
  };
  /** Nanoprobe LM, nanoprobe, microprobe LM, microprobe. */
  const probe = (index: number): number => (index < 5 ? 1.9 : index < 13 ? 1 : index < 17 ? 1.4 : 0.7);

  test('has four ranges, divided by the probe mode too', () => {
    const found = findings({ written: probe, shifts: (index) => 1 / probe(index), properties, cameras: stem });
    expect(named(found)).toEqual([]);
  });

  test('has its stage calibrations compared in scale, and the rest is said not to be', () => {
    const right = findings({ properties, cameras: stem, stages: (m, index) => (index === 20 ? m : undefined) });
    expect(named(right)).toEqual(['not-compared: rotation 1']);
    expect(right[0]!.severity).toBe('information');
    const wrong = findings({
      properties,
      cameras: stem,
      stages: (m, index) => (index === 20 ? scaleMatrix(m, 1.2) : undefined),
    });
    expect(named(wrong)).toEqual(['pixel-size: stage 1', 'not-compared: rotation 1']);
  });
});

describe('the axes of a stage calibration', () => {
  const at = (change: (m: Matrix) => Matrix) => ({
    sized: [10],
    stages: (m: Matrix, index: number) => (index === 20 ? change(m) : undefined),
  });

  test.each([
    ['of one length at right angles', (m: Matrix) => m, undefined],
    ['of lengths that differ by 3 %', (m: Matrix) => product(m, matrix(1.03, 0, 0, 1)), undefined],
    ['of lengths that differ by 15 %', (m: Matrix) => product(m, matrix(1.15, 0, 0, 1)), 'warning'],
    ['of lengths that differ by 30 %', (m: Matrix) => product(m, matrix(1.3, 0, 0, 1)), 'error'],
    [
      '7 degrees from a right angle',
      (m: Matrix) => product(m, matrix(1, Math.sin(0.122), 0, Math.cos(0.122))),
      'warning',
    ],
  ])('%s', (_, change, severity) => {
    const found = findings(at(change)).filter(({ code }) => code === 'consistency/stage-shape');
    expect(found.map((each) => each.severity)).toEqual(severity ? [severity] : []);
  });
});

test('many findings of one kind are one line with all places and the largest of them', () => {
  const turnedStages = findings({
    sized: [],
    stages: (m, index) =>
      index % 2 ? product(m, product(rotation(0), matrix(1.3 + index / 100, 0, 0, 1))) : undefined,
  });
  expect(turnedStages).toHaveLength(1);
  expect(turnedStages[0]!.message).toMatch(
    /^12 findings of one kind \(mag indexes 1, 3, .*23\), probably of one cause\. The largest: .*mag index 23 .* 53\.0 %/,
  );
  expect(turnedStages[0]!.magIndexes).toHaveLength(12);
  expect(turnedStages[0]!.remedy).toEqual({ measure: 'stage shift' });
});
