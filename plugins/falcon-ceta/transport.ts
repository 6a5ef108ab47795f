/** The parts of a camera that FEI reads: all of it, or the half or quarter of each side about its centre. */
export const restrictedSizes = { full: 0, half: 1, quarter: 2 } as const;
/** One of FEI's numbers of the part that is read. */
export type RestrictedSize = (typeof restrictedSizes)[keyof typeof restrictedSizes];
/** FEI's numbers of how far an image is corrected. */
export const corrections = { none: 0, dark: 1, gain: 2 } as const;
/** FEI's numbers of how a camera is read. */
export const readModes = { linear: 0, counting: 1 } as const;

/** FEI's description of a camera. */
export interface FeiCameraFound {
  /** Seconds. */
  readonly shortestExposure: number;
  readonly longestExposure: number;
  readonly counts: boolean;
  /** FEI's numbers of the corrections that can be had from this camera; those of the wire, where it is left out. */
  readonly corrections?: readonly number[];
}

/** One image to be taken. */
export interface FeiShot {
  /** The camera's name in FEI's software. */
  readonly name: string;
  readonly binning: number;
  readonly restrictedSize: RestrictedSize;
  /** Seconds. */
  readonly exposure: number;
  readonly correction: number;
  readonly readMode: number;
}

/** One scan with one or more detectors. */
export interface FeiScanShot {
  /** Names in FEI's software. */
  readonly detectors: readonly string[];
  /** Skips pixels. */
  readonly binning: number;
  readonly restrictedSize: RestrictedSize;
  /** Seconds on a pixel, and on all of them. */
  readonly dwellTime: number;
  readonly exposure: number;
}

/** Columns, rows and counts, row after row from the top left as the operator sees the image. */
export interface FeiPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array | Int16Array | Float32Array;
}

/**
 * The part of FEI's scripting interface to cameras that this plugin uses, in FEI's own terms; one implementation for
 * each wire.
 */
export interface FeiCameraTransport {
  /** FEI's numbers of the corrections that can be had over this wire; all, where it is left out. */
  readonly corrections?: ReadonlySet<number>;
  /** True when cameras cannot be read in counting mode. */
  readonly linearOnly?: boolean;
  /** True when the column takes no command over this wire while a camera works. */
  readonly blocksColumn?: true;
  /** Reaches the camera software; no other call is made before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
  /** Looks a camera up; undefined when the software has none of that name. */
  lookUp(name: string): Promise<FeiCameraFound | undefined>;
  isInserted(name: string): Promise<boolean>;
  setInserted(name: string, inserted: boolean): Promise<void>;
  /** Takes an image. FEI has no call that ends an exposure sooner. */
  acquire(shot: FeiShot): Promise<FeiPicture>;
  /** Names of the detectors of scans; it fails where the column does not scan. */
  lookUpDetectors(): Promise<readonly string[]>;
  /** Scans; answers with the picture of each detector. FEI has no call that ends a scan sooner. */
  scan(shot: FeiScanShot): Promise<Readonly<Record<string, FeiPicture>>>;
}
