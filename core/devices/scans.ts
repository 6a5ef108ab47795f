import type { Image } from '../../imaging';
import type { Radians, Seconds } from '../base';

/** Limits of the scans of a STEM camera. An exposure of such a camera is a scan; its time is that on all pixels together. */
export interface ScanTraits {
  /** Names of the detectors that it reads, the usual one first. */
  readonly detectors: readonly string[];
  /** Number of detectors that it reads in one scan. */
  readonly maxDetectors: number;
  readonly shortestPixelTime: Seconds;
  /** Step of the pixel time; 0 for any. */
  readonly pixelTimeStep: Seconds;
  /** True when the lines of a scan can wait for the mains. */
  readonly lineSync: boolean;
  /** True when a scan can be turned by an angle of its own. */
  readonly rotates: boolean;
  /** True when the column takes no command while it scans. */
  readonly blocksColumn?: true;
}

/** Settings of a scan beyond those of any exposure. */
export interface ScanSettings {
  /** Detectors that are read, the first of which gives the image; the usual one where left out. */
  readonly detectors?: readonly string[];
  /** Starts each line at the same phase of the mains. */
  readonly lineSync?: boolean;
  /** Counter-clockwise turn of the image. */
  readonly rotation?: Radians;
}

/** Course of a scan, and its images. */
export interface ScanReport {
  readonly pixelTime: Seconds;
  /** From one line to the next; undefined where the generator does not tell. */
  readonly lineTime?: Seconds;
  /** Images by detector, in the order in which they were asked for. */
  readonly images: Readonly<Record<string, Image<Uint16Array | Int16Array | Float32Array>>>;
}
