import {
  type Matrix,
  type Metres,
  cameraIndex,
  magIndex as asMagIndex,
  matrix,
  product,
  rotation,
  scaleMatrix,
} from '../../../../../core/base';
import { Scope, Stage } from '../../../../../core/devices';
import { ImageBuffers, ScriptedOperator } from '../../../../../core/kernel';
import { judgeStageMatrix } from '../../../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-analysis';
import { normalizedErrors } from '../../../../../statistics/harness/pooling';
import { attemptStageShift, keepDoubtful } from '../../../../../statistics/support/fooled';
import { coarseCamera } from '../../../../../statistics/support/small-camera';
import { drawStage, stages } from '../../../../../statistics/support/stages';
import table from '../../../../../statistics/tables/stage-shift/stage-shift';
import foreignCycles from '../../../../../statistics/tables/stage-shift/stage-shift-foreign-cycles';
import vendorStages from '../../../../../statistics/tables/stage-shift/stage-shift-stages';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { matrixError, runItem, trueStage, virtualInstrument } from '../../../../support/virtual-instrument';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';
/** Images of 180 by 128 pixels of the same field show what larger ones show; the long statistics take those of the whole camera. */
const smallCamera = coarseCamera(16);

describeMenuItem(stageShift, { magIndex: 3, edit: smallCamera, sample: 2 });

/** Difference of the stored matrix from the true one. */
function errorAt(instrument: Awaited<ReturnType<typeof virtualInstrument>>, magIndex: number) {
  const stored = instrument.calibrations.stage.get(asMagIndex(magIndex), cameraIndex(0))!;
  return matrixError(stored, trueStage(instrument, magIndex));
}

/** The long statistics measure the same with 200 seeds, every other one from the expected overlap. */
test.each([1])('Stage Shift over whole cycles recovers scale and angle of seed %i, within its errors', async (seed) => {
  const measured = await table.measure(seed, '', smallCamera);
  const { percent, degrees } = measured.errors as { readonly percent: number; readonly degrees: number };
  // A move that does not cover a whole cycle is a fault.
  expect(measured.faults ?? []).toEqual([]);
  expect(percent).toBeLessThan(0.5);
  expect(degrees).toBeLessThan(0.2);
  const z = normalizedErrors([measured], ['elements']);
  expect(z).toHaveLength(4);
  expect(Math.max(...z.map(Math.abs))).toBeLessThan(5);
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

/** One run with a rotation in the properties that is 10 degrees off, watched by an operator with a screen. */
describe('Stage Shift', () => {
  const shown: { buffer: string; at: number; alignedBy: { x: number; y: number } }[] = [];
  let instrument: Awaited<ReturnType<typeof virtualInstrument>>;
  let images = 0;
  let moved = Infinity;

  beforeAll(async () => {
    instrument = await virtualInstrument({
      simulator: { seed: 5, rotationErrorDegrees: 10 },
      magIndex: 12,
      edit: (yaml) =>
        `StageCalNumToggles: 4\nStageCalToggleInterval: 300\n${smallCamera(yaml).replace(/^StageCalNumToggles:.*\n/m, '')}`,
    });
    const buffers = instrument.kernel.registry.get(ImageBuffers);
    const port = Object.assign(new ScriptedOperator({}, { defaults: true }), {
      showImage: (buffer: string) =>
        void shown.push({ buffer, at: instrument.clock.now(), alignedBy: buffers.get('B')!.alignment }),
    });
    const stage = instrument.kernel.registry.get(Stage);
    const before = await stage.position.read();
    const result = await instrument.runner.run(stageShift, { port });
    const after = await stage.position.read();
    images = result!.values['images'] as number;
    moved = Math.max(Math.abs(after.x - before.x), Math.abs(after.y - before.y));
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test('brings the stage back to where it was', () => {
    expect(moved).toBeLessThan(0.1e-6);
  });

  test('shows the two images in turn after each correlation, aligned, at the interval of the properties', () => {
    expect(images).toBeGreaterThan(6);
    expect(shown.map(({ buffer }) => buffer).join('')).toBe('BABA'.repeat(images - 2));
    for (let first = 0; first < shown.length; first += 4) {
      const [one, two, three, four] = shown.slice(first, first + 4);
      for (const [before, after] of [
        [one!, two!],
        [two!, three!],
        [three!, four!],
      ] as const)
        expect(after.at - before.at).toBeCloseTo(0.3, 6);
      // The earlier image is moved by a good part of the field of 128 pixels along one axis.
      expect(Math.hypot(one!.alignedBy.x, one!.alignedBy.y)).toBeGreaterThan(128 / 8);
    }
  });

  test('shows a wrong rotation in the properties in the implied axes, not in the angle', async () => {
    const { result } = await runItem(instrument, 'calibrations/image-and-stage-shift/list-stage-cals');
    const [row] = result!.values['rows'] as { specimenToStage: Matrix; tiltAxis: number }[];
    expect(Math.abs(row!.specimenToStage.xpy)).toBeCloseTo(Math.sin(Math.PI / 18), 1);
    const truth = trueStage(instrument, 12);
    const trueAngle = (Math.atan2(-truth.ypx, -truth.xpx) * 180) / Math.PI;
    expect(Math.abs(row!.tiltAxis - trueAngle)).toBeLessThan(0.3);
  });

  test('can be stopped while it shows them, and the stage goes back', async () => {
    await using running = await virtualInstrument({ simulator: { seed: 4 }, magIndex: 10, edit: smallCamera });
    let count = 0;
    const port = Object.assign(new ScriptedOperator({}, { defaults: true }), {
      showImage: () => {
        count += 1;
        if (count === 5) running.runner.stop();
      },
    });
    await expect(running.runner.run(stageShift, { port })).rejects.toMatchObject({ code: 'run/stopped' });
    expect(count).toBe(5);
    expect(running.calibrations.stage.get(asMagIndex(10), cameraIndex(0))).toBeUndefined();
  });

  test('warns where the steps cover too little of the cycle, and then does nothing by default', async () => {
    await using idle = await virtualInstrument({ simulator: { seed: 3 }, magIndex: 26 });
    await expect(runItem(idle, stageShift)).rejects.toMatchObject({ code: 'stage-shift/not-started' });
    expect(idle.calibrations.stage.get(asMagIndex(26), cameraIndex(0))).toBeUndefined();
  });

  test('is removed again, and the look-up falls back', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 6 }, magIndex: 17 });
    instrument.calibrations.stage.set(asMagIndex(17), cameraIndex(0), product(rotation(3), trueStage(instrument, 17)));
    await runItem(instrument, 'calibrations/image-and-stage-shift/remove-stage-cal');
    expect(instrument.calibrations.stage.get(asMagIndex(17), cameraIndex(0))).toBeUndefined();
    await expect(runItem(instrument, 'calibrations/image-and-stage-shift/remove-stage-cal')).rejects.toMatchObject({
      code: 'calibration/not-there',
    });
  });
});

describe('on other stages', () => {
  /** The long statistics measure such cycles on the stages of all vendors, with 20 seeds. */
  test('cycles that the properties do not have are measured and offered', async () => {
    const { errors, faults } = await foreignCycles.measure(1, 'FEI', smallCamera);
    const { percent, degrees, rotation } = errors as { readonly [name: string]: number };
    expect(faults).toEqual([]);
    expect(percent).toBeLessThan(0.5);
    expect(degrees).toBeLessThan(0.2);
    expect(Math.abs(rotation!)).toBeLessThan(0.5);
  });

  /** The long statistics measure the stages of all vendors with 20 seeds, from whole images and from the expected overlap. */
  test('a stage whose X axis is inverted is calibrated from the expected overlap', async () => {
    const row = 'FEI whose X axis is inverted, the expected overlap';
    const { errors, faults } = await vendorStages.measure(1, row, smallCamera);
    const { percent, degrees } = errors as { readonly percent: number; readonly degrees: number };
    expect(faults).toEqual([]);
    expect(percent).toBeLessThan(0.5);
    expect(degrees).toBeLessThan(0.2);
  });

  test.each(stages.filter(({ name }) => /FEI$|Hitachi/.test(name)).map((kind) => [kind.name, kind] as const))(
    'Stage Shift on a stage of %s warns where the steps cover about half a cycle, in words that fit, and does nothing on no',
    async (_, kind) => {
      const { configuration, half, edit } = kind;
      await using instrument = await virtualInstrument({
        configuration,
        magIndex: half,
        simulator: drawStage(1, kind),
        ...(edit && { edit }),
      });
      const texts: string[] = [];
      const refused = async () => {
        const operator = new ScriptedOperator({ 'small-extent': 'no' }, { defaults: true });
        await instrument.runner
          .run(stageShift, { port: operator })
          .finally(() => texts.push(operator.asked.find(({ id }) => id === 'small-extent')?.text ?? ''));
      };
      await expect(refused()).rejects.toMatchObject({ code: 'stage-shift/not-started' });
      expect(texts[0]).toMatch(
        /^The steps do not cover a whole cycle of the stage error, so the result becomes inaccurate at higher magnifications\. It is better to calibrate the stage at one low magnification/,
      );
      await instrument.kernel.registry.get(Scope).magIndex.write(asMagIndex(half + 6));
      await expect(refused()).rejects.toMatchObject({ code: 'stage-shift/not-started' });
      expect(texts[1]).toMatch(
        /^The steps cover only \d+\.\d um, so you should not do this here: the stage can be wrong by 15 % over so little\./,
      );
    },
  );
});

/** A stage that goes to whole steps of its own, under the instrument as the item sees it. */
function inSteps(stage: Stage, step: number): void {
  const move = stage.move.bind(stage);
  const rounded = (value: Metres | undefined): Metres | undefined =>
    value === undefined ? undefined : ((Math.round(value / step) * step) as Metres);
  Object.assign(stage, {
    move: (to: Parameters<Stage['move']>[0], signal?: AbortSignal) => {
      const [x, y] = [rounded(to.x), rounded(to.y)];
      return move({ ...to, ...(x !== undefined && { x }), ...(y !== undefined && { y }) }, signal);
    },
  });
}

test('a stage in coarse steps is measured by where it stands, not by where it was sent', async () => {
  await using instrument = await virtualInstrument({ edit: smallCamera, magIndex: 12, simulator: { seed: 3 } });
  inSteps(instrument.kernel.registry.get(Stage), 0.8e-6);
  await runItem(instrument, stageShift);
  expect(errorAt(instrument, 12).percent).toBeLessThan(0.5);
});

describe('what Stage Shift refuses', () => {
  test('an axis that does not move is named, and nothing is stored', async () => {
    await using instrument = await virtualInstrument({ edit: smallCamera, magIndex: 12, simulator: { seed: 4 } });
    const stage = instrument.kernel.registry.get(Stage);
    const move = stage.move.bind(stage);
    Object.assign(stage, {
      move: ({ x, ...others }: Parameters<Stage['move']>[0], signal?: AbortSignal) =>
        move(x === undefined ? others : { ...others, x: 0 as Metres }, signal),
    });
    await expect(runItem(instrument, stageShift)).rejects.toMatchObject({
      code: 'stage-shift/stage-not-there',
      message: expect.stringMatching(/in X and reads/) as string,
    });
    expect(instrument.calibrations.stage.get(asMagIndex(12), cameraIndex(0))).toBeUndefined();
  });

  /** The long statistics try more kinds of specimens and of gain references that fool the correlation, with 10 or 20 seeds. */
  test('a periodic specimen does not end the run when the operator goes on, but a matrix without sense is refused', async () => {
    const { code, untouched, back } = await attemptStageShift({ seed: 3, specimen: 'cross-grating' }, 13, {
      answers: keepDoubtful,
      camera: smallCamera,
    });
    expect({ code, untouched, back }).toEqual({ code: 'stage-shift/refused', untouched: true, back: true });
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
