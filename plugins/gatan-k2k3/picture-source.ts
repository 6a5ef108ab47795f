import type { CameraArea, Processing, ReadMode } from '../../core/devices';

/** Request for a picture in terms of the detector's chip, before the server turns or mirrors it. */
export interface PictureRequest {
  /** Number of the camera in the server. */
  readonly camera: number;
  /** Physical pixels of the chip. */
  readonly area: CameraArea;
  /** Columns and rows wanted. */
  readonly width: number;
  readonly height: number;
  readonly readMode: ReadMode;
  readonly processing: Processing;
  /** True when the camera itself subtracts dark and normalizes gain before it counts. */
  readonly correctedInCamera: boolean;
  /** True when a shutter stays closed, so that the detector sees no beam. */
  readonly dark: boolean;
  /** Seconds. */
  readonly exposure: number;
  readonly settling: number;
  /** Of a picture that is one of the frames of an exposure: its place from 0, and how many there are. */
  readonly frame?: { readonly place: number; readonly count: number };
  /** Factor on the counts, as the client set it. */
  readonly scaling: number;
}

/** Columns and rows, and counts row after row from the top left. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

/** Kinds of cameras of DigitalMicrograph that differ in what they can read. */
export type StandInKind = 'K2' | 'K3' | 'OneView' | 'CCD';

/** A camera as the stand-in server knows it: the physical size of its chip. */
export interface StandInCamera {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly inserted?: boolean;
  /** Without it, a detector that reads any part of itself. */
  readonly kind?: StandInKind;
}

/** Request for a scan, with its pixel time in microseconds and its rotation in degrees. */
export interface DigiScanRequest {
  readonly width: number;
  readonly height: number;
  readonly signals: Int32Array;
  readonly continuous: number;
  readonly rotation: number;
  readonly pixelTime: number;
  readonly lineSync: number;
}

/** Source of the scans of a stand-in server. */
export interface ScanSource {
  /** Flyback in microseconds, and frequency of the mains in hertz. */
  scanTimes(): { readonly flyback: number; readonly lineFrequency: number };
  /** Scans once; returns the pictures of the signals when the scan is over. Rejects when the signal fires. */
  scan(request: DigiScanRequest, signal: AbortSignal): Promise<readonly Picture[]>;
}

/** Source of the pictures of a stand-in server. */
export interface PictureSource {
  readonly cameras: readonly StandInCamera[];
  /** Of a server with a DigiScan. */
  readonly scans?: ScanSource | undefined;
  /** Takes a picture; returns when the exposure is over. Rejects when the signal fires. */
  expose(request: PictureRequest, signal: AbortSignal): Promise<Picture>;
}
