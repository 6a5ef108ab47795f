import path from 'node:path';
import { Stage } from '../../../../../core/devices';
import { type Metres, cameraIndex, magIndex as asMagIndex } from '../../../../../core/base';
import {
  matrixError,
  projectFolder,
  runItem,
  trueStage,
  virtualInstrument,
} from '../../../../support/virtual-instrument';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';
const smaller = (yaml: string): string =>
  yaml.replace(/CameraSizeX: \d+/, 'CameraSizeX: 2048').replace(/CameraSizeY: \d+/, 'CameraSizeY: 2048');

/** Stages whose cycles are others than the properties say, with a large error and a specimen that drifts. */
const foreign = [
  { file: 'simulator.yaml', magIndex: 12, cycles: [48, 53], drift: [1.6, -1.2] },
  { file: 'jeol-cryo-arm-k2.yaml', magIndex: 7, cycles: [56, 47], drift: [-2, 0.5] },
  { file: 'hitachi-ht7700.yaml', magIndex: 11, cycles: [66, 44], drift: [0.4, 2] },
] as const;

test.each(foreign)('on $file the length of each cycle is measured and offered', async (given) => {
  const { file, magIndex, cycles, drift } = given;
  await using instrument = await virtualInstrument({
    configuration: path.join(projectFolder, 'config', file),
    edit: smaller,
    magIndex,
    simulator: {
      seed: 1,
      stageCyclesMicrometres: cycles,
      stageCycleError: [0.15, 0.12],
      stageCyclePhasesDegrees: [110, 250],
      driftNmPerSecond: drift,
      stageRepeatabilityNm: 15,
    },
  });
  const { result } = await runItem(instrument, stageShift);
  const { percent, degrees } = matrixError(
    instrument.calibrations.stage.get(asMagIndex(magIndex), cameraIndex(0))!,
    trueStage(instrument, magIndex),
  );
  expect(percent).toBeLessThan(0.5);
  expect(degrees).toBeLessThan(0.2);
  expect(result!.values['cycleX']).toBeCloseTo(cycles[0], -0.5);
  expect(result!.values['cycleY']).toBeCloseTo(cycles[1], -0.5);
  expect(result!.propertySuggestions).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ property: 'StageCycleLengthX', value: expect.closeTo(cycles[0], -0.5) as number }),
    ]),
  );
});

test.each([0.005, 0.01])('a field that is distorted by %f at the edge is not called good', async (distortionAtEdge) => {
  await using instrument = await virtualInstrument({
    edit: smaller,
    magIndex: 12,
    simulator: { seed: 2, distortionAtEdge },
  });
  const { result } = await runItem(instrument, stageShift);
  const { percent } = matrixError(
    instrument.calibrations.stage.get(asMagIndex(12), cameraIndex(0))!,
    trueStage(instrument, 12),
  );
  expect(result!.quality!.verdict).toBe('doubtful');
  expect(result!.quality!.reasons!.map(({ what }) => what)).toContain(
    'Change of the shifts by distortion of the image',
  );
  const { xpy, ypx } = result!.standardErrors as { xpy: number; ypx: number };
  const { xpy: ofX, ypx: ofY } = result!.values as unknown as { xpy: number; ypx: number };
  const stated = 100 * Math.max(Math.abs(xpy / ofX), Math.abs(ypx / ofY));
  expect(percent).toBeLessThan(2 * stated);
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
  await using instrument = await virtualInstrument({ edit: smaller, magIndex: 12, simulator: { seed: 3 } });
  inSteps(instrument.kernel.registry.get(Stage), 0.8e-6);
  await runItem(instrument, stageShift);
  const { percent } = matrixError(
    instrument.calibrations.stage.get(asMagIndex(12), cameraIndex(0))!,
    trueStage(instrument, 12),
  );
  expect(percent).toBeLessThan(0.5);
});

test('an axis that does not move is named, and nothing is stored', async () => {
  await using instrument = await virtualInstrument({ edit: smaller, magIndex: 12, simulator: { seed: 4 } });
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
