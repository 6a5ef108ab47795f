import { magIndex } from '../../../../../core/base';
import path from 'node:path';
import type { Instrument } from '../../../../../app/instrument';
import { Scope } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import {
  matrixError,
  projectFolder,
  randomNumbers,
  runItem,
  trueStage,
  verifying,
  virtualInstrument,
} from '../../../../support/virtual-instrument';
import { tellFigures } from '../../../../support/figures';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';
const wholeImage = 'calibrations/image-and-stage-shift/whole-image-corr';
const seeds = Array.from({ length: verifying ? 20 : 1 }, (_, index) => index + 1);

/** The lengths that a stage of FEI usually has, in the place of what the site entered. */
const usualCycles = (yaml: string): string => yaml.replace('StageCycleLengthX: 61', 'StageCycleLengthX: 62');

/** A part of the camera is enough to see the stage, and quicker. */
const quarterCamera = (yaml: string): string =>
  yaml.replace(/CameraSizeX: \d+/, 'CameraSizeX: 1920').replace(/CameraSizeY: \d+/, 'CameraSizeY: 1856');

/** A stage of each kind: where its steps cover whole cycles, and where they cover about half of one. */
const stages = [
  { name: 'FEI', file: 'talos-ceta.yaml', cycles: [62, 41], backlash: 5, whole: 17, half: 22, edit: usualCycles },
  {
    name: 'FEI whose X axis is inverted',
    file: 'talos-ceta.yaml',
    cycles: [62, 41],
    backlash: 5,
    whole: 17,
    half: 22,
    edit: (yaml: string) => `${usualCycles(yaml)}InvertStageXAxis: 1\n`,
  },
  {
    name: 'JEOL',
    file: 'jeol-cryo-arm-k2.yaml',
    cycles: [40, 40],
    backlash: 10,
    whole: 7,
    half: 20,
    edit: (yaml: string) => yaml,
    quicker: quarterCamera,
  },
  {
    name: 'Hitachi, whose tilt axis is stage Y',
    file: 'hitachi-ht7700.yaml',
    cycles: [40, 40],
    backlash: 20,
    whole: 11,
    half: 19,
    edit: (yaml: string) => yaml,
  },
] as const;

/** A stage such as real ones are, drawn at random: none of it is in the properties. */
function drawTruth(seed: number, cycles: readonly [number, number], backlash: number) {
  const next = randomNumbers(seed + 3000);
  const between = (low: number, high: number): number => low + (high - low) * next();
  return {
    seed,
    stageCyclesMicrometres: cycles,
    pixelScaleError: between(-0.03, 0.03),
    rotationErrorDegrees: between(-4, 4),
    stageCycleError: [between(0.05, 0.15), between(0.05, 0.15)],
    stageCyclePhasesDegrees: [between(0, 360), between(0, 360)],
    stageBacklashMicrometres: between(0.1, 0.4 * backlash),
    stageRepeatabilityNm: between(5, 30),
    driftNmPerSecond: [between(-0.3, 0.3), between(-0.3, 0.3)],
  };
}

describe.each(stages)('Stage Shift on a stage of $name', ({ file, cycles, backlash, whole, half, edit, ...more }) => {
  const configuration = path.join(projectFolder, 'config', file);
  const on = (
    magIndex: number,
    simulator: Readonly<Record<string, unknown>>,
    change: (yaml: string) => string = edit,
  ) => virtualInstrument({ configuration, magIndex, simulator, edit: change });
  const found: { readonly percent: number; readonly degrees: number }[] = [];
  afterAll(() =>
    tellFigures(
      `${file}, seeds 1-${seeds.length}, both correlations: at most ${Math.max(...found.map(({ percent }) => percent)).toFixed(3)} % and ${Math.max(...found.map(({ degrees }) => degrees)).toFixed(3)} degrees off`,
    ),
  );

  const cases = seeds.flatMap((seed) => [
    { seed, correlation: 'whole images' },
    { seed, correlation: 'the expected overlap' },
  ]);

  test.each(cases)('recovers scale and angle of seed $seed with $correlation', async ({ seed, correlation }) => {
    await using instrument = await on(
      whole,
      drawTruth(seed, cycles, backlash),
      'quicker' in more ? more.quicker : edit,
    );
    if (correlation !== 'whole images') await runItem(instrument, wholeImage);
    const { result, asked } = await runItem(instrument, stageShift);
    expect(result!.values).toMatchObject({
      extentX: expect.closeTo(cycles[0], 6) as number,
      extentY: expect.closeTo(cycles[1], 6) as number,
    });
    expect(asked).not.toContain('small-extent');
    const { camera } = result!.conditions;
    const error = matrixError(
      instrument.calibrations.stage.get(magIndex(whole), camera!)!,
      trueStage(instrument, whole),
    );
    found.push(error);
    expect(error.percent).toBeLessThan(0.5);
    expect(error.degrees).toBeLessThan(0.2);
    expect(result!.quality!.remarks).toEqual([]);
    // The microscope's own axes: the rotation is that of the tilt axis in the image.
    expect(result!.values['rotation']).toBeCloseTo(trueRotation(instrument, whole), 0);
  });

  test('warns where the steps cover about half a cycle, in words that fit, and does nothing on no', async () => {
    await using instrument = await on(half, drawTruth(1, cycles, backlash));
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
    await instrument.kernel.registry.get(Scope).magIndex.write(magIndex(half + 6));
    await expect(refused()).rejects.toMatchObject({ code: 'stage-shift/not-started' });
    expect(texts[1]).toMatch(
      /^The steps cover only \d+\.\d um, so you should not do this here: the stage can be wrong by 15 % over so little\./,
    );
  });
});

/** The direction of the tilt axis in the picture, from the truth of the stage and the axes of the kind of stage. */
function trueRotation(instrument: Instrument, magIndex: number): number {
  const truth = trueStage(instrument, magIndex);
  const { nominalSpecimenToStage } = instrument.kernel.registry.get(Scope).traits;
  // Where one micrometre along X of the specimen goes: first onto the stage, then into the picture.
  const onStage = { x: nominalSpecimenToStage.xpx, y: nominalSpecimenToStage.ypx };
  const [x, y] = [truth.xpx * onStage.x + truth.xpy * onStage.y, truth.ypx * onStage.x + truth.ypy * onStage.y];
  return (Math.atan2(y, x) * 180) / Math.PI;
}
