import { badArgument, shapeMismatch } from '../errors';
import { type Image, type ImageLayout, layoutOf } from '../image';
import type { AlongAxes, Displacement } from './displacement';
import { findingsOfDisplacement } from './displacement-findings';
import { align, type Cut, type Cutter, distance, shareWithoutStripes } from './alignment';
import type { Pair } from './cross-spectrum';
import type { ImagePart } from './field-fit';
import type { Frame } from './frames';
import { findPeak, framesInUse, type Peak } from './peak';

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

const where = 'Registration.measure';
/** Images with more pixels than this are compared at 1024 instead of 512 pixels. */
const manyPixels = 1e8;
/** Binned pixels that a side needs for a correlation. */
const smallestSide = 16;
/** Share of the pixels that the band-pass filter leaves independent of one another. */
const independentShare = 0.2;
/**
 * Error of a peak that was not refined, in binned pixels: this over the correlation. Peaks with a correlation of 0.1
 * are off by 0.75 px rms.
 */
const peakError = 0.075;
const minCorrelation = 0.02;
/** Share of the significance that is left without the stripes that a camera may have, when it is a specimen that moved along them. */
const minShareWithoutStripes = 0.5;
/** Side in compared pixels from which a field can be fitted in any case. */
const smallestFit = 32;

/**
 * Measures the shift between two images by their cross-correlation.
 *
 * The images are binned, trimmed, tapered, padded and band-pass filtered; peaks and their wrapped alternatives are
 * compared by correlation coefficient x overlap^(1/6), and the best is refined by the phases of the cross spectrum. The
 * prepared form of an image is kept while its pixel array lives, so comparing one reference with many images is cheap.
 */
export class Registration {
  protected readonly options: typeof defaults;
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
    const [laterLayout, referenceLayout] = [layoutOf(later, where), layoutOf(reference, where)];
    const peak = this.peak(laterLayout, referenceLayout, known);
    const { columns, rows } = peak.later;
    const trim = Math.floor(this.options.trimFraction * Math.max(rows, columns) + 1);
    const part = (frame: Frame, left: number, top: number): ImagePart => ({
      pixels: framesInUse().pixels(frame),
      stride: frame.columns,
      left: trim + left,
      top: trim + top,
    });
    const cut = ([right, down]: Pair): Cut | undefined => {
      const [x, y] = [Math.round(right), Math.round(down)];
      return {
        base: [x, y],
        later: part(peak.later, Math.max(0, -x), Math.max(0, -y)),
        earlier: part(peak.reference, Math.max(0, x), Math.max(0, y)),
        width: columns - 2 * trim - Math.abs(x),
        height: rows - 2 * trim - Math.abs(y),
      };
    };
    return this.displacement(peak, known, peak.factor, cut);
  }

  /** Peak of the correlation, from which the shift is refined. */
  protected peak(later: ImageLayout, reference: ImageLayout, known: AlongAxes | undefined): Peak {
    if (later.rows !== reference.rows || later.columns !== reference.columns)
      throw shapeMismatch(where, [later.rows, later.columns], [reference.rows, reference.columns]);
    const expected = known ?? { x: 0, y: 0 };
    if (!Number.isFinite(expected.x) || !Number.isFinite(expected.y))
      throw badArgument(where, `an expected shift of ${expected.x}, ${expected.y}`);
    const factor = this.factorFor(later.rows, later.columns);
    if (Math.floor(Math.min(later.rows, later.columns) / factor) < smallestSide) {
      throw badArgument(
        where,
        `${later.rows} x ${later.columns} pixels are too few to correlate`,
        `Use images of at least ${smallestSide} pixels a side after binning by ${factor}.`,
      );
    }
    return findPeak(later, reference, factor, expected, this.options, where);
  }

  /** Source pixels per compared pixel. */
  protected factorFor(rows: number, columns: number): number {
    return Math.ceil(Math.max(rows, columns) / (this.largestSide ?? (rows * columns > manyPixels ? 1024 : 512)));
  }

  /**
   * The displacement by the fit of the field, or by the peak where there is none.
   *
   * @param factor source pixels per pixel of the fit
   */
  protected displacement(peak: Peak, expected: AlongAxes | undefined, factor: number, cut: Cutter): Displacement {
    const { correlation, area, errors } = peak;
    const atPeak: Pair = [(peak.right * peak.factor) / factor, (peak.down * peak.factor) / factor];
    const aligned = align(cut, {
      start: atPeak,
      refined: errors !== undefined,
      rivalHeight: peak.rivalHeight,
      avoid: peak.zeroIgnored ? [0, 0] : undefined,
      expected: expected && [expected.x / factor, -expected.y / factor],
      within: this.within === undefined ? undefined : this.within / factor,
    });
    const ofPeak = (peakError / Math.max(correlation, minCorrelation)) * peak.factor;
    // rows count downwards, the camera upwards
    const absolute = ([right, down]: Pair, [x, y]: Pair = [0, 0]): AlongAxes => ({
      x: (x + right) * factor,
      y: -(y + down) * factor,
    });
    const scaled = ([x, y]: Pair): AlongAxes => ({ x: x * factor, y: y * factor });
    const found = aligned ? absolute(aligned.fit.shift, aligned.base) : absolute(atPeak);
    const overlap = peak.overlap;
    const significance = aligned?.fit.significance ?? correlation * Math.sqrt(independentShare * overlap * area);
    const { smallestOverlap } = this.options;
    const { within } = this;
    const rivalHeight = aligned?.rivalHeight ?? peak.rivalHeight;
    const parts = aligned ? undefined : cut(atPeak);
    const findings = findingsOfDisplacement({
      found,
      expected,
      within,
      correlation,
      overlap,
      smallestOverlap,
      significance,
      rivalHeight,
      agreement: aligned?.fit.agreement,
      estimates: aligned && {
        difference: distance(aligned.fit.shift, aligned.fit.ofPhases) * factor,
        error: Math.hypot(...aligned.fit.error, ...aligned.fit.errorOfPhases) * factor,
        scatter: aligned.fit.scatter * factor,
        pixel: factor,
      },
      stripes:
        aligned !== undefined &&
        Math.min(Math.abs(found.x), Math.abs(found.y)) < 1 &&
        shareWithoutStripes(cut, aligned) < minShareWithoutStripes,
      fitFailed: !aligned && parts !== undefined && Math.min(parts.width, parts.height) >= smallestFit,
    });
    return {
      ...found,
      correlation,
      overlap,
      binnedBy: factor,
      standardError: aligned
        ? scaled(aligned.fit.error)
        : errors
          ? { x: errors.x * peak.factor, y: errors.y * peak.factor }
          : { x: ofPeak, y: ofPeak },
      refined: aligned !== undefined || errors !== undefined,
      ...(aligned && {
        secondEstimate: {
          ...absolute(aligned.fit.ofPhases, aligned.base),
          standardError: scaled(aligned.fit.errorOfPhases),
        },
        fieldScatter: aligned.fit.scatter * factor,
      }),
      significance,
      ...(aligned && { agreement: aligned.fit.agreement }),
      trusted: findings.length === 0,
      findings,
      rivalHeight,
      ...(peak.zeroIgnored ? { zeroPeakIgnored: true } : {}),
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
