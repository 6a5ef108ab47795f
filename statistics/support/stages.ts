import { magIndex } from '../../core/base';
import { Scope } from '../../core/devices';
import {
  type VirtualInstrumentUnderTest,
  matrixError,
  runItem,
  trueStage,
  virtualInstrument,
} from '../../testing/virtual-instrument';
import { type CameraChange, type Measured, broken } from '../harness/table';
import { randomNumbers } from './random-numbers';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';
const wholeImage = 'calibrations/image-and-stage-shift/whole-image-corr';

/** The lengths that a stage of FEI usually has, in the place of what the site entered. */
const usualCycles = (yaml: string): string => yaml.replace('StageCycleLengthX: 61', 'StageCycleLengthX: 62');

/** A part of the camera is enough to see the stage, and quicker. */
const quarterCamera = (yaml: string): string =>
  yaml.replace(/CameraSizeX: \d+/, 'CameraSizeX: 1920').replace(/CameraSizeY: \d+/, 'CameraSizeY: 1856');

/** Kind of stage: its configuration, its cycles and its backlash, a mag index at which the steps cover whole cycles, and one at which they cover about half of one. */
export interface StageKind {
  readonly name: string;
  readonly configuration: string;
  readonly cycles: readonly [number, number];
  readonly backlash: number;
  readonly whole: number;
  readonly half: number;
  readonly edit?: (yaml: string) => string;
  /** A quicker camera for the measurements. */
  readonly quicker?: (yaml: string) => string;
}

/** A stage of each vendor. */
export const stages: readonly StageKind[] = [
  {
    name: 'FEI',
    configuration: 'talos-ceta.yaml',
    cycles: [62, 41],
    backlash: 5,
    whole: 17,
    half: 22,
    edit: usualCycles,
  },
  {
    name: 'FEI whose X axis is inverted',
    configuration: 'talos-ceta.yaml',
    cycles: [62, 41],
    backlash: 5,
    whole: 17,
    half: 22,
    edit: (yaml) => `${usualCycles(yaml)}InvertStageXAxis: 1\n`,
  },
  {
    name: 'JEOL',
    configuration: 'jeol-cryo-arm-k2.yaml',
    cycles: [40, 40],
    backlash: 10,
    whole: 7,
    half: 20,
    quicker: quarterCamera,
  },
  {
    name: 'Hitachi, whose tilt axis is stage Y',
    configuration: 'hitachi-ht7700.yaml',
    cycles: [40, 40],
    backlash: 20,
    whole: 11,
    half: 19,
  },
];

/** A stage such as real ones are, drawn at random: none of it is in the properties. */
export function drawStage(seed: number, { cycles, backlash }: StageKind) {
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

/** Error of the matrix that Stage Shift stores for a stage, from whole images or from the overlap that is expected. */
export async function measureStage(
  seed: number,
  kind: StageKind,
  wholeImages: boolean,
  camera?: CameraChange,
): Promise<Measured> {
  const { configuration, cycles, whole, quicker, edit = (yaml) => yaml } = kind;
  await using instrument = await virtualInstrument({
    configuration,
    magIndex: whole,
    simulator: drawStage(seed, kind),
    edit: camera ? (yaml) => camera(edit(yaml)) : (quicker ?? edit),
  });
  if (!wholeImages) await runItem(instrument, wholeImage);
  const { result, asked } = await runItem(instrument, stageShift);
  const { extentX, extentY, rotation } = result!.values as { extentX: number; extentY: number; rotation: number };
  const { percent, degrees } = matrixError(
    instrument.calibrations.stage.get(magIndex(whole), result!.conditions.camera!)!,
    trueStage(instrument, whole),
  );
  return {
    errors: { percent, degrees },
    verdict: result!.quality?.verdict ?? 'without a verdict',
    faults: broken({
      // A series whose steps do not show the cycle goes on.
      'the moves cover whole cycles': extentX > cycles[0] - 5e-7 && extentY > cycles[1] - 5e-7,
      'nobody is asked whether small moves will do': !asked.includes('small-extent'),
      'there is no remark': (result!.quality?.remarks ?? ['none given']).length === 0,
      // The microscope's own axes: the rotation is that of the tilt axis in the image.
      'the rotation is that of the tilt axis': Math.abs(rotation - trueRotation(instrument, whole)) < 0.5,
    }),
  };
}

/** The direction of the tilt axis in the picture, from the truth of the stage and the axes of the kind of stage. */
export function trueRotation(instrument: VirtualInstrumentUnderTest, magIndex: number): number {
  const truth = trueStage(instrument, magIndex);
  const { nominalSpecimenToStage } = instrument.kernel.registry.get(Scope).traits;
  // Where one micrometre along X of the specimen goes: first onto the stage, then into the picture.
  const onStage = { x: nominalSpecimenToStage.xpx, y: nominalSpecimenToStage.ypx };
  const [x, y] = [truth.xpx * onStage.x + truth.xpy * onStage.y, truth.ypx * onStage.x + truth.ypy * onStage.y];
  return (Math.atan2(y, x) * 180) / Math.PI;
}
