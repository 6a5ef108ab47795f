/** JEOL's numbers of the function modes of the imaging system. */
export const functionModes = { mag: 0, lowMag: 2, samag: 3, diffraction: 4 } as const;
/** JEOL's numbers of the deflectors that can be set to neutral. */
export const deflectors = { is1: 8, pla: 11 } as const;
/** JEOL's numbers of the places of the viewing screen: flat in the beam, inclined, folded away. */
export const screenPlaces = { down: 0, inclined: 1, up: 2 } as const;
/** States of a stage axis. */
export const stageStates = { rest: 0, moving: 1, limiter: 2 } as const;
/** A deflector or lens at the middle of its range. */
export const dacCentre = 0x8000;
/** The largest value of a deflector or lens. */
export const dacFull = 0xffff;

/** A pair of deflector values, each 0 to 65535. */
export interface DacPair {
  readonly x: number;
  readonly y: number;
}

/** The lenses that this plugin sets by their values of 0 to 65535. */
export type JeolLens = 'OLc' | 'OLf' | 'OM' | 'CL3';
/** The deflectors that this plugin sets. */
export type JeolDeflector = 'IS1' | 'PLA' | 'CLA1';

/** A call that the instrument was too busy to take; it did nothing and may be made again. */
export class JeolBusy extends Error {}

/**
 * The part of JEOL's external-control interface that this plugin uses, in JEOL's own terms and units; one
 * implementation for each wire. A call answers when the instrument has taken it, not when lenses or stage have arrived.
 * Calls must not overlap.
 */
export interface JeolTransport {
  /** Reaches the instrument; no other call is made before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;

  getFunctionMode(): Promise<number>;
  setFunctionMode(mode: number): Promise<void>;
  /** From 0 within the function mode. */
  getSelector(): Promise<number>;
  setSelector(selector: number): Promise<void>;

  getDeflector(deflector: JeolDeflector): Promise<DacPair>;
  setDeflector(deflector: JeolDeflector, x: number, y: number): Promise<void>;
  /** Sets a deflector to the value at which it does nothing at this magnification. */
  setNeutral(deflector: number): Promise<void>;
  getLens(lens: JeolLens): Promise<number>;
  setLens(lens: JeolLens, value: number): Promise<void>;

  /** From 0. */
  getSpotSize(): Promise<number>;
  setSpotSize(spot: number): Promise<void>;
  /** From 0. */
  getAlpha(): Promise<number>;
  setAlpha(alpha: number): Promise<void>;
  getBeamBlank(): Promise<boolean>;
  setBeamBlank(blanked: boolean): Promise<void>;
  getScreen(): Promise<number>;
  setScreen(place: number): Promise<void>;
  /** Volts. */
  getHtValue(): Promise<number>;

  /** Nanometres and degrees. */
  getStagePosition(): Promise<{ readonly x: number; readonly y: number; readonly z: number; readonly tilt: number }>;
  /** The states of X, Y, Z and tilt. */
  getStageStatus(): Promise<readonly number[]>;
  /** Nanometres; the stage starts and the call answers. */
  setStageXY(x: number, y: number): Promise<void>;
  setStageX(x: number): Promise<void>;
  setStageY(y: number): Promise<void>;
  setStageZ(z: number): Promise<void>;
  /** Degrees. */
  setTiltX(degrees: number): Promise<void>;
  stopStage(): Promise<void>;
}
