import { badArgument, constantImage, noOverlap } from '../errors';
import { wasm } from '../fft/wasm';
import { layoutOf, requireSameShape, type Image } from '../image';
import type { AlongAxes, Displacement } from './displacement';
import { findingsOfDisplacement } from './displacement-findings';
import { Frames } from './frames';

/** Options of the comparison of two images. */
export interface RegistrationOptions {
  /** The images are binned until their larger side is at most this many pixels; 512, or 1024 for images above 1e8 pixels. */
  readonly largestSide?: number;
  /** Share of the larger side that is removed at each edge; 0.04. */
  readonly trimFraction?: number;
  /** Padding in shares of the used size; 0.9. */
  readonly padFraction?: number;
  /** Share of the image over which each edge is tapered; 0.1. */
  readonly taperFraction?: number;
  /** Width of the high-pass filter in cycles per binned pixel; 0.03, 0 for none. */
  readonly highPassSigma?: number;
  /** Radius at which the low-pass filter begins, in cycles per binned pixel; 0.25. */
  readonly lowPassRadius?: number;
  /** Width of the fall-off of the low-pass filter, in cycles per binned pixel; 0.05. */
  readonly lowPassSigma?: number;
  /** Peaks below this share of the highest are ignored; 0.2. */
  readonly peakThreshold?: number;
  /** Number of the highest peaks that are compared by their correlation coefficient; 50. */
  readonly largestPeakCount?: number;
  /**
   * Ignores a peak within 0.25 binned pixels of no shift when there is another one, because it is a fixed pattern of
   * the camera; false.
   */
  readonly ignoreZeroPeak?: boolean;
  /** Shifts with an overlap below this share of the used area are ignored; 0.05. */
  readonly smallestOverlap?: number;
  /**
   * Largest distance of the answer from the expected shift, in pixels of the images. An answer near it or beyond is not
   * trusted; unlimited.
   */
  readonly within?: number | undefined;
  /** Two threads give the same numbers sooner; 1. */
  readonly threads?: 1 | 2;
}

const defaults = {
  trimFraction: 0.04,
  padFraction: 0.9,
  taperFraction: 0.1,
  highPassSigma: 0.03,
  lowPassRadius: 0.25,
  lowPassSigma: 0.05,
  peakThreshold: 0.2,
  largestPeakCount: 50,
  ignoreZeroPeak: false,
  smallestOverlap: 0.05,
  threads: 1 as 1 | 2,
};

/** Images with more pixels than this are compared at 1024 instead of 512 pixels. */
const manyPixels = 1e8;
const framesKept = 12;
/** Binned pixels that a side needs for a correlation. */
const smallestSide = 16;
const optionCount = 12;
const resultCount = 8;
/** Share of the pixels that the band-pass filter leaves independent of one another. */
const independentShare = 0.2;
/**
 * Error of a peak that was not refined, in binned pixels: this over the correlation. Peaks with a correlation of 0.1
 * are off by 0.75 px rms.
 */
const peakError = 0.075;
const minCorrelation = 0.02;
/** Rows or columns per share of a thread. */
const linesShared = 32;
/** Answer of the engine when nothing is left after trimming. */
const tooSmallAnswer = 1;

let frames: Frames | undefined;
let exchange: number | undefined;

/**
 * Measures the shift between two images by their cross-correlation.
 *
 * The images are binned, trimmed, tapered, padded and band-pass filtered; peaks and their wrapped alternatives are
 * compared by correlation coefficient x overlap^(1/6), and the best is refined by the phases of the cross spectrum. The
 * prepared form of an image is kept while its pixel array lives, so comparing one reference with many images is cheap.
 */
export class Registration {
  private readonly options: typeof defaults;
  private readonly largestSide: number | undefined;
  private readonly within: number | undefined;

  /** @throws ImagingError 'imaging/bad-argument' for an option outside its range */
  constructor(options: RegistrationOptions = {}) {
    const { largestSide, within, ...given } = options;
    this.options = {
      ...defaults,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    };
    this.largestSide = largestSide;
    this.within = within;
    this.check();
  }

  /**
   * The shift that aligns `later` with `reference`: a feature at p in `reference` and at p - d in `later` gives d.
   *
   * @param later shape [rows, columns], row 0 at the top
   * @param reference the same shape
   * @param known approximate answer when there is one, in the sense and unit of the answer (X right, Y UP, pixels of the images)
   * @throws ImagingError 'imaging/shape-mismatch', 'imaging/empty-image', 'imaging/not-finite',
   * 'imaging/constant-image', 'imaging/bad-size' for images too small to correlate, 'imaging/no-overlap' when no shift
   * leaves enough in common
   */
  measure(later: Image, reference: Image, known?: AlongAxes): Displacement {
    const expected = known ?? { x: 0, y: 0 };
    const where = 'Registration.measure';
    const laterLayout = layoutOf(later, where);
    const referenceLayout = layoutOf(reference, where);
    requireSameShape(later, reference, where);
    if (!Number.isFinite(expected.x) || !Number.isFinite(expected.y))
      throw badArgument(where, `an expected shift of ${expected.x}, ${expected.y}`);
    const { rows, columns } = laterLayout;
    const factor = Math.ceil(
      Math.max(rows, columns) / (this.largestSide ?? (rows * columns > manyPixels ? 1024 : 512)),
    );
    if (Math.floor(Math.min(rows, columns) / factor) < smallestSide) {
      throw badArgument(
        where,
        `${rows} x ${columns} pixels are too few to correlate`,
        `Use images of at least ${smallestSide} pixels a side after binning by ${factor}.`,
      );
    }
    const engine = wasm();
    frames ??= new Frames(engine, framesKept);
    const referenceFrame = frames.frame(referenceLayout, factor, where);
    const laterFrame = frames.frame(laterLayout, factor, where);
    exchange ??= engine.reserve(8 * (optionCount + resultCount));
    const { options } = this;
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
    const given = [laterFrame.address, referenceFrame.address, exchange, exchange + 8 * optionCount] as const;
    const failure = options.threads === 2 ? registerOnTwoThreads(...given) : engine.register(...given);
    if (failure === 2) throw constantImage(where);
    if (failure !== 0) throw noOverlap(where, options.smallestOverlap);
    const result = new Float64Array(engine.buffer, exchange + 8 * optionCount, resultCount);
    const used = 1 - 2 * options.trimFraction;
    // With an expected shift, the overlap is a share of the expected common parts, which are a tenth larger on one
    // side.
    const [width, height] = [
      columns * Math.min(used, used + 0.1 - Math.abs(expected.x) / columns),
      rows * Math.min(used, used + 0.1 - Math.abs(expected.y) / rows),
    ];
    return this.displacement(result, factor, Math.max(0, width * height) / (factor * factor), known);
  }

  private displacement(
    result: Float64Array,
    factor: number,
    pixels: number,
    expected: AlongAxes | undefined,
  ): Displacement {
    const [right = 0, down = 0, correlation = 0, overlap = 0, errorX = NaN, errorY = NaN, zeroIgnored = 0, rival = 0] =
      result;
    // rows count downwards, the camera upwards
    const found = { x: right * factor, y: -down * factor };
    const significance = correlation * Math.sqrt(independentShare * overlap * pixels);
    const { smallestOverlap } = this.options;
    const { within } = this;
    const facts = { found, expected, within, correlation, overlap, smallestOverlap, significance, rivalHeight: rival };
    const findings = findingsOfDisplacement(facts);
    const refined = Number.isFinite(errorX) && Number.isFinite(errorY);
    const ofPeak = peakError / Math.max(correlation, minCorrelation);
    return {
      ...found,
      correlation,
      overlap,
      binnedBy: factor,
      standardError: refined ? { x: errorX * factor, y: errorY * factor } : { x: ofPeak * factor, y: ofPeak * factor },
      refined,
      significance,
      trusted: findings.length === 0,
      findings,
      rivalHeight: rival,
      ...(zeroIgnored !== 0 ? { zeroPeakIgnored: true } : {}),
    };
  }

  private check(): void {
    const { options, largestSide, within } = this;
    if (within !== undefined && !(within > 0))
      throw badArgument('Registration', `within is ${within}`, 'Use a length above 0.');
    const inside = (name: keyof typeof defaults, low: number, high: number) => {
      const value = Number(options[name]);
      if (!(value >= low && value <= high))
        throw badArgument('Registration', `${name} is ${value}`, `Use a value from ${low} to ${high}.`);
    };
    inside('trimFraction', 0, 0.4);
    inside('padFraction', 0, 2);
    inside('taperFraction', 0, 0.5);
    inside('highPassSigma', 0, 1);
    inside('lowPassRadius', 0, 1);
    inside('lowPassSigma', 0, 1);
    inside('peakThreshold', 0, 1);
    inside('largestPeakCount', 1, 1000);
    inside('smallestOverlap', 0.001, 1);
    inside('threads', 1, 2);
    if (largestSide !== undefined && !(largestSide >= smallestSide && largestSide <= 4096)) {
      throw badArgument('Registration', `largestSide is ${largestSide}`, `Use a value from ${smallestSide} to 4096.`);
    }
  }
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
