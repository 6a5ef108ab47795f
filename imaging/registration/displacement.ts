/** Two numbers along the axes of the camera: X to the right, Y UPWARDS, in pixels of the images given. */
export interface AlongAxes {
  readonly x: number;
  readonly y: number;
}

/**
 * Reason for which a displacement is not trusted.
 *
 * - `chance`: the correlation is no better than that of unrelated images.
 * - `rival`: another shift fits the images as well, or better.
 * - `edge`: the answer lies at the edge of the shifts that were possible, so the right one may lie beyond.
 * - `stayed`: the images show (nearly) no shift where a large one was expected, as with a pattern fixed to the camera.
 * - `disagreement`: two estimates of the same shift differ by more than their errors allow.
 */
export type DisplacementFindingCode = 'chance' | 'rival' | 'edge' | 'stayed' | 'disagreement';

/** Reason why a displacement may be wrong. */
export interface DisplacementFinding {
  readonly code: DisplacementFindingCode;
  /** The doubt in a sentence with numbers, for an operator. */
  readonly text: string;
}

/** Estimate of a displacement with its errors, in pixels of the images given. */
export interface ShiftEstimate extends AlongAxes {
  /** Standard errors. */
  readonly standardError: AlongAxes;
}

/** Shift of the later of two images against the earlier. */
export interface Displacement {
  /** The shift to apply to `later` to align it with `reference`, in pixels of the images given, to the right. */
  readonly x: number;
  /** The shift to apply to `later` to align it with `reference`, in pixels of the images given, UPWARDS. */
  readonly y: number;
  /** Pearson's correlation coefficient of the filtered pixels that overlap at that shift, to whole binned pixels. */
  readonly correlation: number;
  /** The share of the smaller used area that overlaps, 0 to 1. */
  readonly overlap: number;
  /** Pixels of the source images, along each axis, per compared pixel. */
  readonly binnedBy: number;
  /**
   * Standard errors of x and y in pixels: noise and what differs between the parts of the field. When only the peak was
   * located, they come from its width and height, and grow as the correlation falls.
   */
  readonly standardError: AlongAxes;
  /** True when the shift is refined beyond the peak of the correlation. */
  readonly refined: boolean;
  /** Another estimate of the same shift by another method; absent when only the peak was located. */
  readonly secondEstimate?: ShiftEstimate;
  /**
   * Scatter of the shift between the parts of the field in pixels, beyond noise and a linear change: distortion, or
   * something that moves on its own. It is part of the standard error; absent when only the peak was located.
   */
  readonly fieldScatter?: number;
  /** Set when a peak at no shift was ignored. */
  readonly zeroPeakIgnored?: boolean;
  /** The correlation in standard deviations of that of unrelated images with this overlap. */
  readonly significance: number;
  /**
   * Share of the detail above noise in which the images agree, near 1 when nothing but noise differs; absent when only
   * the peak was located.
   */
  readonly agreement?: number;
  /** True when there is no finding. Shifts beyond two thirds of the field are often not found. */
  readonly trusted: boolean;
  /** Reasons why the shift may be wrong; empty when it is trusted. */
  readonly findings: readonly DisplacementFinding[];
  /**
   * Height of the highest other peak as a share of the chosen one; 0 when there is none. Near 1 the answer is
   * ambiguous.
   */
  readonly rivalHeight: number;
}
