import type { Image } from '../../imaging';
import type { CameraIndex, Seconds } from '../base';
import { device } from './device';
import type { FrameReport, FrameSeries, FrameTraits } from './frames';
import type { ScanReport, ScanSettings, ScanTraits } from './scans';

/** A rectangle on the camera in unbinned pixels, origin at the top left, `right` and `bottom` exclusive. */
export interface CameraArea {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Processing of a raw image in the camera before it is delivered. */
export type Processing = 'unprocessed' | 'dark subtracted' | 'gain normalized';

/** Read mode of the camera. */
export type ReadMode = 'linear' | 'counting' | 'super-resolution';

/**
 * The shutter that lets the electrons of an image through: one behind the specimen, the blanker before it, both so that the beam comes early
 * enough to settle the specimen, or none, for a camera that is read as it is.
 */
export type Shutter = 'film' | 'beam' | 'dual' | 'none';

/** The blanker of the column during one exposure. Times count from the request of the image. */
export interface BlankerTiming {
  /** Seconds for which the beam stays blanked; infinite for an image without beam. */
  readonly blankedFor: Seconds;
  /** Seconds after which it is blanked again; it stays on by default. */
  readonly blankedFrom?: Seconds;
}

/** Everything that decides one image. */
export interface Exposure {
  readonly binning: number;
  readonly area: CameraArea;
  readonly exposure: Seconds;
  /** Time for which the specimen is illuminated before the exposure. */
  readonly driftSettling: Seconds;
  readonly processing: Processing;
  readonly readMode: ReadMode;
  /** Divides the exposure into frames; refused by cameras that cannot. */
  readonly frames?: FrameSeries;
  /** Of a camera that scans; refused by others. */
  readonly scanning?: ScanSettings;
  /** One of the shutters of the camera; the first of them by default. */
  readonly shutter?: Shutter;
  /** Has the column's blanker work during the exposure; refused on columns whose blanker cannot. Without it the beam is on all the time. */
  readonly blanker?: BlankerTiming;
}

/** One image as the camera delivered it. */
export interface Frame {
  /** Shape [rows, columns], row 0 at the top, in counts. */
  readonly image: Image<Uint16Array | Int16Array | Float32Array>;
  /** The settings that the image was really taken with. */
  readonly exposure: Exposure;
  readonly camera: CameraIndex;
  /** When the exposure began, on the program's clock. */
  readonly began: Seconds;
  /** Of an exposure that was divided into frames. */
  readonly frames?: FrameReport;
  /** Of a scan. */
  readonly scan?: ScanReport;
}

/** Characteristics of a camera for its users. */
export interface CameraTraits {
  /** Number of the camera in the properties file. */
  readonly index: CameraIndex;
  readonly name: string;
  /** Size in unbinned pixels as delivered. */
  readonly width: number;
  readonly height: number;
  readonly binnings: readonly number[];
  /** True for a direct electron detector, for which calibrations use twice the image size. */
  readonly directDetector: boolean;
  /** True for a camera behind a post-column filter; it uses the EFTEM column of the magnification table. */
  readonly behindFilter: boolean;
  readonly stem: boolean;
  readonly shortestExposure: Seconds;
  /** Exposure that is lost to the shutter. */
  readonly deadTime: Seconds;
  /** Time between the request and the beginning of the exposure. */
  readonly startupDelay: Seconds;
  readonly builtInSettling: Seconds;
  /** The shutters among which it can choose, the usual one first. */
  readonly shutters?: readonly Shutter[];
  /** True for a camera without shutter before whose exposures the beam stays blanked until they begin, where the column can time its blanker. */
  readonly blankedUntilStart?: true;
  /** Time for which the beam is needed beyond the exposure, because exposures begin at slightly different times. */
  readonly extraBeamTime?: Seconds;
  /** True when the image shift can be set while the camera still reads out. */
  readonly allowsPostActions: boolean;
  /** Limits for dividing exposures into frames; undefined when that is impossible. */
  readonly frames?: FrameTraits;
  /** Limits of its scans; undefined for a camera that does not scan. */
  readonly scan?: ScanTraits;
}

/** An image detector. */
export interface Camera {
  readonly traits: CameraTraits;
  /** The nearest exposure that the camera accepts; the returned one is what will be used. */
  fit(wanted: Exposure): Exposure;
  /** Takes one image. Never delivers half an image: resolves with a whole one or rejects. */
  acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame>;
  /**
   * Takes images one after the other, as fast as the camera can, and hands each over; the next one waits until `show` has ended. Resolves
   * when the signal has fired or the camera was stopped, and it is idle again. Absent where the camera has no continuous mode.
   */
  watch?(exposure: Exposure, show: (frame: Frame) => void | Promise<void>, signal: AbortSignal): Promise<void>;
  /** The sum of all frames of the last exposure that returned early, once. Absent where the camera cannot return early. */
  deferredSum?(signal?: AbortSignal): Promise<Frame>;
  /** Ends what the camera is doing; harmless when it is idle. */
  stop(): Promise<void>;
}

/** The cameras of the instrument and the one that is selected. */
export interface Cameras {
  /** All active cameras in the order of the site's list. */
  readonly all: readonly Camera[];
  readonly selected: Camera;
  select(index: CameraIndex, signal?: AbortSignal): Promise<void>;
}
/** The token of the cameras. */
export const Cameras = device<Cameras>('Cameras', {
  called: 'a camera',
  part: 'camera',
  settings: {},
  methods: { select: (index: number) => `select camera ${index}` },
  facts: { all: true, selected: true },
});
