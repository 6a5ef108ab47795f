import type { Metres, Seconds } from '../base';

/** Where the computer of a camera saves the frames of an exposure. */
export interface FrameSaving {
  /** Folder in the file system of the camera's computer. */
  readonly folder: string;
  /** Name of the file without its extension, which depends on the format. */
  readonly name: string;
  /** Size of a pixel of the frames at the specimen, for the header of the file. */
  readonly pixelSize?: Metres;
  /**
   * Makes the camera return as soon as it has added up this many frames, while it goes on saving; the image is the sum of those only.
   * The sum of all is there for `deferredSum` afterwards.
   */
  readonly returnAfter?: number;
}

/** How an exposure is divided into frames (dose fractions). */
export interface FrameSeries {
  /** Exposure of one frame. */
  readonly frameTime: Seconds;
  /** The frames are only added up without it. */
  readonly saving?: FrameSaving;
}

/** How a camera can divide its exposures. */
export interface FrameTraits {
  readonly shortestFrame: Seconds;
  /** Frame times are whole multiples of it. */
  readonly step: Seconds;
}

/** What became of the frames of an exposure. */
export interface FrameReport {
  /** How many frames the exposure had. */
  readonly count: number;
  /** How many were saved; 0 when none were to be, undefined while the camera still saves. */
  readonly saved?: number;
  /** Electrons per physical pixel and second, as the camera itself measured it; undefined when it does not tell. */
  readonly doseRate?: number;
}
