/** Objective lens running (M, SA) and so on, or diffraction, as FEI numbers them. */
export const imagingMode = { imaging: 1, diffraction: 2 } as const;
/** The lens programs of the projector: for cameras before the energy filter, and behind it. */
export const lensPrograms = { regular: 1, eftem: 2 } as const;
/** FEI's numbers of the probe modes. */
export const probeModes = { nano: 0, micro: 1 } as const;
/** FEI's numbers of the places of the viewing screen. */
export const screenPositions = { unknown: 1, up: 2, down: 3 } as const;
/** FEI's numbers of the lens groups that it can normalize. */
export const lensNumbers = {
  spotSize: 1,
  condenser: 3,
  illumination: 6,
  objective: 10,
  projector: 11,
  projection: 12,
  all: 99,
} as const;
/** The axes that a stage move is about, one bit each. */
export const axisBits = { x: 1, y: 2, z: 4, alpha: 8 } as const;
/** Status of a stage at rest, from `getStageStatus`. */
export const stageReady = 0;

/** A pair of raw values along X and Y. */
export interface RawPair {
  readonly x: number;
  readonly y: number;
}

/** The stage coordinates that a move sends, in metres and radians. */
export interface RawStageTarget {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly alpha: number;
}

/** Capabilities that a wire may lack. */
export type FeiLack = 'EFTEM mode' | 'automatic normalization' | 'absolute focus';

/**
 * The part of FEI's scripting interface that this plugin uses, in FEI's own terms and units; one implementation for
 * each wire. A call answers when the instrument has finished. A failed call throws the error of its wire.
 */
export interface FeiTransport {
  /** Capabilities that this wire lacks; none by default. Calls for them are refused. */
  readonly lacks?: ReadonlySet<FeiLack>;
  /** Reaches the instrument; no other call is made before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;

  /** Versions of the other side, by name; absent where it reports none. */
  getVersions?(signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;

  /** From 1 in the table of the column; 0 in diffraction. */
  getMagnificationIndex(signal?: AbortSignal): Promise<number>;
  setMagnificationIndex(index: number, signal?: AbortSignal): Promise<void>;
  /** 1 imaging, 2 diffraction. */
  getImagingMode(signal?: AbortSignal): Promise<number>;
  setImagingMode(mode: number, signal?: AbortSignal): Promise<void>;
  /** 1 regular, 2 EFTEM. */
  getEftemMode(signal?: AbortSignal): Promise<number>;
  setEftemMode(mode: number, signal?: AbortSignal): Promise<void>;
  /** 0 nano, 1 micro, whatever the magnification. */
  getProbeMode(signal?: AbortSignal): Promise<number>;
  setProbeMode(mode: number, signal?: AbortSignal): Promise<void>;

  /** Nominal micrometres. */
  getImageShift(signal?: AbortSignal): Promise<RawPair>;
  setImageShift(x: number, y: number, signal?: AbortSignal): Promise<void>;
  /** Nominal micrometres. */
  getBeamShift(signal?: AbortSignal): Promise<RawPair>;
  setBeamShift(x: number, y: number, signal?: AbortSignal): Promise<void>;
  /** Metres. */
  getDefocus(signal?: AbortSignal): Promise<number>;
  setDefocus(metres: number, signal?: AbortSignal): Promise<void>;
  /** -1 to 1. */
  getAbsFocus(signal?: AbortSignal): Promise<number>;
  setAbsFocus(value: number, signal?: AbortSignal): Promise<void>;
  /** From 1. */
  getSpotSize(signal?: AbortSignal): Promise<number>;
  setSpotSize(spot: number, signal?: AbortSignal): Promise<void>;
  /** 0 to 1. */
  getIntensity(signal?: AbortSignal): Promise<number>;
  setIntensity(value: number, signal?: AbortSignal): Promise<void>;
  /** Metres; three-condenser columns only. The column goes to the nearest area that it can reach. */
  getIlluminatedArea(signal?: AbortSignal): Promise<number>;
  setIlluminatedArea(metres: number, signal?: AbortSignal): Promise<void>;

  /** Runs the lenses of a group through their hysteresis. */
  normalizeLens(lens: number, signal?: AbortSignal): Promise<void>;
  setAutoNormEnabled(enabled: boolean, signal?: AbortSignal): Promise<void>;

  getBeamBlank(signal?: AbortSignal): Promise<boolean>;
  setBeamBlank(blanked: boolean, signal?: AbortSignal): Promise<void>;
  /** 1 unknown or moving, 2 up, 3 down. */
  getMainScreen(signal?: AbortSignal): Promise<number>;
  setMainScreen(position: number, signal?: AbortSignal): Promise<void>;
  /** Volts. */
  getHighVoltage(signal?: AbortSignal): Promise<number>;

  /** Metres. */
  getStagePosition(signal?: AbortSignal): Promise<{ readonly x: number; readonly y: number; readonly z: number }>;
  /** Radians. */
  getTiltAngle(signal?: AbortSignal): Promise<number>;
  /** 0 ready, any other number busy. */
  getStageStatus(signal?: AbortSignal): Promise<number>;
  /** Moves the axes whose bits are set; answers when the stage has arrived. FEI has no call that ends a move sooner. */
  setStagePosition(target: RawStageTarget, axes: number): Promise<void>;
}
