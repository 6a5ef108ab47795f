import { constantImage, noOverlap } from '../errors';
import { wasm } from '../fft/wasm';
import type { ImageLayout } from '../image';
import type { AlongAxes } from './displacement';
import { type Frame, Frames } from './frames';

/** Options of the search for the peak, without those that are left out. */
export interface PeakOptions {
  readonly trimFraction: number;
  readonly padFraction: number;
  readonly taperFraction: number;
  readonly highPassSigma: number;
  readonly lowPassRadius: number;
  readonly lowPassSigma: number;
  readonly peakThreshold: number;
  readonly largestPeakCount: number;
  readonly ignoreZeroPeak: boolean;
  readonly smallestOverlap: number;
  readonly threads: 1 | 2;
}

/** Peak of the correlation of two binned images. */
export interface Peak {
  readonly later: Frame;
  readonly reference: Frame;
  /** Source pixels per pixel of the frames. */
  readonly factor: number;
  /** Shift of the later frame in its pixels, X right and Y DOWN, refined by the phases where there are errors. */
  readonly right: number;
  readonly down: number;
  readonly errors: AlongAxes | undefined;
  readonly correlation: number;
  readonly overlap: number;
  readonly zeroIgnored: boolean;
  readonly rivalHeight: number;
  /** Pixels of the smaller compared area. */
  readonly area: number;
}

const framesKept = 12;
const optionCount = 12;
const resultCount = 8;
/** Rows or columns per share of a thread. */
const linesShared = 32;
/** Answer of the engine when nothing is left after trimming. */
const tooSmallAnswer = 1;

let frames: Frames | undefined;
let exchange: number | undefined;

/** Frames of the images of a comparison; they are kept while their pixel arrays live. */
export const framesInUse = (): Frames => (frames ??= new Frames(wasm(), framesKept));

/**
 * Finds the peak of the correlation of two images of one shape, binned by a factor.
 *
 * @param expected approximate shift in pixels of the images, X right and Y UP
 */
export function findPeak(
  laterLayout: ImageLayout,
  referenceLayout: ImageLayout,
  factor: number,
  expected: AlongAxes,
  options: PeakOptions,
  where: string,
): Peak {
  const engine = wasm();
  const reference = framesInUse().frame(referenceLayout, factor, where);
  const later = framesInUse().frame(laterLayout, factor, where);
  exchange ??= engine.reserve(8 * (optionCount + resultCount));
  new Float64Array(engine.buffer, exchange, optionCount).set([
    expected.x / factor,
    -expected.y / factor,
    options.trimFraction,
    options.padFraction,
    options.taperFraction,
    options.highPassSigma,
    options.lowPassRadius,
    options.lowPassSigma,
    options.peakThreshold,
    options.largestPeakCount,
    options.ignoreZeroPeak ? 1 : 0,
    options.smallestOverlap,
  ]);
  const given = [later.address, reference.address, exchange, exchange + 8 * optionCount] as const;
  const failure = options.threads === 2 ? registerOnTwoThreads(...given) : engine.register(...given);
  if (failure === 2) throw constantImage(where);
  if (failure !== 0) throw noOverlap(where, options.smallestOverlap);
  const [right = 0, down = 0, correlation = 0, overlap = 0, errorX = NaN, errorY = NaN, zeroIgnored = 0, rival = 0] =
    new Float64Array(engine.buffer, exchange + 8 * optionCount, resultCount);
  const used = 1 - 2 * options.trimFraction;
  const { rows, columns } = laterLayout;
  // With an expected shift, the overlap is a share of the expected common parts, which are a tenth larger on one side.
  const [width, height] = [
    columns * Math.min(used, used + 0.1 - Math.abs(expected.x) / columns),
    rows * Math.min(used, used + 0.1 - Math.abs(expected.y) / rows),
  ];
  return {
    later,
    reference,
    factor,
    right,
    down,
    errors: Number.isFinite(errorX) && Number.isFinite(errorY) ? { x: errorX, y: errorY } : undefined,
    correlation,
    overlap,
    zeroIgnored: zeroIgnored !== 0,
    rivalHeight: rival,
    area: Math.max(0, width * height) / (factor * factor),
  };
}

/** The steps of `register` one by one; the second thread shares the long ones. */
function registerOnTwoThreads(later: number, reference: number, options: number, result: number): number {
  const engine = wasm();
  const task = engine.task_new(later, reference, options);
  if (task === 0) return tooSmallAnswer;
  const [ours, theirs] = [
    [task, 0],
    [task, 1],
  ];
  engine.share('task_prepare', ours, theirs, 2, 1);
  engine.share('task_columns', ours, theirs, engine.task_width(task), linesShared);
  engine.share('task_rows', ours, theirs, engine.task_height(task), linesShared);
  const failure = engine.task_choose(task);
  if (failure === 0) engine.share('task_overlap', ours, theirs, 2, 1);
  engine.task_end(task, result);
  return failure;
}
