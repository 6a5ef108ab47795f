import { cameraIndex, magIndex, matrix, type Matrix, product, rotation, scaleMatrix } from '../../../../../core/base';
import { Stage } from '../../../../../core/devices';
import { judgeStageMatrix } from '../../../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-analysis';
import table from '../../../../../statistics/tables/stage-shift';
import { runItem, trueStage, virtualInstrument } from '../../../../support/virtual-instrument';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';

/** The long statistics measure the same with 200 seeds. */
test.each([1, 2, 3])('Stage Shift over whole cycles recovers scale and angle of seed %i', async (seed) => {
  const { errors, faults = [] } = await table.measure(seed, '');
  const { percent, degrees } = errors as { readonly percent: number; readonly degrees: number };
  // A move that does not cover a whole cycle is a fault.
  expect(faults).toEqual([]);
  expect(percent).toBeLessThan(0.5);
  expect(degrees).toBeLessThan(0.2);
});

describe('the verdict on a stage matrix', () => {
  const known = {
    nominalSpecimenToStage: matrix(-1, 0, 0, -1),
    specimenToCamera: scaleMatrix(rotation(84), 500),
    rotation: 84,
    invertsX: false,
  };

  test('is content with a matrix that fits the properties', () => {
    const verdict = judgeStageMatrix(scaleMatrix(rotation(84 + 180), 500), known);
    expect(verdict.rotation).toBeCloseTo(84, 6);
    expect(verdict).toMatchObject({ asymmetric: false, remarks: [] });
    expect(verdict.impliedSpecimenToStage!.xpx).toBeCloseTo(-1, 6);
  });

  test('reports an inverted X axis, and what the property should be', () => {
    const inverted = product(scaleMatrix(rotation(84), 500), matrix(1, 0, 0, -1));
    expect(judgeStageMatrix(inverted, known).remarks[0]).toMatch(/it is not set, and should be/);
    expect(
      judgeStageMatrix(scaleMatrix(rotation(264), 500), {
        ...known,
        nominalSpecimenToStage: matrix(1, 0, 0, -1),
        invertsX: true,
      }).remarks[0],
    ).toMatch(/it is set, and should not be/);
  });

  test('reports a rotation that cannot be right, and axes that differ too much', () => {
    expect(judgeStageMatrix(scaleMatrix(rotation(84 + 180 + 90), 500), known).remarks.join()).toContain(
      'GlobalExtraRotation',
    );
    expect(judgeStageMatrix(matrix(500, 10, 10, 300), known).asymmetric).toBe(true);
  });
});

describe('Stage Shift', () => {
  test('brings the stage back to where it was', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 2 }, magIndex: 12 });
    const stage = instrument.kernel.registry.get(Stage);
    const before = await stage.position.read();
    await runItem(instrument, stageShift);
    const after = await stage.position.read();
    for (const axis of ['x', 'y'] as const) expect(Math.abs(after[axis] - before[axis])).toBeLessThan(0.1e-6);
  });

  test('warns where the steps cover too little of the cycle, and then does nothing by default', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 3 }, magIndex: 26 });
    await expect(runItem(instrument, stageShift)).rejects.toMatchObject({ code: 'stage-shift/not-started' });
    expect(instrument.calibrations.stage.get(magIndex(26), cameraIndex(0))).toBeUndefined();
  });

  test('a wrong rotation in the properties shows in the implied axes, not in the angle', async () => {
    await using instrument = await virtualInstrument({
      simulator: { seed: 5, rotationErrorDegrees: 10 },
      magIndex: 12,
    });
    await runItem(instrument, stageShift);
    const { result } = await runItem(instrument, 'calibrations/image-and-stage-shift/list-stage-cals');
    const [row] = result!.values['rows'] as { specimenToStage: Matrix; tiltAxis: number }[];
    expect(Math.abs(row!.specimenToStage.xpy)).toBeCloseTo(Math.sin(Math.PI / 18), 1);
    const truth = trueStage(instrument, 12);
    const trueAngle = (Math.atan2(-truth.ypx, -truth.xpx) * 180) / Math.PI;
    expect(Math.abs(row!.tiltAxis - trueAngle)).toBeLessThan(0.3);
  });

  test('is removed again, and the look-up falls back', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 6 }, magIndex: 17 });
    instrument.calibrations.stage.set(magIndex(17), cameraIndex(0), product(rotation(3), trueStage(instrument, 17)));
    await runItem(instrument, 'calibrations/image-and-stage-shift/remove-stage-cal');
    expect(instrument.calibrations.stage.get(magIndex(17), cameraIndex(0))).toBeUndefined();
    await expect(runItem(instrument, 'calibrations/image-and-stage-shift/remove-stage-cal')).rejects.toMatchObject({
      code: 'calibration/not-there',
    });
  });
});

test('Set Cycle Lengths holds for the session and refuses nonsense', async () => {
  await using instrument = await virtualInstrument();
  const setCycles = 'calibrations/image-and-stage-shift/set-cycle-lengths';
  const { result } = await runItem(instrument, setCycles, { 'cycle-x': '50', 'cycle-y': '45.5' });
  expect(result!.values).toEqual({ cycleX: 50, cycleY: 45.5 });
  expect(instrument.settings.get('StageCycleLengthX')).toBe(50);
  await expect(runItem(instrument, setCycles, { 'cycle-x': '0' })).rejects.toMatchObject({ code: 'run/bad-answer' });
  expect(instrument.settings.get('StageCycleLengthX')).toBe(50);
});
