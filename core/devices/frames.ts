import type { Metres, Seconds } from '../base';

/** Place on the camera's computer for the frames of an exposure. */
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

/** Division of an exposure into frames (dose fractions). */
export interface FrameSeries {
  /** Exposure of one frame. */
  readonly frameTime: Seconds;
  /** The frames are only added up without it. */
  readonly saving?: FrameSaving;
}

/** Limits for the division of exposures into frames. */
export interface FrameTraits {
  readonly shortestFrame: Seconds;
  /** Frame times are whole multiples of it. */
  readonly step: Seconds;
}

/** Report on the frames of an exposure. */
export interface FrameReport {
  /** Number of frames of the exposure. */
  readonly count: number;
  /** Number of saved frames; 0 when none were requested, undefined while the camera still saves. */
  readonly saved?: number;
  /** Electrons per physical pixel and second, as the camera itself measured it; undefined when it does not tell. */
  readonly doseRate?: number;
}
