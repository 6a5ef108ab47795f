/** A ramp of the focus during a scan, as dynamic focus makes it for a tilted specimen. */
export interface FocusRamp {
  /** Seconds after the request at which the ramp starts. */
  readonly startSeconds: number;
  /** Micrometres of defocus beyond the present one at the start of the ramp; before it, too. */
  readonly from: number;
  readonly micrometresPerSecond: number;
  /** Seconds for which the ramp goes on; the focus then stays. */
  readonly seconds: number;
}

/** Settings of a scan beyond those of an exposure. The exposure is the time on the pixels; the scan itself takes longer. */
export interface ScanRequest {
  /** Detectors that deliver an image; the bright-field one by default. The first is the image of the exposure. */
  readonly detectors?: readonly string[];
  /** Starts every line at the same phase of the mains. */
  readonly lineSync?: boolean;
  /** Degrees by which the image turns counter-clockwise; as the scan generator stands by default. */
  readonly rotationDegrees?: number;
  readonly focusRamp?: FocusRamp;
  /** Times that were planned for it; new ones by default. */
  readonly plan?: ScanPlan;
}

/** Times of a scan, in seconds. */
export interface ScanPlan {
  /** From the request to the first pixel. */
  readonly startup: number;
  readonly pixelTime: number;
  readonly columns: number;
  readonly rows: number;
  /** From the last pixel of a line to the first of the next one, without waiting for the mains. */
  readonly flyback: number;
  /** Beginning of each line after the first pixel. */
  readonly lines: Float64Array;
  /** From the first pixel to the end of the last flyback. */
  readonly duration: number;
}
