import {
  buildTruth,
  perfectRecords,
  simulatorOptions,
  viewOf,
  VirtualMicroscope,
  type ColumnHabit,
  type Instrument,
} from '../../../simulation';
import { bench, instrument, motion, still } from '../bench';

const table = Array.from({ length: 12 }, (_, k) => ({
  index: k + 1,
  magnification: 1000 * (k + 1),
  low: k < 3,
  secondary: k > 7,
  rotationDegrees: 10 * k,
  eftemMagnification: 100 * (k + 1),
  eftemRotationDegrees: 90 + 10 * k,
}));
const column = (habit: ColumnHabit, more: Partial<Instrument> = {}): Instrument => ({
  ...instrument,
  magnifications: table,
  views: table.map(({ index }) => ({ magIndex: index, camera: 0, pixelSizeMicrometres: 0.03, rotationDegrees: 20 })),
  habit,
  ...more,
});
const made = (options: object, given: Instrument) => {
  const truth = buildTruth(simulatorOptions.parse({ ...still, ...options }), given);
  return {
    truth,
    records: perfectRecords(truth, given),
    microscope: new VirtualMicroscope(truth, { seed: 1, now: () => 0 }),
  };
};
const named = (records: ReturnType<typeof made>['records'], name: string) =>
  records.filter(({ record }) => record === name);

describe('what a column sets by itself at each magnification', () => {
  test('is nothing where it keeps image shift and focus', () => {
    const { records, microscope } = made({ baseFocusSpread: 0.1, neutralImageShiftSpread: 3 }, column('kept'));
    for (const { index } of table) {
      microscope.setMagnification(index);
      expect(microscope.state).toMatchObject({ neutralImageShift: { x: 0, y: 0 }, baseFocus: 0.5 });
    }
    expect(records.filter(({ record }) => /Neutral|BaseFocus/.test(record))).toEqual([]);
  });

  test('is a neutral image shift of each magnification and filter mode, as the records tell', () => {
    const cameras = [{ index: 0, name: 'camera', width: 64, height: 64, behindFilter: true }];
    const options = { neutralImageShifts: { 4: [1.5, -2] } };
    const { records, microscope } = made(options, column('neutral', { cameras }));
    for (const [eftem, name] of [
      [false, 'NeutralImageShifts'],
      [true, 'GIFNeutralIS'],
    ] as const) {
      microscope.setEftem(eftem);
      const rows = named(records, name);
      expect(rows.map(({ magIndex }) => magIndex)).toEqual(table.map(({ index }) => index));
      for (const { magIndex, x, y } of rows) {
        microscope.setMagnification(magIndex as number);
        expect(microscope.state.neutralImageShift).toEqual({ x, y });
      }
      expect(new Set(rows.map(({ x }) => x)).size).toBe(12);
    }
    expect(named(records, 'NeutralImageShifts')[3]).toMatchObject({ magIndex: 4, x: 1.5, y: -2 });
    expect(named(records, 'HitachiBaseFocus')).toEqual([]);
  });

  test('has one image shift for the range between low and secondary magnifications where it remembers', () => {
    const { records, microscope } = made({ baseFocusSpread: 0.02 }, column('remembered'));
    const rows = named(records, 'NeutralImageShifts').map(({ magIndex }) => magIndex);
    expect(rows).toEqual([1, 2, 3, 9, 10, 11, 12]);
    microscope.setMagnification(6);
    expect(microscope.state.neutralImageShift).toEqual({ x: 0, y: 0 });
    const lens = named(records, 'HitachiBaseFocus');
    expect(lens).toHaveLength(12);
    for (const { magIndex, lensValue } of lens) {
      microscope.setMagnification(magIndex as number);
      expect(Math.round(microscope.state.baseFocus * 4193280)).toBe(lensValue);
    }
    expect(new Set(lens.map(({ lensValue }) => lensValue)).size).toBe(12);
    expect(named(records, 'StandardLMFocus')).toEqual([]);
  });
});

describe('image shift', () => {
  const options = {
    imageShiftJumps: { 5: [1.08, 2], 9: [0.95, -1] },
    imageShiftToSpecimen: [
      [1, 0],
      [0, 1],
    ],
  };
  const scaleAt = (truth: ReturnType<typeof made>['truth'], magIndex: number) => {
    const { imageShiftToCamera: shift, specimenToCamera: specimen } = viewOf(truth, magIndex, 0)!;
    const turn = Math.atan2(shift.ypx, shift.xpx) - Math.atan2(specimen.ypx, specimen.xpx);
    return [Math.hypot(shift.xpx, shift.ypx) / Math.hypot(specimen.xpx, specimen.ypx), (turn * 180) / Math.PI];
  };

  test('jumps at boundaries and is constant between them, in low magnification by itself', () => {
    const { truth } = made(
      { ...options, imageShiftJumps: { ...options.imageShiftJumps, 2: [1.3, 0] } },
      column('kept'),
    );
    const low = { ...truth.imageShift };
    expect(low.carriesBeam).toBe(true);
    for (const index of [5, 6, 8]) {
      expect(scaleAt(truth, index)[0]).toBeCloseTo(1.08, 9);
      expect(scaleAt(truth, index)[1]).toBeCloseTo(2, 9);
    }
    for (const index of [9, 12]) expect(scaleAt(truth, index)[0]).toBeCloseTo(0.95, 9);
    expect(scaleAt(truth, 4)[0]).toBeCloseTo(1, 9);
    expect(scaleAt(truth, 3)[0]! / scaleAt(truth, 1)[0]!).toBeCloseTo(1.3, 9);
    expect(scaleAt(truth, 2)[0]).toBeCloseTo(scaleAt(truth, 3)[0]!, 12);
  });

  test('moves the image by as much', () => {
    const { truth, microscope } = made({ ...options, electronsPerFieldPixelPerSecond: 6000 }, column('kept'));
    microscope.setMagnification(6);
    const shot = () => microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    const before = shot();
    microscope.setImageShift({ x: 1, y: 0 });
    // A micrometre on the specimen without the jump: 33.3 pixels at 20 degrees, seen to move the other way.
    const [length, angle] = [(1.08 * 1) / 0.03, ((180 + 22) * Math.PI) / 180];
    const expected = { x: length * Math.cos(angle), y: length * Math.sin(angle) };
    const moved = motion(before, shot(), expected);
    expect(Math.abs(moved.x - expected.x)).toBeLessThan(0.1);
    expect(Math.abs(moved.y - expected.y)).toBeLessThan(0.1);
    expect(truth.imageShift.toCamera.size).toBe(12);
  });

  test('varies from one magnification to the next by its spread', () => {
    const { truth } = made({ ...options, imageShiftJumps: {}, imageShiftScaleSpread: 0.01 }, column('kept'));
    const scales = [4, 5, 6, 7, 8, 9, 10, 11, 12].map((index) => scaleAt(truth, index)[0]!);
    expect(new Set(scales.map((scale) => scale.toFixed(6))).size).toBe(9);
    for (const scale of scales) expect(Math.abs(scale - 1)).toBeLessThan(0.04);
  });
});

test('a stretched stage moves too far along one direction and too little across it', () => {
  const { microscope, clock } = bench({ stageStretch: 1.03, stageStretchAxisDegrees: 25 });
  microscope.setMagnification(17);
  const shot = () => microscope.expose({ camera: 0, binning: 1, exposure: 1 });
  const before = shot();
  const step = 3;
  const movedBy = (x: number, y: number) => {
    clock.seconds += microscope.moveStage({ x, y }) + 30;
    // Without a stretch: pixels of 30 nm, turned by 84 degrees, and the image moves against the specimen, whose axes are opposite to those of the stage.
    const angle = (84 * Math.PI) / 180 + Math.atan2(y, x);
    const pixels = step / 0.03;
    const guess = { x: pixels * Math.cos(angle), y: pixels * Math.sin(angle) };
    return motion(before, shot(), guess, 6);
  };
  const [alongX, alongY] = [movedBy(step, 0), movedBy(0, step)];
  // What is read is S times what is moved, so that the image shows the inverse: its square has the stretch squared as the ratio of its axes.
  const unit = step / 0.03;
  const [a, b, c] = [
    (alongX.x ** 2 + alongX.y ** 2) / unit ** 2,
    (alongX.x * alongY.x + alongX.y * alongY.y) / unit ** 2,
    (alongY.x ** 2 + alongY.y ** 2) / unit ** 2,
  ];
  const half = Math.hypot((a - c) / 2, b);
  const [longest, shortest] = [(a + c) / 2 + half, (a + c) / 2 - half];
  const stretch = (longest / shortest) ** 0.25;
  const axis = (Math.atan2(-2 * b, c - a) * 90) / Math.PI;
  expect(Math.abs(stretch - 1.03)).toBeLessThan(0.002);
  expect(Math.abs(axis - 25)).toBeLessThan(3);
});

test('the record of the stretch gives back its factor and its axis by the closed form', () => {
  const { records } = made({ stageStretch: 1.01, stageStretchAxisDegrees: 20 }, column('kept'));
  const [{ xpx, xpy, ypx, ypy }] = named(records, 'StageStretchXform') as unknown as Record<string, number>[] as [
    Record<'xpx' | 'xpy' | 'ypx' | 'ypy', number>,
  ];
  expect(xpx * ypy - xpy * ypx).toBeCloseTo(1, 12);
  const half = (xpx + ypy) / 2;
  const sine = Math.sin(Math.acos(half));
  // (M - c I) J^-1 / sin(theta) with J = [0 -1; 1 0], whose inverse is its transpose.
  const [sxx, sxy, syy] = [-xpy / sine, (xpx - half) / sine, ypx / sine];
  const size = Math.hypot((sxx - syy) / 2, sxy);
  expect(Math.sqrt((sxx + syy) / 2 + size)).toBeCloseTo(1.01, 9);
  expect((Math.atan2(2 * sxy, sxx - syy) * 90) / Math.PI).toBeCloseTo(20, 6);
  expect(named(made({}, column('kept')).records, 'StageStretchXform')).toEqual([]);
});

test('magnification and rotation are reported for the filter while the column works for it', () => {
  const { microscope } = made({}, column('kept'));
  microscope.setMagnification(5);
  expect(microscope.state).toMatchObject({ reportedMagnification: 5000, reportedRotation: 40 });
  microscope.setEftem(true);
  expect(microscope.state).toMatchObject({ reportedMagnification: 500, reportedRotation: 130 });
});

test('a camera length beyond the last is the last', () => {
  const { microscope } = made({}, column('kept', { cameraLengthsMillimetres: [100, 250, 800] }));
  expect(microscope.state).toMatchObject({ diffracts: false, cameraLengthIndex: 3, cameraLength: 0.8 });
  microscope.setDiffraction(true);
  for (const [asked, index, length] of [
    [1, 1, 0.1],
    [2, 2, 0.25],
    [60, 3, 0.8],
  ] as const) {
    microscope.setCameraLengthIndex(asked);
    expect(microscope.state).toMatchObject({ diffracts: true, cameraLengthIndex: index, cameraLength: length });
  }
  const written = made({ cameraLengthsMillimetres: [42] }, column('kept')).microscope;
  expect(written.state.cameraLength).toBe(0.042);
});
