import { cameraIndex, magIndex as asMagIndex, scaleMatrix } from '../../core/base';
import { Stage } from '../../core/devices';
import { ImageBuffers } from '../../core/kernel';
import { matrixError, runItem, trueImageShift, trueStage, virtualInstrument } from '../../testing/virtual-instrument';
import { type CameraChange, type Measured, broken } from '../harness/table';
import { fromScratch, imageShift } from './image-shift';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';

/** Answers with which an operator keeps what the calibration doubts. */
export const keepDoubtful = { doubtful: 'yes', forget: 'no' };

interface Choices {
  readonly item?: string;
  readonly answers?: Readonly<Record<string, string>>;
  /** Changes the camera, such as into a smaller one. */
  readonly camera?: CameraChange | undefined;
}

/** Runs an item and gives the code of its error, or its remarks. */
async function outcomeOf(
  instrument: Awaited<ReturnType<typeof virtualInstrument>>,
  item: string,
  answers: Readonly<Record<string, string>>,
) {
  try {
    const { result, said } = await runItem(instrument, item, answers);
    return { code: undefined, message: '', remarks: result!.quality?.remarks ?? [], said };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined) throw error;
    return { code, message, remarks: [], said: [] };
  }
}

/** Calibrates image shift over an earlier matrix that is a little off, where the item is not IS from Scratch. */
export async function attemptImageShift(
  simulator: Readonly<Record<string, unknown>>,
  magIndex: number,
  { item = imageShift, answers = {}, camera = (yaml) => yaml }: Choices = {},
) {
  await using instrument = await virtualInstrument({ simulator, magIndex, edit: camera });
  const truth = trueImageShift(instrument, magIndex);
  const earlier = scaleMatrix(truth, 1.03);
  if (item !== fromScratch)
    instrument.calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), earlier, { sessionMeasured: false });
  const outcome = await outcomeOf(instrument, item, answers);
  const stored = instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0));
  return {
    ...outcome,
    percent: stored ? matrixError(stored, truth).percent : NaN,
    untouched: item === fromScratch ? stored === undefined : stored?.xpx === earlier.xpx,
    image: instrument.kernel.registry.get(ImageBuffers).get('A')!,
  };
}

/** Calibrates the stage over an earlier matrix that is a little off. */
export async function attemptStageShift(
  simulator: Readonly<Record<string, unknown>>,
  magIndex: number,
  { answers = {}, camera = (yaml) => yaml, wholeImage = true }: Choices & { readonly wholeImage?: boolean } = {},
) {
  await using instrument = await virtualInstrument({ simulator, magIndex, edit: camera });
  const truth = trueStage(instrument, magIndex);
  const earlier = scaleMatrix(truth, 1.03);
  instrument.calibrations.stage.set(asMagIndex(magIndex), cameraIndex(0), earlier);
  const stage = instrument.kernel.registry.get(Stage);
  const before = await stage.position.read();
  if (!wholeImage) await runItem(instrument, 'calibrations/image-and-stage-shift/whole-image-corr');
  const outcome = await outcomeOf(instrument, stageShift, answers);
  const after = await stage.position.read();
  const stored = instrument.calibrations.stage.get(asMagIndex(magIndex), cameraIndex(0))!;
  return {
    ...outcome,
    percent: matrixError(stored, truth).percent,
    untouched: stored.xpx === earlier.xpx,
    back: Math.hypot(after.x - before.x, after.y - before.y) < 0.1e-6,
  };
}

/** An outcome with the rules that hold of every camera whose gain reference is stale by a strength: it is reported, or does no harm. */
export function staleGainRules(
  strength: number,
  {
    code,
    message,
    remarks,
    percent,
    untouched,
    back = true,
  }: {
    readonly code: string | undefined;
    readonly message: string;
    readonly remarks: readonly string[];
    readonly percent: number;
    readonly untouched: boolean;
    readonly back?: boolean;
  },
  maxPercent: number,
): Readonly<Record<string, boolean>> {
  const reported = code === 'calibration/fixed-pattern';
  return {
    [`what is stored is right to ${maxPercent} %`]: code !== undefined || percent < maxPercent,
    'a refusal is that of a fixed pattern': code === undefined || reported,
    'a refusal names the images': code === undefined || /Images \d+ and \d+: a pattern of the camera/.test(message),
    'a refusal leaves calibration and stage as they were': code === undefined || (untouched && back),
    'a strong pattern is refused': strength < 0.6 || reported,
    'a pattern is reported': strength < 0.2 || /fixed-pattern|pattern of the camera/.test(code ?? remarks.join()),
  };
}

/** Rules that hold of every specimen that repeats: the calibration refuses it, says by how much it repeats, and leaves everything as it was. */
export const periodicRules = ({
  code,
  message,
  untouched,
  back = true,
}: {
  readonly code: string | undefined;
  readonly message: string;
  readonly untouched: boolean;
  readonly back?: boolean;
}): Readonly<Record<string, boolean>> => ({
  'it is refused as periodic': code === 'calibration/periodic-specimen',
  'the period is given': /repeats every [\d.]+ um \([\d.]+ pixels/.test(message),
  'calibration and stage are as they were': untouched && back,
});

/** Rows of a table, with the strength of the pattern that a stale gain reference leaves, as a share of the contrast. */
export const staleGains = {
  'a gain stale by 0.05': 0.05,
  'a gain stale by 0.2': 0.2,
  'a gain stale by 0.6': 0.6,
  'a gain stale by 1': 1,
};

/** A specimen like any other, with the contrast and the light of a seed. */
export const ordinarySpecimen = (seed: number) => ({
  seed,
  contrast: 0.05 + (0.15 * (seed % 7)) / 6,
  electronsPerFieldPixelPerSecond: [400, 20, 100, 8][seed % 4]!,
});

/** The outcome of an attempt as a table counts it, with the rules that it breaks. */
export const measuredBy = (
  { code, percent }: { readonly code: string | undefined; readonly percent: number },
  rules: Readonly<Record<string, boolean>>,
): Measured => ({
  errors: code === undefined ? { percent } : {},
  verdict: code ?? 'stored',
  faults: broken(rules),
});
