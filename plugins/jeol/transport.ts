import type { PropertyCalls, PropertyHandlers, PropertyRow, ValueKind } from '../../core/devices';

/** JEOL's numbers of the function modes of the imaging system. */
export const functionModes = { mag: 0, lowMag: 2, samag: 3, diffraction: 4 } as const;
/** JEOL's numbers of the function modes of a scan. */
export const scanFunctionModes = { lowMag: 1, mag: 2 } as const;
/** JEOL's numbers of the deflectors that can be set to neutral. */
export const neutralNumbers = { CLA1: 2, CLA2: 3, IS1: 8, PLA: 11 } as const;
/** A deflector that can be set to neutral. */
export type NeutralDeflector = keyof typeof neutralNumbers;
/** A deflector above the specimen that may shift a scan. */
export type ScanDeflector = 'CLA1' | 'CLA2';
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
/** The lenses that can be taken from their programs, with JEOL's numbers of them there. */
export const freeLenses = {
  CL1: 0,
  CL2: 1,
  CL3: 2,
  CM: 3,
  OLc: 6,
  OLf: 7,
  OM: 8,
  OM2: 9,
  IL1: 10,
  IL2: 11,
  IL3: 12,
  IL4: 13,
  PL1: 14,
  PL2: 15,
} as const;
/** A lens that can be taken from its program. */
export type JeolFreeLens = keyof typeof freeLenses;
/** The deflectors that this plugin sets. */
export type JeolDeflector = 'IS1' | 'PLA' | 'CLA1' | 'CLA2' | 'OLs' | 'CLs' | 'ILs';

/** The objects of JEOL's external control. */
export const jeolParts = ['HT3', 'EOS3', 'Def3', 'Lens3', 'Detector3', 'Stage3', 'Filter3', 'Apt3'] as const;
/** JEOL's numbers of the kinds of apertures, the same in both of its sets of calls. */
export const apertureKinds = { condenser: 1, objective: 2 } as const;
/** One of the objects of JEOL's external control. */
export type JeolPart = (typeof jeolParts)[number];
/** Type of an answer that a call writes into one of its arguments. */
export type JeolAnswer = 'whole' | 'number' | 'text';

/** Kind of a value of JEOL's external control. */
export interface JeolKind<Value> extends ValueKind<Value> {
  /** Form in which a value is sent. */
  readonly sent: 'whole' | 'number' | 'flag';
  /** The arguments that a reading fills; the value is the first of them. */
  readonly answers: readonly JeolAnswer[];
}

const whole: JeolKind<number> = { parts: 1, sent: 'whole', answers: ['whole'] };
/** A number with its name, which is not needed. */
const named: JeolKind<number> = { parts: 1, sent: 'whole', answers: ['whole', 'text'] };
const number: JeolKind<number> = { parts: 1, sent: 'number', answers: ['number'] };
const pair: JeolKind<DacPair> = { parts: 2, sent: 'number', answers: ['number', 'number'] };
const flag: JeolKind<boolean> = { parts: 1, sent: 'flag', answers: ['whole'] };

/** A property of JEOL's external control, with the methods that read and write it. */
export interface JeolProperty extends PropertyRow {
  readonly as: JeolKind<unknown>;
  readonly part: JeolPart;
  readonly get?: string;
  readonly set?: string;
}

/**
 * The properties that this plugin uses, in JEOL's own terms and units. Each row X makes the calls `getX` and `setX` on every wire; the
 * simulated wire and the stand-in need a line for it.
 */
export const jeolProperties = {
  /** One of `functionModes`. */
  FunctionMode: { part: 'EOS3', get: 'GetFunctionMode', set: 'SelectFunctionMode', as: named },
  /** From 0 within the function mode. */
  Selector: { part: 'EOS3', get: 'GetCurrentMagSelectorID', set: 'SetSelector', as: whole },
  /** From 0. */
  SpotSize: { part: 'EOS3', get: 'GetSpotSize', set: 'SelectSpotSize', as: whole },
  /** From 0. */
  Alpha: { part: 'EOS3', get: 'GetAlpha', set: 'SetAlphaSelector', as: whole },
  BeamBlank: { part: 'Def3', get: 'GetBeamBlank', set: 'SetBeamBlank', as: flag },
  /** One of `screenPlaces`. */
  Screen: { part: 'Detector3', get: 'GetScreen', set: 'SetScreen', as: whole },
  /** Volts. */
  HtValue: { part: 'HT3', get: 'GetHtValue', as: number, access: 'read' },
  /** Nanometres; the stage starts and the call answers. */
  StageXY: { part: 'Stage3', set: 'SetPosition', as: pair, access: 'write' },
  StageX: { part: 'Stage3', set: 'SetX', as: number, access: 'write' },
  StageY: { part: 'Stage3', set: 'SetY', as: number, access: 'write' },
  StageZ: { part: 'Stage3', set: 'SetZ', as: number, access: 'write' },
  /** Degrees. */
  TiltX: { part: 'Stage3', set: 'SetTiltXAngle', as: number, access: 'write' },
  /** The filter in the column: true for a slit in the beam. */
  SlitPosition: { part: 'Filter3', get: 'GetSlitPosition', set: 'SetSlitPosition', as: flag },
  /** Electronvolts. */
  SlitWidth: { part: 'Filter3', get: 'GetSlitWidth', set: 'SetSlitWidth', as: number },
  EnergyShift: { part: 'Filter3', get: 'GetEnergyShift', set: 'SetEnergyShift', as: number },
  EnergyShiftSwitch: { part: 'Filter3', get: 'GetEnergyShiftSw', set: 'SetEnergyShiftSw', as: flag },
  /** True in STEM, where function modes and selectors are those of the scan. */
  TemStem: { part: 'EOS3', get: 'GetTemStemMode', set: 'SelectTemStem', as: flag },
} as const satisfies Readonly<Record<string, JeolProperty>>;

/** One way to read and one to write for each property. */
export type JeolHandlers = PropertyHandlers<typeof jeolProperties>;

/** A call that the instrument was too busy to take; it did nothing and may be made again. */
export class JeolBusy extends Error {}

/**
 * The part of JEOL's external-control interface that this plugin uses, in JEOL's own terms and units: the calls of `jeolProperties`, and
 * those that are not a property. One implementation for each wire. A call answers when the instrument has taken it, not when lenses or
 * stage have arrived. Calls must not overlap.
 */
export interface JeolTransport extends PropertyCalls<typeof jeolProperties> {
  /** Reaches the instrument; no other call is made before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;

  /** The display of the magnification or, in diffraction, of the camera length, such as 50000 and `X`. */
  getMagValue(): Promise<{ readonly value: number; readonly unit: string }>;
  getDeflector(deflector: JeolDeflector): Promise<DacPair>;
  setDeflector(deflector: JeolDeflector, x: number, y: number): Promise<void>;
  /** Sets a deflector to the value at which it does nothing at this magnification. */
  setNeutral(deflector: number): Promise<void>;
  getLens(lens: JeolLens | JeolFreeLens): Promise<number>;
  setLens(lens: JeolLens, value: number): Promise<void>;
  /** True while a lens is taken from its program. @param lens JEOL's number of it */
  getFreeLens(lens: number): Promise<boolean>;
  setFreeLens(lens: number, free: boolean): Promise<void>;
  /** The value that a lens has while it is taken from its program. */
  setFreeLensValue(lens: number, value: number): Promise<void>;

  /** Number of the hole of an aperture from 1; 0 when it is out. @param extra true for the calls of columns with extra apertures */
  getAperture(kind: number, extra: boolean): Promise<number>;
  /** Puts a hole of an aperture into the beam, or takes it out with 0; the column starts and the call answers. */
  setAperture(kind: number, hole: number, extra: boolean): Promise<void>;

  /** Nanometres and degrees. */
  getStagePosition(): Promise<{ readonly x: number; readonly y: number; readonly z: number; readonly tilt: number }>;
  /** The states of X, Y, Z and tilt. */
  getStageStatus(): Promise<readonly number[]>;
  stopStage(): Promise<void>;
}
