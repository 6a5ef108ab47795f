/** Settings of a detector, as the service tells them. */
export type DetectorSettings = Readonly<Record<string, unknown>>;

/** Columns, rows and counts of an image, row after row from the top left. */
export interface DetectorImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
}

/**
 * The part of JEOL's detector service that this plugin uses, in its own terms and units; one implementation for each wire. Detectors are
 * called by their names.
 */
export interface JeolDetectorTransport {
  /** Reaches the service; no other call is made before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
  /** Names of all detectors, those of cameras as well. */
  getAttachedDetectors(): Promise<readonly string[]>;
  /** Names of the detectors that a scan reads. */
  getAssignedDetectors(): Promise<readonly string[]>;
  /** Has scans read a detector on a channel, from 1. */
  assignTo(detector: string, channel: number): Promise<void>;
  getSettings(detector: string): Promise<DetectorSettings>;
  /** Changes some settings and leaves the others. */
  change(detector: string, settings: DetectorSettings): Promise<void>;
  isInserted(detector: string): Promise<boolean>;
  setInserted(detector: string, inserted: boolean): Promise<void>;
  /** Scans once and keeps the image of every assigned detector. @param lasts seconds of its lines */
  scanAll(lasts: number): Promise<void>;
  /** The image of a detector in the last scan. */
  getScannedImage(detector: string): Promise<DetectorImage>;
  /** Begins to scan one time after the other. */
  startLive(detector: string): Promise<void>;
  stopLive(detector: string): Promise<void>;
  /** The latest image of scans that go on. */
  getLiveImage(detector: string): Promise<DetectorImage>;
}
