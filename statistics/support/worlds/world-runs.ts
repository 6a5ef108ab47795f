import {
  type Matrix,
  VirtualClock,
  cameraIndex,
  determinant,
  firstColumn,
  length,
  magIndex as asMagIndex,
  matrixAngle,
  product,
  rotation,
  scaleMatrix,
} from '../../../core/base';
import { VirtualInstrument } from '../../../core/devices';
import { chiSquareTail } from '../../../core/judgement';
import { Optics } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { runItem, trueImageShift, trueStage, virtualInstrument } from '../../../testing/virtual-instrument';
import { Chance } from '../../foreign/chance';
import { putInto, seenThrough, type WrappedMicroscope } from '../../foreign/foreign-microscope';
import { type ForeignWorld, emptyWorld } from '../../foreign/foreign-world';
import { type MeasuredItem, drawWorld, kinds } from '../../foreign/kinds';
import type { Measured } from '../../harness/table';
import { quarterTurnsApart, takeImage } from '../grating-instrument';
import { withSide, worldInstruments } from './world-instruments';

type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** Items that are measured, with their ids. */
export const worldItems: Readonly<Record<MeasuredItem, string>> = {
  'image-shift': 'calibrations/image-and-stage-shift/image-shift',
  'stage-shift': 'calibrations/image-and-stage-shift/stage-shift',
  'find-pixel-size': 'calibrations/pixel-size/find-pixel-size',
};
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
/** Probability of the joint chi-square below which a good result is wrong. */
const minProbability = 1e-7;

/** Options of a virtual microscope that does nothing by itself: all that moves or disturbs comes from the world. */
const stillMicroscope = {
  driftNmPerSecond: [0, 0],
  stageCycleError: [0, 0],
  stageBacklashMicrometres: 0,
  stageRepeatabilityNm: 0,
  stageSettlingFraction: 0,
  imageShiftSettlingFraction: 0,
  imageShiftSettlingFractionLowMagnification: 0,
};

/** Options of a virtual microscope as the calibrations know it. */
const knownMicroscope = (chance: Chance, cycles: readonly [number, number]) => ({
  driftNmPerSecond: [chance.between(-0.2, 0.2), chance.between(-0.2, 0.2)],
  stageCyclesMicrometres: cycles,
  stageCycleError: [chance.between(0.03, 0.12), chance.between(0.03, 0.12)],
  stageCyclePhasesDegrees: [chance.between(0, 360), chance.between(0, 360)],
  stageBacklashMicrometres: chance.between(0.1, 0.5),
  stageRepeatabilityNm: chance.between(5, 30),
  imageShiftSettlingFraction: chance.between(0, 0.1),
  imageShiftSettlingSeconds: chance.between(0.15, 0.5),
  imageShiftSettlingFractionLowMagnification: chance.between(0, 0.1),
  imageShiftSettlingSecondsLowMagnification: chance.between(0.15, 0.5),
});

/** Calibrates with an item in the world of a kind, or in a known one where no kind is given. The seed draws all of it. */
export async function measureInWorld(item: MeasuredItem, kind: string | undefined, seed: number): Promise<Measured> {
  const chance = new Chance(seed * 1009 + 100 * (kind === undefined ? 99 : Object.keys(kinds).indexOf(kind)));
  const { configuration, side, magIndexes, cycles } = chance.pick(worldInstruments);
  const magIndex = chance.pick(magIndexes[item]);
  const pixels = (kind === undefined ? undefined : kinds[kind]!.pixels) ?? [-0.05, 0.05];
  const specimenAngleDegrees = chance.between(0, 90);
  const simulator = {
    seed,
    specimenAngleDegrees,
    pixelScaleError: chance.between(...pixels),
    rotationErrorDegrees: chance.between(-4, 4),
    contrast: chance.between(0.08, 0.2),
    electronsPerFieldPixelPerSecond: chance.factor(100, 600),
    ...(kind === undefined ? knownMicroscope(chance, cycles) : stillMicroscope),
    ...(item === 'find-pixel-size' && { specimen: 'cross-grating' }),
  };
  const clock = new VirtualClock(new Date());
  await using instrument = await virtualInstrument({
    configuration,
    clock,
    edit: withSide(side[item]),
    magIndex,
    simulator,
  });
  const [imageShift, stage] = [trueImageShift(instrument, magIndex), trueStage(instrument, magIndex)];
  let world: ForeignWorld = emptyWorld;
  if (kind !== undefined) {
    const pixel = 1 / Math.sqrt(Math.abs(determinant(stage)));
    world = drawWorld(kind, chance, {
      item,
      cycles,
      seed,
      field: side[item] * pixel,
      pixel: (side[item] / 512) * pixel,
      coils: side[item] / length(firstColumn(imageShift)),
    });
    const { registry } = instrument.kernel;
    const { microscope } = registry.get(VirtualInstrument);
    // Cameras that deliver pixels of super-resolution have two of them on a pixel of the properties.
    const fine = registry.get(Settings).cameras[0]!.pixelsPerPropertyPixel;
    putInto(world, microscope as WrappedMicroscope, {
      now: () => clock.now(),
      camera: { width: fine * side[item], height: fine * side[item] },
      imageShift: scaleMatrix(imageShift, fine),
      stage: scaleMatrix(stage, fine),
      pixel: pixel / fine,
    });
  }
  const given = { instrument, magIndex, chance, specimenAngleDegrees };
  const measured = await attempt(async () => {
    if (item === 'image-shift') return calibrateImageShift(given, seenThrough(world, imageShift));
    if (item === 'stage-shift') return calibrateStage(given, seenThrough(world, stage));
    return findPixelSize(given, seenThrough(world, stage));
  });
  return { ...measured, faults: wrongAndGood(measured) };
}

interface Given {
  readonly instrument: Instrument;
  readonly magIndex: number;
  readonly chance: Chance;
  readonly specimenAngleDegrees: number;
}

/** The outcome of a measurement; a refusal has its code in the place of a verdict. */
async function attempt(measure: () => Promise<Measured>): Promise<Measured> {
  try {
    return await measure();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined || !/^(calibration|image-shift|stage-shift|pixel-size|run|acquisition)\//.test(code))
      throw error;
    return { errors: {}, verdict: code };
  }
}

async function calibrateImageShift({ instrument, magIndex, chance }: Given, truth: Matrix): Promise<Measured> {
  instrument.calibrations.imageShift.set(
    asMagIndex(magIndex),
    cameraIndex(0),
    scaleMatrix(product(rotation(chance.between(-5, 5)), truth), chance.between(0.9, 1.1)),
    { sessionMeasured: false },
  );
  return ofMatrix(await runItem(instrument, worldItems['image-shift']), truth);
}

const calibrateStage = async ({ instrument }: Given, truth: Matrix): Promise<Measured> =>
  ofMatrix(await runItem(instrument, worldItems['stage-shift'], { 'small-extent': 'yes' }), truth);

/** Errors of the elements in percent of the largest. */
function ofMatrix({ result }: Awaited<ReturnType<typeof runItem>>, truth: Matrix): Measured {
  const found = result!.values as unknown as Matrix;
  const stated = result!.standardErrors as unknown as Matrix;
  const size = Math.max(...elements.map((element) => Math.abs(truth[element])));
  return {
    errors: { elements: elements.map((element) => (100 * (found[element] - truth[element])) / size) },
    stated: { elements: elements.map((element) => (100 * stated[element]) / size) },
    verdict: result!.quality!.verdict ?? 'without a verdict',
  };
}

async function findPixelSize({ instrument, specimenAngleDegrees }: Given, stage: Matrix): Promise<Measured> {
  const { registry } = instrument.kernel;
  await takeImage(instrument);
  const { result } = await runItem(instrument, worldItems['find-pixel-size']);
  const onCamera = product(stage, registry.get(Optics).nominalSpecimenToStage);
  const perPixel = registry.get(Settings).cameras[0]!.pixelsPerPropertyPixel;
  const truth = (1000 * perPixel) / Math.sqrt(Math.abs(determinant(onCamera)));
  const { pixelSize, gridAngle } = result!.values as { pixelSize: number; gridAngle: number };
  const stated = result!.standardErrors as { pixelSize: number; gridAngle: number };
  return {
    errors: {
      percent: 100 * (pixelSize / truth - 1),
      degrees: quarterTurnsApart(gridAngle, specimenAngleDegrees + matrixAngle(onCamera).angle),
    },
    stated: { percent: (100 * stated.pixelSize) / truth, degrees: stated.gridAngle },
    verdict: result!.quality!.verdict ?? 'without a verdict',
  };
}

/** A good result that its stated errors cannot explain, in a sentence. */
function wrongAndGood({ verdict, errors, stated = {} }: Measured): readonly string[] {
  if (verdict !== 'good') return [];
  const flat = (values: Measured['errors']): readonly number[] => Object.values(values).flat();
  const [off, claims] = [flat(errors), flat(stated)];
  const chiSquare = off.reduce((sum, error, index) => sum + (error / claims[index]!) ** 2, 0);
  const probability = chiSquareTail(chiSquare, off.length);
  return probability >= minProbability
    ? []
    : [
        `it is called good with a joint chi-square of ${chiSquare.toFixed(0)} over ${off.length} (p = ${probability.toExponential(0)}), ${Math.max(...off.map(Math.abs)).toFixed(3)} off`,
      ];
}
