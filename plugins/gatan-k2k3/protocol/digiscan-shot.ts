/** A scan in DigiScan's own terms. */
export interface DigiScanShot {
  readonly width: number;
  readonly height: number;
  /** Numbers of the signals that are read; the first one is the image of the scan. */
  readonly signals: readonly number[];
  /** Degrees. */
  readonly rotation: number;
  /** Microseconds. */
  readonly pixelTime: number;
  readonly lineSync: number;
  readonly divideBy2: number;
  /** Seconds from the request to the first pixel, for a line and for the whole. */
  readonly startup: number;
  readonly lineTime: number;
  readonly frameTime: number;
}
