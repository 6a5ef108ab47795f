import { randomNumbers, runItem } from '../../../support/virtual-instrument';
import { EucentricError, cameraIndex, magIndex as asMagIndex } from '../../../../core/base';
import {
  relativeRotation,
  withFoundPixelSize,
  type FoundPixelSize,
} from '../../../../plugins/calibrations/pixel-size/lattice/lattice-found';
import { Optics } from '../../../../core/optics';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { gratingInstrument, takeImage } from '../../../../statistics/support/grating-instrument';

type Instrument = Awaited<ReturnType<typeof gratingInstrument>>;

const found = (magIndex: number, gridAngle: number, addedRotation = 0, time = 100): FoundPixelSize => ({
  time,
  camera: cameraIndex(0),
  magIndex: asMagIndex(magIndex),
  addedRotation,
  pixelSize: 17500 / [0, 2250, 2900, 3700, 4800, 6200][magIndex - 16]!,
  gridAngle,
});
const store = (instrument: Instrument, ...rows: FoundPixelSize[]): void =>
  instrument.calibrations.shortTerm('FoundPixelSize').replaceAll(rows);

describeMenuItem('calibrations/pixel-size/list-relative-rotations', {
  prepare: (instrument) => store(instrument, found(17, 10), found(18, 80)),
});

const list = async (
  instrument: Instrument,
): Promise<{ lines: string[]; rows: { relativeRotation?: number; alternative?: number; product: number }[] }> => {
  const { result, said } = await runItem(instrument, 'calibrations/pixel-size/list-relative-rotations');
  return {
    lines: said,
    rows: result!.values['rows'] as { relativeRotation?: number; alternative?: number; product: number }[],
  };
};

describe('the list of relative rotations', () => {
  let instrument: Instrument;
  beforeAll(async () => {
    instrument = await gratingInstrument({}, { magIndex: 18 });
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test('writes lines for the properties, starting again after a gap', async () => {
    store(instrument, found(17, 10), found(18, 22), found(20, 24), found(21, 24.5));
    const { lines, rows } = await list(instrument);
    expect(lines[0]).toBe('For camera # 0');
    expect(lines.slice(1, 5).map((line) => line.split(/ +/).slice(0, 4))).toEqual([
      ['RotationAndPixel', '17', '999', '999'],
      ['RotationAndPixel', '18', '12.00', '999'],
      ['RotationAndPixel', '20', '999', '999'],
      ['RotationAndPixel', '21', '0.50', '999'],
    ]);
    // The product of magnification and pixel size is the same throughout, as the stand-in sizes are.
    for (const { product } of rows) expect(product).toBeCloseTo(17.5, 6);
    expect(lines[5]).toContain('nearly the same');
  });

  test('says when a rotation can be two things', async () => {
    store(instrument, found(17, 0), found(18, 50));
    const { lines, rows } = await list(instrument);
    expect(rows[1]).toMatchObject({ relativeRotation: 50, alternative: -40 });
    expect(lines[2]).toMatch(/^# Verify/);
    expect(lines[3]).toContain('50.00 (or -40.00)');
  });

  test('says when there is nothing', async () => {
    store(instrument);
    const { lines, rows } = await list(instrument);
    expect(rows).toEqual([]);
    expect(lines).toEqual(['No pixel sizes have been found in the last 24 hours.']);
  });

  test.each([
    [0, 70],
    [90, 160],
    [-90, -20],
    [180, -110],
  ])('adds %p degrees to what was found', async (angle, expected) => {
    store(instrument, found(17, 10), found(18, 80, 270));
    await takeImage(instrument);
    await runItem(instrument, 'calibrations/pixel-size/add-n90-to-a-rotation', {
      'mag-index': '18',
      angle: String(angle + 20),
    });
    const { rows } = await list(instrument);
    expect(rows[1]!.relativeRotation).toBe(expected);
  });

  test('refuses a magnification that has not been measured', async () => {
    store(instrument, found(17, 10));
    await takeImage(instrument);
    const failure = await runItem(instrument, 'calibrations/pixel-size/add-n90-to-a-rotation', {
      'mag-index': '25',
    }).catch((error: unknown) => error);
    expect((failure as EucentricError).code).toBe('pixel-size/not-measured');
  });
});

describe('a newly found pixel size', () => {
  let optics: Optics;
  let instrument: Instrument;
  beforeAll(async () => {
    instrument = await gratingInstrument(
      {},
      {
        edit: (yaml) =>
          yaml
            .replace('[19, 3700, 90, 3700]', '[19, 3700, 181, 3700]')
            .replace('[20, 4800, 90, 4800]', '[20, 4800, 183, 4800]'),
      },
    );
    optics = instrument.kernel.registry.get(Optics);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());
  const latest = (magIndex: number, gridAngle: number) => ({
    time: 500,
    camera: cameraIndex(0),
    magIndex: asMagIndex(magIndex),
    pixelSize: 1,
    gridAngle,
  });

  test('takes whole quarter turns from the rotations that the column reports', () => {
    // The image turns by 91 degrees, of which the grid shows 1.
    const { list: rows, added } = withFoundPixelSize([found(18, 14)], latest(19, 15), optics);
    expect(rows.map(({ addedRotation }) => addedRotation)).toEqual([0, 90]);
    expect(added).toEqual([{ magIndex: 19, degrees: 90 }]);
    expect(relativeRotation(rows[0]!, rows[1]!).degrees).toBe(91);
  });

  test('sets the next higher one right too', () => {
    const { list: rows } = withFoundPixelSize([found(19, 15)], latest(18, 14), optics);
    expect(rows.map(({ magIndex, addedRotation }) => [magIndex, addedRotation])).toEqual([
      [19, 90],
      [18, 0],
    ]);
  });

  test('keeps what the operator added when it is measured again, and gives all lines its time', () => {
    const { list: rows, added } = withFoundPixelSize([found(18, 14), found(19, 15, -90)], latest(19, 16), optics);
    expect(rows).toEqual([
      { ...found(18, 14), time: 500 },
      { ...latest(19, 16), addedRotation: -90 },
    ]);
    expect(added).toEqual([]);
  });

  test('leaves other magnifications and ambiguous angles alone', () => {
    const random = randomNumbers(3);
    for (let trial = 0; trial < 50; trial++) {
      const angle = 45 * random();
      const { list: rows } = withFoundPixelSize(
        [found(17, angle), found(18, angle)],
        latest(19, angle + 45 * (1 + random() / 10)),
        optics,
      );
      expect(rows.map(({ addedRotation }) => addedRotation)).toEqual([0, 0, 0]);
    }
  });
});
