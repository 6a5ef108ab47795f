import type { PropertyCalls, PropertyHandlers, PropertyRow, ValueKind } from '../../core/devices';

/** Objective lens running (M, SA) and so on, or diffraction, as FEI numbers them. */
export const imagingMode = { imaging: 1, diffraction: 2 } as const;
/** The lens programs of the projector: for cameras before the energy filter, and behind it. */
export const lensPrograms = { regular: 1, eftem: 2 } as const;
/** FEI's numbers of the probe modes. */
export const probeModes = { nano: 0, micro: 1 } as const;
/** FEI's numbers of the instrument's modes. */
export const instrumentModes = { tem: 0, stem: 1 } as const;
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
/** FEI's numbers of the mechanisms that hold apertures. */
export const apertureMechanisms = { condenser: 2, objective: 4 } as const;
/** FEI's number of the state of an aperture that is in the beam. */
export const apertureInserted = 1;
/** FEI's number of the state of an aperture that is out of the beam. */
export const apertureRetracted = 3;
/** The axes that a stage move is about, one bit each. */
export const axisBits = { x: 1, y: 2, z: 4, alpha: 8 } as const;
/** Status of a stage at rest; any other number is that of a busy one. */
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

/** The objects of FEI's scripting that hold properties. */
export type FeiPart =
  'Instrument' | 'InstrumentModeControl' | 'Projection' | 'Illumination' | 'Camera' | 'Gun' | 'Stage';

/** Kind of a value of FEI's scripting. */
export interface FeiKind<Value> extends ValueKind<Value> {
  readonly form: 'whole' | 'number' | 'flag' | 'pair';
  /** A value here divided by one there. */
  readonly scale: number;
}

const whole: FeiKind<number> = { form: 'whole', parts: 1, scale: 1 };
const number: FeiKind<number> = { form: 'number', parts: 1, scale: 1 };
const flag: FeiKind<boolean> = { form: 'flag', parts: 1, scale: 1 };
const shares: FeiKind<RawPair> = { form: 'pair', parts: 2, scale: 1 };
/** Nominal micrometres here, metres there. */
const micrometres: FeiKind<RawPair> = { form: 'pair', parts: 2, scale: 1e6 };
/** Milliradians here, radians there. */
const milliradians: FeiKind<RawPair> = { form: 'pair', parts: 2, scale: 1e3 };

/** A property of FEI's scripting, and where each wire has it. */
export interface FeiProperty extends PropertyRow {
  readonly as: FeiKind<unknown>;
  /** Object and member of the scripting. */
  readonly com: readonly [part: FeiPart, member: string];
  /** Name on temscript's server; left out where the server does not have it. */
  readonly temscript?: string;
  /** The names that temscript's server has for the numbers. */
  readonly names?: Readonly<Record<string, number>>;
  /** True when the column takes its time to do it. */
  readonly slow?: true;
  /** Name of the capability that a column or wire without this property lacks. */
  readonly lack?: string;
}

/**
 * The properties that this plugin uses, in FEI's own terms and units. Each row X makes the calls `getX` and `setX` on every wire; the
 * simulated wire and the stand-ins need a line for it.
 */
export const feiProperties = {
  /** From 1 in the table of the column; 0 in diffraction. */
  MagnificationIndex: {
    com: ['Projection', 'MagnificationIndex'],
    temscript: 'magnification_index',
    as: whole,
    slow: true,
  },
  /** One of `imagingMode`. */
  ImagingMode: {
    com: ['Projection', 'Mode'],
    temscript: 'projection_mode',
    names: { IMAGING: imagingMode.imaging, DIFFRACTION: imagingMode.diffraction },
    as: whole,
    slow: true,
  },
  /** One of `lensPrograms`. */
  EftemMode: { com: ['Projection', 'LensProgram'], as: whole, slow: true, lack: 'EFTEM mode' },
  /** One of `probeModes`, whatever the magnification. */
  ProbeMode: {
    com: ['Illumination', 'Mode'],
    temscript: 'illumination_mode',
    names: { NANOPROBE: probeModes.nano, MICROPROBE: probeModes.micro },
    as: whole,
    slow: true,
  },
  ImageShift: { com: ['Projection', 'ImageShift'], temscript: 'image_shift', as: micrometres },
  BeamShift: { com: ['Illumination', 'Shift'], temscript: 'beam_shift', as: micrometres },
  /** Tilt of the rotation-centre alignment; the dark-field tilt, which temscript calls beam tilt, is another one. */
  BeamTilt: { com: ['Illumination', 'RotationCenter'], as: milliradians, lack: 'beam tilt' },
  /** Tilt that keeps the image in its place. */
  ImageBeamTilt: { com: ['Projection', 'ImageBeamTilt'], as: milliradians, lack: 'image-beam tilt' },
  /** Stigmators: -1 to 1. */
  ObjectiveStigmator: { com: ['Projection', 'ObjectiveStigmator'], temscript: 'objective_stigmator', as: shares },
  CondenserStigmator: { com: ['Illumination', 'CondenserStigmator'], temscript: 'condenser_stigmator', as: shares },
  DiffractionStigmator: { com: ['Projection', 'DiffractionStigmator'], as: shares, lack: 'diffraction stigmator' },
  /** Metres. */
  Defocus: { com: ['Projection', 'Defocus'], temscript: 'defocus', as: number },
  /** -1 to 1. */
  AbsFocus: { com: ['Projection', 'Focus'], as: number, lack: 'absolute focus' },
  /** From 1. */
  SpotSize: { com: ['Illumination', 'SpotsizeIndex'], temscript: 'spot_size_index', as: whole, slow: true },
  /** 0 to 1. */
  Intensity: { com: ['Illumination', 'Intensity'], temscript: 'intensity', as: number },
  /** Metres; three-condenser columns only. The column goes to the nearest area that it can reach. */
  IlluminatedArea: { com: ['Illumination', 'IlluminatedArea'], temscript: 'illuminated_area', as: number },
  /** Micrometres, 0 when it is retracted; the scripting has it where its licence does. */
  CondenserAperture: {
    com: ['Instrument', 'ApertureMechanismCollection'],
    as: number,
    slow: true,
    lack: 'apertures',
  },
  ObjectiveAperture: {
    com: ['Instrument', 'ApertureMechanismCollection'],
    as: number,
    slow: true,
    lack: 'apertures',
  },
  /** The column's own normalization after a change of magnification or spot size. */
  AutoNormEnabled: {
    com: ['Instrument', 'AutoNormalizeEnabled'],
    as: flag,
    lack: 'automatic normalization',
  },
  BeamBlank: { com: ['Illumination', 'BeamBlanked'], temscript: 'beam_blanked', as: flag },
  /** One of `screenPositions`; unknown while it moves. */
  MainScreen: {
    com: ['Camera', 'MainScreen'],
    temscript: 'screen_position',
    names: { UNKNOWN: screenPositions.unknown, UP: screenPositions.up, DOWN: screenPositions.down },
    as: whole,
    slow: true,
  },
  /** Amperes. */
  ScreenCurrent: { com: ['Camera', 'ScreenCurrent'], temscript: 'screen_current', as: number, access: 'read' },
  /** As the column shows it. */
  Magnification: {
    com: ['Projection', 'Magnification'],
    temscript: 'indicated_magnification',
    as: number,
    access: 'read',
  },
  /** Radians. */
  ImageRotation: { com: ['Projection', 'ImageRotation'], as: number, access: 'read', lack: 'image rotation' },
  /** Metres; it means nothing outside diffraction. */
  CameraLength: {
    com: ['Projection', 'CameraLength'],
    temscript: 'indicated_camera_length',
    as: number,
    access: 'read',
  },
  /** From 1 in the list of the column; it means nothing outside diffraction. The column stays at the last one for an index beyond it. */
  CameraLengthIndex: { com: ['Projection', 'CameraLengthIndex'], as: whole, slow: true, lack: 'camera length index' },
  /** Volts. */
  HighVoltage: { com: ['Gun', 'HTValue'], temscript: 'voltage', as: number, access: 'read' },
  /** `stageReady`, or the number of what keeps it busy. */
  StageStatus: {
    com: ['Stage', 'Status'],
    temscript: 'stage_status',
    names: { READY: stageReady, DISABLED: 1, NOT_READY: 2, GOING: 3, MOVING: 4, WOBBLING: 5 },
    as: whole,
    access: 'read',
  },
  /** One of `instrumentModes`. */
  InstrumentMode: {
    com: ['InstrumentModeControl', 'InstrumentMode'],
    temscript: 'instrument_mode',
    names: { TEM: instrumentModes.tem, STEM: instrumentModes.stem },
    as: whole,
    slow: true,
    lack: 'STEM',
  },
  /** Fails outside STEM. The column goes to the nearest one that it has. */
  StemMagnification: {
    com: ['Illumination', 'StemMagnification'],
    temscript: 'stem_magnification',
    as: number,
    slow: true,
    lack: 'STEM',
  },
  /** Radians; fails outside STEM. */
  StemRotation: { com: ['Illumination', 'StemRotation'], temscript: 'stem_rotation', as: number, lack: 'STEM' },
  /** Radians; three-condenser columns only, and only with a probe. */
  ConvergenceAngle: {
    com: ['Illumination', 'ConvergenceAngle'],
    temscript: 'convergence_angle',
    as: number,
    access: 'read',
    lack: 'convergence angle',
  },
} as const satisfies Readonly<Record<string, FeiProperty>>;

type FeiProperties = typeof feiProperties;
/** Capabilities that a wire or a column may lack. */
export type FeiLack = {
  [Name in keyof FeiProperties]: FeiProperties[Name] extends { readonly lack: infer Lack } ? Lack : never;
}[keyof FeiProperties];
/** The argument that every call takes besides its values. */
export type FeiMore = [signal?: AbortSignal];
/** One way to read and one to write for each property. */
export type FeiHandlers = PropertyHandlers<FeiProperties, FeiMore>;

/**
 * The part of FEI's scripting interface that this plugin uses, in FEI's own terms and units: the calls of `feiProperties`, and those that
 * are not a property. One implementation for each wire. A call answers when the instrument has finished. A failed call throws the error
 * of its wire.
 */
export interface FeiTransport extends PropertyCalls<FeiProperties, FeiMore> {
  /** Capabilities that this wire lacks; none by default. Calls for them are refused. */
  readonly lacks?: ReadonlySet<FeiLack>;
  /** Reaches the instrument; no other call is made before. */
  open(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;

  /** Versions of the other side, by name; absent where it reports none. */
  getVersions?(signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Runs the lenses of a group through their hysteresis. */
  normalizeLens(lens: number, signal?: AbortSignal): Promise<void>;

  /** Metres. */
  getStagePosition(signal?: AbortSignal): Promise<{ readonly x: number; readonly y: number; readonly z: number }>;
  /** Radians. */
  getTiltAngle(signal?: AbortSignal): Promise<number>;
  /** Width and height in metres of the field of a whole scan; fails outside STEM. */
  getStemField(signal?: AbortSignal): Promise<RawPair>;
  /**
   * Moves the axes whose bits are set; answers when the stage has arrived. FEI has no call that ends a move sooner. With a share of the full speed it can move
   * one axis at a time only.
   */
  setStagePosition(target: RawStageTarget, axes: number, speed?: number): Promise<void>;
}

/** The capabilities that a wire lacks; a recording of a run that never asked cannot tell and gives no set. */
export const lacksOf = ({ lacks }: Pick<FeiTransport, 'lacks'>): ReadonlySet<FeiLack> =>
  lacks instanceof Set ? lacks : new Set();
